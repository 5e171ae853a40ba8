// Small directories as text, for the tests of this folder: all parties are invented.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "broker/directory/directory.hpp"

namespace budstikke::directory {

inline HerId her(std::string_view text) {
    return HerId::parse(text).value();
}

inline std::string organisation_text(std::string_view more = {}) {
    return "[[organisation]]\nnumber = \"999000001\"\nname = \"Nordvik kommune\"\n" +
           std::string(more);
}

/// Five lines, then `more`.
inline std::string party_text(std::string_view her_id, std::string_view more = {}) {
    return "[[party]]\nher_id = \"" + std::string(her_id) +
           "\"\norganisation = \"999000001\"\nname = \"Part\"\nkind = \"gp\"\n" + std::string(more);
}

inline std::expected<Directory, Faults> parse_text(std::string text) {
    const Source source{"a.toml", std::move(text)};
    return Directory::parse(std::span(&source, 1));
}

/// The directory of a text that must be without fault.
inline Directory parsed(std::string text) {
    auto result = parse_text(std::move(text));
    if (!result) {
        for (const auto& fault : result.error()) {
            ADD_FAILURE() << to_text(fault);
        }
        return {};
    }
    return std::move(*result);
}

/// `line: cause` of every fault, for a text that must have some.
inline std::vector<std::string> faults_of(std::string text) {
    std::vector<std::string> result;
    const auto outcome = parse_text(std::move(text));
    if (!outcome) {
        for (const auto& fault : outcome.error()) {
            result.push_back(std::to_string(fault.line) + ": " + fault.cause);
        }
    }
    return result;
}

inline Timestamp utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    return Timestamp(
        std::chrono::sys_days(
            std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)
        ) +
        std::chrono::hours(hour) + std::chrono::minutes(minute)
    );
}

}  // namespace budstikke::directory
