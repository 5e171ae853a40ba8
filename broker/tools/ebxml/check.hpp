// `budstikke ebxml check` and `budstikke ebxml rules`: what ebXML message files are, which rules of
// HITS 1172 they break, and what a receiver would answer. Stores nothing, asks nobody, and shows
// nothing of a payload.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <vector>

#include "broker/tools/inspect/inspect.hpp"

namespace budstikke::tools {

struct EbxmlCheckOptions {
    bool json = false;                               ///< one object per line and file
    std::optional<std::filesystem::path> directory;  ///< of parties (TOML) and agreements (XML)
    std::optional<std::filesystem::path> schemas;    ///< folder of the official schemas
    /// Of the recipient, each certificate with the key at its place: for what is encrypted (rules
    /// 264 and 270).
    std::vector<std::filesystem::path> certificates = {};
    std::vector<std::filesystem::path> keys = {};
    Language language = Language::both;
    std::vector<std::filesystem::path> files;  ///< answered in this order
};

/// Exit statuses are those of inspect: 0, 1 where some file has a violation of severity error, 2
/// where files, schemas, keys or the directory cannot be read.
int run_ebxml_check(const EbxmlCheckOptions& options, std::ostream& out, std::ostream& err);

/// All rules, as one JSON array or as text.
int run_ebxml_rules(bool json, std::ostream& out);

}  // namespace budstikke::tools
