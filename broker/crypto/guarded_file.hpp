// Reading the small files that cryptography starts from: certificates, lists and keys. Promises
// that a key is read only from a regular file that nobody but its owner can touch, checked on the
// open descriptor. May not know what the bytes mean.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "broker/base/result.hpp"

namespace budstikke::crypto {

/// The whole file. Errc::not_found, io, or limit_exceeded above `bytes_max`.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);

/// As read_file, for secrets: Errc::denied unless it is a regular file without any permission for
/// group and others (mode & 077 is zero), whoever asks, root too (security.md T20).
/// The caller wipes the bytes when it is done with them: see wipe().
Result<std::string> read_secret_file(const std::filesystem::path& path, std::size_t bytes_max);

/// Overwrites the bytes in a way that the compiler may not remove, and empties the string.
void wipe(std::string& secret);

}  // namespace budstikke::crypto
