// See key_pair.hpp.
#include "broker/crypto/pki/key_pair.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/private_key.hpp"

namespace budstikke::crypto {

KeyPair::KeyPair(PartyCertificate certificate, std::shared_ptr<evp_pkey_st> key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {}

Result<KeyPair> KeyPair::load(
    const std::filesystem::path& certificate_file, const std::filesystem::path& key_file
) {
    auto certificates = PartyCertificate::load(certificate_file);
    if (!certificates) return std::unexpected(certificates.error());
    Result<Handle<evp_pkey_st>> key = load_private_key(key_file);
    if (!key) return std::unexpected(key.error());
    PartyCertificate& certificate = certificates->front();
    if (certificate.rsa_bits() < limits::rsa_bits_min) {
        return fail(
            Errc::invalid_argument, certificate_file.string() + ": the key is no RSA of " +
                                        std::to_string(limits::rsa_bits_min) + " bits or more"
        );
    }
    if (X509_check_private_key(&certificate.handle(), key->get()) != 1) {
        ERR_clear_error();
        return fail(
            Errc::invalid_argument,
            key_file.string() + ": not the key of " + certificate_file.string()
        );
    }
    return KeyPair(
        std::move(certificate), std::shared_ptr<evp_pkey_st>(key->release(), OpensslDelete{})
    );
}

}  // namespace budstikke::crypto
