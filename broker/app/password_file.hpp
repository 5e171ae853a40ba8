// The password of a mail server, from a file of its own. Promises that nobody but the owner of the
// file could read it.
#pragma once

#include <filesystem>
#include <string>

#include "broker/base/result.hpp"

namespace budstikke::app {

/// The first line, 1 to limits::name_bytes_max bytes, nothing behind it. Errors as
/// crypto::read_secret_file, else Errc::malformed; none quotes the file.
Result<std::string> read_password(const std::filesystem::path& file);

}  // namespace budstikke::app
