// The two faces of one checked file. Private to this folder.
#pragma once

#include <optional>
#include <string>

#include "broker/tools/inspect/inspect.hpp"
#include "broker/transport/ebxml/rules/validate.hpp"

namespace budstikke::tools {

struct EbxmlFileReport {
    std::string file;                  ///< as it was given
    std::optional<std::string> error;  ///< why it could not be read; then the rest is nothing
    std::optional<ebxml::Envelope> envelope;
    ebxml::SignatureFacts signature;
    ebxml::Verdict verdict;
};

/// One line without the line feed. Every key is always there, null where there is nothing.
std::string to_json(const EbxmlFileReport& report);
std::string to_text(const EbxmlFileReport& report, Language language);

}  // namespace budstikke::tools
