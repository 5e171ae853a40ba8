// What the commands that examine files have in common: reading a file from the command line, and
// showing one report after the other. Knows nothing of what the reports say.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"

namespace budstikke::tools {

/// The bytes of a file, cut after the first one above `bytes_max`, so that the caller can tell.
/// Errc::not_found, or Errc::io for a folder and for what cannot be read.
Result<std::string> read_input(const std::filesystem::path& path, std::size_t bytes_max);

struct ShownReport {
    std::string text;                  ///< goes to `out` as it is
    std::optional<std::string> error;  ///< why the file could not be read
    bool has_error = false;            ///< a finding of severity error
};

/// Shows the report of every file, in this order, and returns the exit status as inspect.hpp has
/// it. `command` stands before everything that is said on `err`.
int show_reports(
    std::string_view command, const std::vector<std::filesystem::path>& files,
    const std::function<ShownReport(const std::filesystem::path&)>& report, std::ostream& out,
    std::ostream& err
);

}  // namespace budstikke::tools
