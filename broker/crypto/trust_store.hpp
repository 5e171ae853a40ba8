// The CAs that a verifier believes, read from the files that operations names. Internal to crypto.
// Promises that only CAs get in; which paths they make good is for the verifier to say.
#pragma once

#include <filesystem>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/crypto/openssl_handles.hpp"

namespace budstikke::crypto {

/// All CAs of the files. Errc::not_found, io, limit_exceeded or malformed as load_certificates has
/// them; Errc::invalid_argument for a certificate that is no CA's.
Result<Handle<x509_store_st>> load_trust_store(const std::vector<std::filesystem::path>& ca_files);

}  // namespace budstikke::crypto
