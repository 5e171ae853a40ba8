// See key_pair.hpp.
#include "broker/crypto/pki/key_pair.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"
#include "broker/crypto/guarded_file.hpp"

namespace budstikke::crypto {
namespace {

// Without it OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

}  // namespace

KeyPair::KeyPair(PartyCertificate certificate, std::shared_ptr<evp_pkey_st> key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {}

Result<KeyPair> KeyPair::load(
    const std::filesystem::path& certificate_file, const std::filesystem::path& key_file
) {
    auto certificates = PartyCertificate::load(certificate_file);
    if (!certificates) return std::unexpected(certificates.error());
    Result<std::string> bytes = read_secret_file(key_file, limits::key_file_bytes_max);
    if (!bytes) return std::unexpected(bytes.error());
    Handle<EVP_PKEY> key;
    {
        const Handle<BIO> input = input_of(*bytes);
        key.reset(PEM_read_bio_PrivateKey(input.get(), nullptr, no_passphrase, nullptr));
    }
    wipe(*bytes);
    ERR_clear_error();
    if (key == nullptr) {
        return fail(Errc::malformed, key_file.string() + ": no unencrypted private key in PEM");
    }
    PartyCertificate& certificate = certificates->front();
    if (certificate.rsa_bits() < limits::rsa_bits_min) {
        return fail(
            Errc::invalid_argument, certificate_file.string() + ": the key is no RSA of " +
                                        std::to_string(limits::rsa_bits_min) + " bits or more"
        );
    }
    if (X509_check_private_key(&certificate.handle(), key.get()) != 1) {
        ERR_clear_error();
        return fail(
            Errc::invalid_argument,
            key_file.string() + ": not the key of " + certificate_file.string()
        );
    }
    return KeyPair(
        std::move(certificate), std::shared_ptr<evp_pkey_st>(key.release(), OpensslDelete{})
    );
}

}  // namespace budstikke::crypto
