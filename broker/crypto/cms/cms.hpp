// Encrypted payloads of ebXML messages: CMS EnvelopedData (RFC 5652) with RSA key transport, as
// HIS 1037, 5.5 and HITS 1171 have it; HITS 1172, 5.15. Promises that hostile bytes cost bounded
// time and memory, and that a refusal tells a stranger nothing about the key. May not know MIME
// packaging beyond what stands inside the encryption, nor whose message it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/crypto/pki/key_pair.hpp"
#include "broker/crypto/pki/party_certificate.hpp"

namespace budstikke::crypto::cms {

enum class ContentCipher {
    aes_128_cbc,
    aes_192_cbc,
    aes_256_cbc,
    aes_128_gcm,
    aes_192_gcm,
    aes_256_gcm,
    des_ede3_cbc,
};
enum class KeyTransport { rsa_pkcs1, rsa_oaep };

std::string_view name(ContentCipher cipher);
std::string_view name(KeyTransport transport);

/// What a partner may send. Single DES and RC2 are in no list. 3DES is for a partner who cannot do
/// better, and asked for by name.
struct Policy {
    std::vector<ContentCipher> ciphers = {
        ContentCipher::aes_128_cbc, ContentCipher::aes_192_cbc, ContentCipher::aes_256_cbc,
        ContentCipher::aes_128_gcm, ContentCipher::aes_192_gcm, ContentCipher::aes_256_gcm,
    };
    std::vector<KeyTransport> key_transports = {KeyTransport::rsa_pkcs1, KeyTransport::rsa_oaep};
    std::size_t plain_bytes_max = 0;  ///< after inflation; 0 is limits::payload_bytes_max

    /// The same with 3DES-CBC.
    Policy with_3des() const;
};

/// Why a payload was not opened. Names are stable. Everything that depends on the private key is
/// `not_decrypted`, whatever went wrong (Bleichenbacher, padding oracles).
enum class Fault : std::uint8_t {
    malformed,          ///< rule 263: not DER or BER of a CMS EnvelopedData
    limit_exceeded,     ///< size, recipients, or nesting
    not_enveloped,      ///< CMS of another kind: only signed, or not encrypted at all
    cipher_refused,     ///< the content's cipher is not in the policy
    transport_refused,  ///< no recipient of ours by a key transport in the policy
    no_key,             ///< encrypted for none of our certificates
    not_decrypted,
    inflation,          ///< gzip inside that does not inflate
    too_large_inside,   ///< more bytes inside than the policy allows
    content_unknown,    ///< neither XML, gzip nor a MIME part of these inside
    transfer_encoding,  ///< rule 259: a MIME part inside whose encoding is unknown or does not
                        ///< decode
};
std::string_view name(Fault fault);

/// What the sender may be told: what was found inside shows to a stranger whether his bytes were
/// decrypted to something, which is a padding oracle, so it becomes `not_decrypted`. Operations may
/// see the fault itself.
Fault for_strangers(Fault fault);

/// How the payload was packed inside the encryption.
enum class Inside { xml, gzip, mime };

struct Opened {
    std::string payload;  ///< ready to read: inflated, and without MIME headers
    Inside inside = Inside::xml;
    bool gzip = false;         ///< it was compressed, at the top or inside the MIME part
    std::string content_type;  ///< of the MIME part inside, lower case, without parameters
    /// Of the MIME part inside, lower case; empty where there is none (rule 264), read as `binary`.
    std::string transfer_encoding;
    ContentCipher cipher = ContentCipher::aes_256_cbc;
    std::size_t key = 0;  ///< which of our keys opened it
};

/// Our decryption keys: the current one and those that must still open what was sent for them.
/// Immutable; any thread.
class Decryptor {
 public:
    /// Errc::invalid_argument for no key, or two of the same certificate.
    static Result<Decryptor> make(std::vector<KeyPair> keys);

    /// `encrypted` is the DER of the CMS, decoded from base64.
    std::expected<Opened, Fault> open(std::string_view encrypted, const Policy& policy) const;

    std::span<const KeyPair> keys() const { return keys_; }

 private:
    explicit Decryptor(std::vector<KeyPair> keys) : keys_(std::move(keys)) {}
    std::vector<KeyPair> keys_;
};

/// The DER of a CMS EnvelopedData of `content` for one recipient: AES-256-CBC, RSA PKCS#1 v1.5,
/// issuerAndSerialNumber. `content` is what shall stand inside, for example from mime_part().
/// Errc::invalid_argument for a certificate that one may not encrypt for (no RSA, too small a key,
/// no keyEncipherment or dataEncipherment); limit_exceeded for too much content.
Result<std::string> encrypt(std::string_view content, const PartyCertificate& recipient);

/// The MIME part that the profile wants inside the encryption (HITS 1172, 5.15): `xml` as it is,
/// with Content-Type application/xml and Content-Transfer-Encoding binary.
std::string mime_part(std::string_view xml);

/// What some of NAV's services want there instead: gzip, the same bytes for the same content.
std::string gzip(std::string_view content);

}  // namespace budstikke::crypto::cms
