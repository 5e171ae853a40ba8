// One of our own certificates with its private key: what we sign with, or decrypt with. Read and
// checked once, then shared by all threads; no message costs a parsing. May not know messages.
#pragma once

#include <filesystem>
#include <memory>

#include "broker/base/result.hpp"
#include "broker/crypto/pki/party_certificate.hpp"

struct evp_pkey_st;

namespace budstikke::crypto {

class KeyPair {
 public:
    /// The first certificate of `certificate_file` (PEM or DER), and the unencrypted PEM key of
    /// `key_file`, which must be readable by its owner only. Errc::malformed where one does not
    /// decode; invalid_argument where they do not belong together, or the key is not RSA of
    /// limits::rsa_bits_min or more.
    static Result<KeyPair> load(
        const std::filesystem::path& certificate_file, const std::filesystem::path& key_file
    );

    const PartyCertificate& certificate() const { return certificate_; }
    /// Internal to crypto. OpenSSL takes no const where it counts references.
    evp_pkey_st& key() const { return *key_; }

 private:
    KeyPair(PartyCertificate certificate, std::shared_ptr<evp_pkey_st> key);

    PartyCertificate certificate_;
    std::shared_ptr<evp_pkey_st> key_;  ///< only read after loading: a copy of the pair shares it
};

}  // namespace budstikke::crypto
