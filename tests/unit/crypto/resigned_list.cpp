// See resigned_list.hpp.
#include "tests/unit/crypto/resigned_list.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace budstikke::crypto::test {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File open(const std::string& path, const char* mode) {
    File file(std::fopen(path.c_str(), mode), std::fclose);
    if (file == nullptr) throw std::runtime_error(path);
    return file;
}

template <typename Object, typename Free>
std::unique_ptr<Object, Free> owned(Object* object, Free free) {
    if (object == nullptr) throw std::runtime_error("openssl");
    return {object, free};
}

}  // namespace

void add_to_first_entry(
    const std::string& list_file, const std::string& key_file, const std::string& object_id,
    const std::string& value
) {
    const auto list = owned(
        PEM_read_X509_CRL(open(list_file, "r").get(), nullptr, nullptr, nullptr), X509_CRL_free
    );
    const auto key = owned(
        PEM_read_PrivateKey(open(key_file, "r").get(), nullptr, nullptr, nullptr), EVP_PKEY_free
    );
    const auto extension = owned(
        X509V3_EXT_nconf(nullptr, nullptr, object_id.c_str(), value.c_str()), X509_EXTENSION_free
    );
    X509_REVOKED* entry = sk_X509_REVOKED_value(X509_CRL_get_REVOKED(list.get()), 0);
    if (entry == nullptr || X509_REVOKED_add_ext(entry, extension.get(), -1) != 1 ||
        X509_CRL_sign(list.get(), key.get(), EVP_sha256()) <= 0 ||
        PEM_write_X509_CRL(open(list_file, "w").get(), list.get()) != 1) {
        throw std::runtime_error("openssl: the list cannot be signed again");
    }
}

}  // namespace budstikke::crypto::test
