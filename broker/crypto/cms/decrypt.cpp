// Opening: OpenSSL's CMS does the reading and the cryptography, its own recipient and cipher values
// are what the policy is held against, and from the private key's first use to the last byte a
// wrong message takes the same way as a right one.
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"
#include "broker/crypto/cms/asn1_guard.hpp"
#include "broker/crypto/cms/cms.hpp"
#include "broker/crypto/cms/inside.hpp"

namespace budstikke::crypto::cms {
namespace {

struct FreeCms {
    void operator()(CMS_ContentInfo* message) const { CMS_ContentInfo_free(message); }
};
using Message = std::unique_ptr<CMS_ContentInfo, FreeCms>;

/// What OpenSSL leaves in its queue must not meet the next message, and nobody may read it.
struct ErrorsForgotten {
    ErrorsForgotten() { ERR_clear_error(); }
    ~ErrorsForgotten() { ERR_clear_error(); }
    ErrorsForgotten(const ErrorsForgotten&) = delete;
    ErrorsForgotten& operator=(const ErrorsForgotten&) = delete;
};

std::optional<ContentCipher> cipher_of(int nid) {
    switch (nid) {
        case NID_aes_128_cbc:
            return ContentCipher::aes_128_cbc;
        case NID_aes_192_cbc:
            return ContentCipher::aes_192_cbc;
        case NID_aes_256_cbc:
            return ContentCipher::aes_256_cbc;
        case NID_aes_128_gcm:
            return ContentCipher::aes_128_gcm;
        case NID_aes_192_gcm:
            return ContentCipher::aes_192_gcm;
        case NID_aes_256_gcm:
            return ContentCipher::aes_256_gcm;
        case NID_des_ede3_cbc:
            return ContentCipher::des_ede3_cbc;
        default:
            return std::nullopt;
    }
}

bool is_gcm(ContentCipher cipher) {
    return cipher == ContentCipher::aes_128_gcm || cipher == ContentCipher::aes_192_gcm ||
           cipher == ContentCipher::aes_256_gcm;
}

std::optional<KeyTransport> transport_of(CMS_RecipientInfo* recipient) {
    X509_ALGOR* algorithm = nullptr;
    if (CMS_RecipientInfo_ktri_get0_algs(recipient, nullptr, nullptr, &algorithm) != 1 ||
        algorithm == nullptr) {
        return std::nullopt;
    }
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    switch (OBJ_obj2nid(object)) {
        case NID_rsaEncryption:
            return KeyTransport::rsa_pkcs1;
        case NID_rsaesOaep:
            return KeyTransport::rsa_oaep;
        default:
            return std::nullopt;
    }
}

struct Addressed {
    CMS_RecipientInfo* recipient = nullptr;
    std::size_t key = 0;
};

/// The first recipient that is one of our certificates, by issuer and serial number or by subject
/// key identifier (RFC 5652, 6.2.1).
std::expected<Addressed, Fault> find_recipient(
    CMS_ContentInfo& message, std::span<const KeyPair> keys, const Policy& policy
) {
    const STACK_OF(CMS_RecipientInfo)* const recipients = CMS_get0_RecipientInfos(&message);
    if (recipients == nullptr) return std::unexpected(Fault::malformed);
    const int count = sk_CMS_RecipientInfo_num(recipients);
    if (count > static_cast<int>(limits::cms_recipients_max)) {
        return std::unexpected(Fault::limit_exceeded);
    }
    Fault fault = Fault::no_key;
    for (int i = 0; i < count; ++i) {
        CMS_RecipientInfo* const recipient = sk_CMS_RecipientInfo_value(recipients, i);
        if (CMS_RecipientInfo_type(recipient) != CMS_RECIPINFO_TRANS) continue;
        for (std::size_t key = 0; key < keys.size(); ++key) {
            X509& own = keys[key].certificate().handle();
            if (CMS_RecipientInfo_ktri_cert_cmp(recipient, &own) != 0) continue;
            const auto transport = transport_of(recipient);
            if (transport && std::ranges::find(policy.key_transports, *transport) !=
                                 policy.key_transports.end()) {
                return Addressed{.recipient = recipient, .key = key};
            }
            fault = Fault::transport_refused;
        }
    }
    return std::unexpected(fault);
}

/// False where the key did not open. OpenSSL then goes on with a random key of the right length, so
/// that the time until the refusal does not tell (RFC 3218, 2.3.2).
bool unwrap_key(CMS_ContentInfo& message, CMS_RecipientInfo& recipient, evp_pkey_st& key) {
    if (EVP_PKEY_up_ref(&key) != 1) throw std::bad_alloc();
    if (CMS_RecipientInfo_set0_pkey(&recipient, &key) != 1) {
        EVP_PKEY_free(&key);
        return false;
    }
    const bool opened = CMS_RecipientInfo_decrypt(&message, &recipient) == 1;
    CMS_RecipientInfo_set0_pkey(&recipient, nullptr);
    ERR_clear_error();
    return opened;
}

struct Content {
    std::string bytes;
    ContentCipher cipher = ContentCipher::aes_256_cbc;
};

std::expected<Content, Fault> decrypt_content(
    CMS_ContentInfo& message, bool authenticated, const Policy& policy, bool key_opened
) {
    const Handle<BIO> chain(CMS_dataInit(&message, nullptr));
    if (chain == nullptr) return std::unexpected(Fault::cipher_refused);
    BIO* const cipher_bio = BIO_find_type(chain.get(), BIO_TYPE_CIPHER);
    EVP_CIPHER_CTX* context = nullptr;
    if (cipher_bio == nullptr || BIO_get_cipher_ctx(cipher_bio, &context) != 1) {
        return std::unexpected(Fault::malformed);
    }
    const auto cipher = cipher_of(EVP_CIPHER_CTX_get_nid(context));
    // GCM outside AuthEnvelopedData would be decrypted without its tag being looked at (RFC 5084).
    if (!cipher || is_gcm(*cipher) != authenticated ||
        std::ranges::find(policy.ciphers, *cipher) == policy.ciphers.end()) {
        return std::unexpected(Fault::cipher_refused);
    }
    Content content{.bytes = {}, .cipher = *cipher};
    std::array<char, 64 * limits::kib> piece{};
    int got = 0;
    while ((got = BIO_read(chain.get(), piece.data(), static_cast<int>(piece.size()))) > 0) {
        content.bytes.append(piece.data(), static_cast<std::size_t>(got));
    }
    const bool whole = got == 0 && BIO_get_cipher_status(cipher_bio) > 0;
    if (!whole || !key_opened) return std::unexpected(Fault::not_decrypted);
    return content;
}

}  // namespace

Result<Decryptor> Decryptor::make(std::vector<KeyPair> keys) {
    if (keys.empty()) return fail(Errc::invalid_argument, "no key to decrypt with");
    if (keys.size() > limits::own_keys_max) {
        return fail(Errc::limit_exceeded, "more decryption keys than one party needs");
    }
    std::set<std::string_view> names;
    for (const KeyPair& key : keys) {
        if (!names.insert(key.certificate().issuer_and_serial()).second) {
            return fail(Errc::invalid_argument, "two decryption keys of one issuer and serial");
        }
    }
    return Decryptor(std::move(keys));
}

std::expected<Opened, Fault> Decryptor::open(std::string_view encrypted, const Policy& policy)
    const {
    if (encrypted.size() > limits::cms_bytes_max) return std::unexpected(Fault::limit_exceeded);
    switch (check_asn1(encrypted)) {
        case Asn1Verdict::good:
            break;
        case Asn1Verdict::malformed:
            return std::unexpected(Fault::malformed);
        case Asn1Verdict::limit_exceeded:
            return std::unexpected(Fault::limit_exceeded);
    }
    const ErrorsForgotten forgotten;
    const auto* front = reinterpret_cast<const unsigned char*>(encrypted.data());
    const unsigned char* const end = front + encrypted.size();
    const Message message(d2i_CMS_ContentInfo(nullptr, &front, static_cast<long>(encrypted.size()))
    );
    if (message == nullptr || front != end) return std::unexpected(Fault::malformed);
    const int kind = OBJ_obj2nid(CMS_get0_type(message.get()));
    const bool authenticated = kind == NID_id_smime_ct_authEnvelopedData;
    if (kind != NID_pkcs7_enveloped && !authenticated) {
        return std::unexpected(Fault::not_enveloped);
    }
    const auto addressed = find_recipient(*message, keys_, policy);
    if (!addressed) return std::unexpected(addressed.error());
    const bool key_opened =
        unwrap_key(*message, *addressed->recipient, keys_[addressed->key].key());
    auto content = decrypt_content(*message, authenticated, policy, key_opened);
    if (!content) return std::unexpected(content.error());
    const std::size_t bytes_max =
        policy.plain_bytes_max == 0 ? limits::payload_bytes_max : policy.plain_bytes_max;
    auto opened = unpack(std::move(content->bytes), bytes_max);
    if (!opened) return opened;
    opened->cipher = content->cipher;
    opened->key = addressed->key;
    return opened;
}

}  // namespace budstikke::crypto::cms
