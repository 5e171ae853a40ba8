// Correct messages of every kind, really signed and encrypted, in pieces that a test can spoil, and
// the verdict on them. Parties, ids and content are invented; keys are made for the test.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/transport/ebxml/rules/validate.hpp"

namespace budstikke::ebxml::test {

inline constexpr std::string_view agreement_id = "6f0a1f2e-52b4-4c3e-9a50-0d7a1c9f1a11";
inline constexpr std::string_view payload_namespace =
    "http://www.kith.no/xmlstds/labsvar/2012-02-15";

/// A package before it is put together.
struct Draft {
    std::vector<std::pair<std::string, std::string>> headers;  ///< of the mail
    std::string soap_headers;                                  ///< of the SOAP part, lines
    std::string envelope;
    bool attached = true;
    std::string attachment_headers;
    std::string attachment;  ///< before base64

    /// What a receiver knows beside the message.
    Register known;
    std::vector<OpenedPayload> opened;

    void drop(std::string_view header);
    void set(std::string_view header, std::string_view value);
    /// Replaces the first `from`, which must be there.
    void edit(std::string_view from, std::string_view to);
    /// From `begin` up to and with `end` of the envelope.
    void cut(std::string_view begin, std::string_view end);

    std::string text() const;
};

const Draft& payload_draft();
const Draft& acknowledgment_draft();
const Draft& error_draft();

/// With the official schemas, the directory and the keys all at hand.
Verdict verdict_of(const Draft& draft);

/// The numbers of the broken rules.
std::vector<int> broken_rules(const Verdict& verdict);

}  // namespace budstikke::ebxml::test
