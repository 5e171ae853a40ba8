// A finding: what is wrong with a message, where, and what to do about it. The codes are stable and
// documented in deploy/doc/findings.md, which is generated from the catalogue. A finding never
// quotes the message: its location is a line and a path of element names (security.md T9).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace budstikke {

enum class Severity { info, warning, error };

std::string_view name(Severity severity);

/// One row of the catalogue. Rows are compared by address: there is one of each.
struct FindingSpec {
    std::string_view code;  ///< stable, for example `xml.not_well_formed`
    Severity severity;
    std::string_view text_no;  ///< bokmål: what is wrong and what to do
    std::string_view text_en;
    std::string_view apprec_code;  ///< codesystem 8221, empty where none fits
};

struct Location {
    std::uint32_t line = 0;  ///< from 1; 0 where there is none
    std::string path;        ///< `/MsgHead/MsgInfo/MsgId`; empty for the whole message

    std::string text() const;  ///< `line 12, /MsgHead/MsgInfo/MsgId`
    bool operator==(const Location&) const = default;
};

struct Finding {
    const FindingSpec* spec = nullptr;
    Location location;
};

using Findings = std::vector<Finding>;

bool has_error(std::span<const Finding> findings);

}  // namespace budstikke
