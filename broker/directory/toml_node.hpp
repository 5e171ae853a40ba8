// A TOML file as a plain tree of values with line numbers, so that one .cpp alone knows the parser.
// Promises the first syntax error with its line, never an exception. May not know what keys mean.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/directory/fault.hpp"

namespace budstikke::directory {

/// A date or date-time as written. A plain date is midnight; without offset it is Norwegian time.
struct TomlTime {
    std::chrono::local_time<Duration> local;
    std::optional<std::chrono::minutes> offset;  ///< east of UTC
};

struct TomlMember;

struct TomlNode {
    using Array = std::vector<TomlNode>;
    using Table = std::vector<TomlMember>;  ///< in key order; a key is there once

    std::uint32_t line = 0;  ///< from 1
    /// `std::monostate`: a time of day, which nothing here uses.
    std::variant<std::monostate, Table, Array, std::string, std::int64_t, double, bool, TomlTime>
        value;

    const Table* table() const { return std::get_if<Table>(&value); }
    const Array* array() const { return std::get_if<Array>(&value); }
    const std::string* text() const { return std::get_if<std::string>(&value); }
    /// For causes: `a table`, `a list`, `text`, `a whole number`, ...
    std::string_view kind() const;
};

struct TomlMember {
    std::string key;
    std::uint32_t line = 0;  ///< of the key
    TomlNode node;
};

/// The root table of the text, or its first syntax error. `file` is the name that a fault carries.
std::expected<TomlNode, Fault> parse_toml(std::string_view text, std::string_view file);

/// The whole of a regular file: `not_found`, `io`, or `limit_exceeded` above `bytes_max`.
Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace budstikke::directory
