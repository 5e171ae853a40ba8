// The private key of a connection or of a party, from its guarded file. Internal to crypto.
#pragma once

#include <filesystem>

#include "broker/base/result.hpp"
#include "broker/crypto/openssl_handles.hpp"

namespace budstikke::crypto {

/// Errors as read_secret_file has them, up to limits::key_file_bytes_max; Errc::malformed where
/// there is no unencrypted private key in PEM. The bytes of the file are wiped before it returns.
Result<Handle<evp_pkey_st>> load_private_key(const std::filesystem::path& path);

}  // namespace budstikke::crypto
