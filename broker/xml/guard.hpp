// The gate in front of the parser: one linear scan that refuses a DTD and enforces the limits on
// depth, attributes, names and values before libxml2 sees a byte. libxml2 reports an element only
// when it has read the whole start tag, and compares its attributes pairwise, so a limit that is
// checked after the fact would not bound the work.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "broker/message/finding.hpp"

namespace budstikke::xml {

struct Refusal {
    const FindingSpec* spec =
        nullptr;  ///< `xml_doctype`, `xml_limit`, or a zero byte's `xml_not_well_formed`
    std::uint32_t line = 0;
};

/// Nothing where `utf8` keeps the limits of base/limits.hpp; whether it is well-formed is the
/// parser's business. Linear in the size, no allocation.
std::optional<Refusal> check_limits(std::string_view utf8);

/// 1 and the number of line feeds before `offset`.
std::uint32_t line_at(std::string_view text, std::size_t offset);

}  // namespace budstikke::xml
