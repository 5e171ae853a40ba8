// The few things that many do with text. Promises nothing about what the text means; ASCII only.
#pragma once

#include <algorithm>
#include <compare>
#include <string_view>

namespace budstikke {

/// `text` without white space (XML 1.0, production 3) at its ends.
inline std::string_view trim(std::string_view text) {
    constexpr std::string_view white = " \t\r\n";
    const auto first = text.find_first_not_of(white);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(white) - first + 1);
}

/// Compares numbers of any length, given as decimal digits: zeros in front have no weight.
inline std::strong_ordering compare_digits(std::string_view left, std::string_view right) {
    left.remove_prefix(std::min(left.find_first_not_of('0'), left.size()));
    right.remove_prefix(std::min(right.find_first_not_of('0'), right.size()));
    return left.size() != right.size() ? left.size() <=> right.size() : left <=> right;
}

}  // namespace budstikke
