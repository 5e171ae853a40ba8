// The address register as far as a folder holds it: the parties of its TOML files, and the
// agreements and profiles (CPA, CPP) of its XML files.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/directory/directory.hpp"
#include "broker/transport/ebxml/agreement/agreement.hpp"
#include "broker/transport/ebxml/rules/subject.hpp"

namespace budstikke::ebxml {

/// Errors name the file and the cause: whatever Directory::load says of the TOML files, and what
/// read_agreement says of a `*.xml` file.
Result<Register> load_register(const std::filesystem::path& folder);

/// The agreements and profiles of a folder, in the order of their file names. Errors name the file.
Result<std::vector<Agreement>> load_agreements(const std::filesystem::path& folder);

/// The address of `mailto:name@domain` (RFC 6068: percent-encoding undone, what follows `?`
/// dropped), also with the two slashes that the templates have. Empty for any other URI, and where
/// what it says is not one address that is_plain_address() lets pass.
std::string mail_address(std::string_view uri);

/// A party that others name as their parent is an organisation. Addresses and signing certificates
/// are those of the directory and of the profiles together.
Register make_register(
    const directory::Directory& directory, std::span<const Agreement> agreements
);

}  // namespace budstikke::ebxml
