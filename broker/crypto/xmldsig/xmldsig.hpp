// XML signatures (XMLDSig) of ebXML messages as the Norwegian profile has them: HIS 1037, 5.4 and
// 6.2; HITS 1171, 5.4; HITS 1172, 5.10. A signature covers the whole SOAP envelope and the exact
// bytes of every payload part, and nothing else passes for one. Promises cryptography only: who the
// certificate belongs to, and whether it is believed, is the caller's question. May not know MIME,
// agreements or the fields of the ebXML header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/crypto/pki/key_pair.hpp"
#include "broker/crypto/pki/party_certificate.hpp"

namespace budstikke::crypto::xmldsig {

/// A payload part as it is digested: decoded from base64, not from CMS.
struct Part {
    std::string_view content_id;  ///< without the angle brackets
    std::string_view bytes;
};

enum class SignatureMethod { rsa_sha1, rsa_sha256, rsa_sha384, rsa_sha512 };
enum class DigestMethod { sha1, sha256, sha384, sha512 };
enum class Transform {
    enveloped_signature,
    actor_filter,  ///< the profile's XPath: without headers for `next` and `nextMSH`
    c14n,          ///< inclusive, without comments
    exclusive_c14n,
};

/// The algorithm URI that stands in the message.
std::string_view uri_of(SignatureMethod method);
std::string_view uri_of(DigestMethod method);
std::string_view uri_of(Transform transform);

/// What a partner's signatures may use. HMAC, DSA, `#id` and external references, other XPath,
/// XSLT, base64 and fetched keys are in no list: they are never accepted. The defaults are what
/// everybody sends today; SHA-1 is for a partner who cannot do better, and asked for by name.
struct Policy {
    std::vector<SignatureMethod> signature_methods = {
        SignatureMethod::rsa_sha256, SignatureMethod::rsa_sha384, SignatureMethod::rsa_sha512
    };
    std::vector<DigestMethod> digest_methods = {
        DigestMethod::sha256, DigestMethod::sha384, DigestMethod::sha512
    };
    bool exclusive_c14n = true;          ///< instead of the profile's inclusive one
    bool actor_filter_required = false;  ///< HITS 1172, rules 36 and 38; some vendors leave it out
    unsigned rsa_bits_min = 2048;

