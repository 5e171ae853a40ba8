// Reading X.509 certificates into values. Internal to crypto: what leaves it is PeerIdentity.
// Promises no trust, only facts. May not know TLS.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/openssl_handles.hpp"
#include "broker/crypto/peer_identity.hpp"

struct asn1_string_st;
struct X509_name_st;

namespace budstikke::crypto {

/// Errc::malformed where a date of the certificate is none. The organisation number is empty where
/// the subject names no organisation.
Result<PeerIdentity> facts_of(const x509_st& certificate);

/// RFC 2253, UTF-8; the same text for every encoding of the same name.
std::string text_of(const X509_name_st& name);
/// Hex of the bytes of an ASN.1 INTEGER or OCTET STRING; empty for null.
std::string hex_of(const asn1_string_st* value);
std::optional<Timestamp> time_of(const asn1_string_st* time);
/// Hex of the subject key identifier; empty where there is none.
std::string subject_key_id(x509_st& certificate);

/// At least one certificate: all of a PEM file, or the one of a DER file.
Result<std::vector<Handle<x509_st>>> load_certificates(const std::filesystem::path& path);

/// Memory as an input for OpenSSL; the bytes must outlive it.
Handle<bio_st> input_of(std::string_view bytes);

}  // namespace budstikke::crypto
