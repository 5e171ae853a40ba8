// The two faces of one inspected file: the JSON line that programs read and the text that people
// read. Private to this folder; knows neither files nor adapters.
#pragma once

#include <optional>
#include <string>

#include "broker/adapter/adapter.hpp"
#include "broker/tools/inspect/inspect.hpp"

namespace budstikke::tools {

/// What became of one file.
struct FileReport {
    std::string file;                  ///< as it was given
    std::optional<std::string> error;  ///< why it could not be read; then the rest means nothing
    bool examined = true;              ///< false: too large, so neither parsed nor validated
    bool validated = false;            ///< a schema pack was given
    Decoded decoded;
};

/// One line without the line feed: valid UTF-8, whatever the file is called.
std::string to_json(const FileReport& report);

/// Several lines. Control characters are replaced, since the text of a stranger reaches a terminal.
std::string to_text(const FileReport& report, Language language);

}  // namespace budstikke::tools
