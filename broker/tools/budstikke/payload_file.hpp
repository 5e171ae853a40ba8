// Payloads in files: read whole up to the limit, written so that only their owner reads them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"

namespace budstikke::tools {

/// Errc::not_found, io, or limit_exceeded above limits::payload_bytes_max.
Result<std::string> read_payload_file(const std::filesystem::path& path);

/// Mode 0600, whole or not at all, in place of one of the same name. `folder` must exist.
Result<std::filesystem::path> write_payload_file(
    const std::filesystem::path& folder, const std::string& file_name, std::string_view bytes
);

}  // namespace budstikke::tools
