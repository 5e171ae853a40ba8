// A certificate of a party: what an ebXML message is signed with, or encrypted for. Parsed once,
// then a value that any thread may copy and read. Promises facts, no trust: party_trust.hpp
// decides. May not know messages.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/crypto/peer_identity.hpp"

struct x509_st;

namespace budstikke::crypto {

class PartyCertificate {
 public:
    /// Errc::malformed where the bytes are not exactly one certificate in DER; limit_exceeded above
    /// limits::party_certificate_bytes_max.
    static Result<PartyCertificate> from_der(std::string_view der);
    /// Every certificate of a PEM file in its order, or the one of a DER file.
    static Result<std::vector<PartyCertificate>> load(const std::filesystem::path& path);

    /// Names, serial number, validity, fingerprint. The organisation number may be empty.
    const PeerIdentity& facts() const;
    std::string_view der() const;
    /// The CA's name and the serial number as in the certificate (DER): what tells certificates
    /// apart in CMS (RFC 5652, 10.2.4). Equal for the same certificate and nothing else.
    std::string_view issuer_and_serial() const;
    /// Size of the RSA modulus in bits; 0 where the key is none of RSA.
    unsigned rsa_bits() const;
    /// keyUsage nonRepudiation or digitalSignature: it may sign. Without keyUsage neither.
    bool may_sign() const;
    /// keyUsage nonRepudiation: what the profile asks of an organisation's signing certificate.
    bool has_non_repudiation() const;
    /// keyUsage keyEncipherment or dataEncipherment: one may encrypt for it.
    bool may_encrypt() const;
    /// Issued by itself: its own name as issuer.
    bool is_self_issued() const;
    /// The same certificate, bit for bit (HITS 1172, rule 44).
    bool operator==(const PartyCertificate& other) const;

    /// Internal to crypto. OpenSSL takes no const where it counts references or caches.
    x509_st& handle() const;

    struct Impl;
    explicit PartyCertificate(std::shared_ptr<const Impl> impl);

 private:
    std::shared_ptr<const Impl> impl_;  ///< shared and immutable: a copy costs no parsing
};

}  // namespace budstikke::crypto
