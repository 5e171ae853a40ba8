// A fault of a file that people write: where it is and what is wrong. Promises texts that can go
// into a log as they are. May not know which file is meant for what.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace budstikke::directory {

/// One fault of a folder or file: for --check-config and a refused reload.
struct Fault {
    std::string file;
    std::uint32_t line = 0;  ///< from 1; 0: the whole file
    std::string cause;       ///< English, one line, says what to do

    bool operator==(const Fault&) const = default;
};

using Faults = std::vector<Fault>;

/// `file:line: cause`, or `file: cause` for the whole file.
std::string to_text(const Fault& fault);

/// By file and line, in the order found within a line.
void sort_by_place(Faults& faults);

/// A word of the file in backquotes for a cause: control characters replaced, cut after 64 bytes,
/// so that a file cannot forge lines of a log.
std::string in_quotes(std::string_view text);

/// The word of `known` that a typing error turned into `word`; empty where none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace budstikke::directory
