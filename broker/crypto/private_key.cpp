// See private_key.hpp.
#include "broker/crypto/private_key.hpp"

#include <string>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"
#include "broker/crypto/guarded_file.hpp"

namespace budstikke::crypto {
namespace {

// Without it OpenSSL would ask at the terminal, where nobody is there to type a passphrase.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

}  // namespace

Result<Handle<evp_pkey_st>> load_private_key(const std::filesystem::path& path) {
    Result<std::string> bytes = read_secret_file(path, limits::key_file_bytes_max);
    if (!bytes) return std::unexpected(bytes.error());
    Handle<EVP_PKEY> key;
    {
        const Handle<BIO> input = input_of(*bytes);
        key.reset(PEM_read_bio_PrivateKey(input.get(), nullptr, no_passphrase, nullptr));
    }
    wipe(*bytes);
    ERR_clear_error();
    if (key == nullptr) {
        return fail(Errc::malformed, path.string() + ": no unencrypted private key in PEM");
    }
    return key;
}

}  // namespace budstikke::crypto
