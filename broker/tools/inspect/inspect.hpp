// `budstikke inspect`: says what message files are, as the broker would read them. It stores
// nothing, asks no broker and needs no directory. It never shows the patient or anything clinical:
// only the facts of the envelope and the findings, which quote nothing (security.md T9).
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <vector>

#include "broker/adapter/registry.hpp"

namespace budstikke::tools {

/// In which languages the readable output states findings. JSON always carries both.
enum class Language { both, norwegian, english };

struct InspectOptions {
    bool json = false;                             ///< one object per line and file
    std::optional<std::filesystem::path> schemas;  ///< folder of the official pack to validate with
    Language language = Language::both;
    std::vector<std::filesystem::path> files;  ///< answered in this order
};

/// Exit statuses of the command.
inline constexpr int inspect_ok = 0;
inline constexpr int inspect_found_errors = 1;  ///< some file has a finding of severity error
inline constexpr int inspect_usage = 2;         ///< no file, or files or schemas are unreadable

/// Inspects with the adapters that this program was built with.
int run_inspect(const InspectOptions& options, std::ostream& out, std::ostream& err);

/// Inspects with given adapters. Every file gets its line, also one that cannot be read: then all
/// its facts are null, `error` says why, and the status is inspect_usage whatever else was found.
/// At most one byte more than limits::payload_bytes_max is read of a file. Where the schemas do
/// not load, nothing is inspected.
int run_inspect(
    const InspectOptions& options, const AdapterRegistry& adapters, std::ostream& out,
    std::ostream& err
);

}  // namespace budstikke::tools