    /// The same with rsa-sha1 and sha1 (the letter of HIS 1037 and HITS 1172, rules 33 and 84).
    Policy with_sha1() const;
};

/// What is wrong with a signature. Each has one cause; names are stable.
enum class Fault : std::uint8_t {
    malformed_xml,               ///< not well-formed, a DTD, or an encoding that we do not read
    limit_exceeded,              ///< size, depth, elements, references or parts
    not_soap,                    ///< no SOAP 1.1 Envelope with exactly one Header as first child
    duplicate_id,                ///< two elements with the same Id
    signature_repeated,          ///< rule 52
    signature_misplaced,         ///< not a child of SOAP:Header (rule 45)
    signed_info_missing,         ///< rule 363
    signature_value_missing,     ///< rule 42
    key_info_missing,            ///< rule 32
    x509_data_missing,           ///< rule 41
    certificate_missing,         ///< rule 103
    certificate_repeated,        ///< rule 65; also a second KeyInfo or X509Data
    certificate_malformed,       ///< rule 46
    key_info_fetched,            ///< a key to be fetched from somewhere
    key_type,                    ///< not RSA
    key_size,                    ///< RSA below the policy's minimum, or absurdly large
    canonicalization_method,     ///< of SignedInfo
    signature_method,            ///< rule 84
    hmac,                        ///< a shared key, or a truncated value
    reference_missing,           ///< rule 39
    envelope_reference_missing,  ///< rule 40
    reference_repeated,          ///< the envelope or a part twice
    uri_missing,                 ///< rule 85
    uri_refused,                 ///< rule 34: neither "" nor cid:
    part_unknown,                ///< a reference to a part that the message has not
    part_unsigned,               ///< a part without a reference
    transform_refused,           ///< any that the profile does not name; any at all on a part
    xpath_refused,               ///< an expression that is not the profile's, letter for letter
    transform_order,             ///< rules 35 to 38: missing, repeated or in the wrong order
    digest_method,               ///< rule 33
    digest_value,                ///< rule 64: missing, or not base64 of that length
    unexpected_content,          ///< something inside ds:Signature that nobody signs
    digest_mismatch,             ///< rule 50: the envelope or a part was changed
    signature_mismatch,          ///< rule 50: SignedInfo was changed, or another key signed it
};

/// The stable name, for logs and JSON: `digest_mismatch`.
std::string_view name(Fault fault);

struct Finding {
    Fault fault;
    std::uint32_t line = 0;  ///< of the envelope, from 1; 0 where there is none
};

struct Reference {
    std::string uri;  ///< empty for the envelope, else `cid:...` as it stands
    DigestMethod digest_method = DigestMethod::sha256;
    std::string digest;                 ///< bytes
    std::vector<Transform> transforms;  ///< in their order
    /// The ds:Reference element by itself, with the namespaces it needs: for the Acknowledgment,
    /// which repeats it verbatim.
    std::string xml;
};

enum class Status { valid, invalid, absent };

struct Verification {
    Status status = Status::invalid;
    /// Why it is invalid, in the order of the message, limits::findings_max at most. Not empty if
    /// and only if the status is invalid.
    std::vector<Finding> findings;
    /// The one that stands in the signature, also where the signature is invalid.
    std::optional<PartyCertificate> certificate;
    /// In the order of the message; what could be read of them where the signature is invalid.
    std::vector<Reference> references;
    std::optional<SignatureMethod> signature_method;
    /// Only where valid: the very bytes that the envelope's digest was made of (canonical UTF-8,
    /// without ds:Signature and comments, and without what the actor filter cuts out). Who reads
    /// the header from these reads nothing that is not signed.
    std::string envelope;
};

/// What an envelope by itself shows of its signature. Not a Verification, so that it cannot be
/// taken for one: of what lies outside the envelope it says nothing.
struct EnvelopeVerification {
    /// Valid: SignedInfo is what the key signed, and the envelope what SignedInfo says.
    Status status = Status::invalid;
    std::vector<Finding> findings;  ///< as of a Verification
    std::optional<PartyCertificate> certificate;
    std::size_t parts_left_open = 0;  ///< references to parts, whose digests nobody compared
};

/// Verifies; keeps the certificates of earlier messages parsed. Any thread.
class Verifier {
 public:
    Verifier();
    Verifier(Verifier&&) noexcept;
    Verifier& operator=(Verifier&&) noexcept;
    ~Verifier();

    /// `envelope` is the SOAP part, decoded from its transfer encoding; `parts` are all payload
    /// parts of the message, each of which must be covered. Nothing outside the arguments is read.
    Verification verify(
        std::string_view envelope, std::span<const Part> parts, const Policy& policy
    ) const;

    /// For an envelope that was kept without its parts: a file to be examined, never a message to
    /// be received. Everything that verify() asks, but for the parts themselves.
    EnvelopeVerification verify_envelope(std::string_view envelope, const Policy& policy) const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Signs with one key pair: rsa-sha256 over SHA-256 digests, the profile's three transforms, one
/// X509Certificate. The same input gives the same bytes. Any thread.
class Signer {
 public:
    explicit Signer(KeyPair key);
    Signer(Signer&&) noexcept;
    Signer& operator=(Signer&&) noexcept;
    ~Signer();

    const PartyCertificate& certificate() const;

    /// The ds:Signature element for the envelope `before` + it + `after`; the cut must be where a
    /// child of SOAP:Header may stand. Parts are referred to in their order, after the envelope.
    /// Errc::invalid_argument where the envelope is no SOAP, is signed already, or the cut is
    /// elsewhere, or a content id is empty or stands twice; limit_exceeded as for verification.
    Result<std::string> sign(
        std::string_view before, std::string_view after, std::span<const Part> parts
    ) const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::crypto::xmldsig
