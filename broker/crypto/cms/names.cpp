// The names of cms.hpp's values, and what of a fault a stranger may hear.
#include "broker/crypto/cms/cms.hpp"

namespace budstikke::crypto::cms {

std::string_view name(ContentCipher cipher) {
    switch (cipher) {
        case ContentCipher::aes_128_cbc:
            return "aes-128-cbc";
        case ContentCipher::aes_192_cbc:
            return "aes-192-cbc";
        case ContentCipher::aes_256_cbc:
            return "aes-256-cbc";
        case ContentCipher::aes_128_gcm:
            return "aes-128-gcm";
        case ContentCipher::aes_192_gcm:
            return "aes-192-gcm";
        case ContentCipher::aes_256_gcm:
            return "aes-256-gcm";
        case ContentCipher::des_ede3_cbc:
            return "des-ede3-cbc";
    }
    return "unknown";
}

std::string_view name(KeyTransport transport) {
    return transport == KeyTransport::rsa_pkcs1 ? "rsa-pkcs1" : "rsa-oaep";
}

std::string_view name(Fault fault) {
    switch (fault) {
        case Fault::malformed:
            return "malformed";
        case Fault::limit_exceeded:
            return "limit_exceeded";
        case Fault::not_enveloped:
            return "not_enveloped";
        case Fault::cipher_refused:
            return "cipher_refused";
        case Fault::transport_refused:
            return "transport_refused";
        case Fault::no_key:
            return "no_key";
        case Fault::not_decrypted:
            return "not_decrypted";
        case Fault::inflation:
            return "inflation";
        case Fault::too_large_inside:
            return "too_large_inside";
        case Fault::content_unknown:
            return "content_unknown";
        case Fault::transfer_encoding:
            return "transfer_encoding";
    }
    return "unknown";
}

Fault for_strangers(Fault fault) {
    switch (fault) {
        case Fault::inflation:
        case Fault::too_large_inside:
        case Fault::content_unknown:
        case Fault::transfer_encoding:
            return Fault::not_decrypted;
        default:
            return fault;
    }
}

Policy Policy::with_3des() const {
    Policy policy = *this;
    policy.ciphers.push_back(ContentCipher::des_ede3_cbc);
    return policy;
}

}  // namespace budstikke::crypto::cms
