// See trust_store.hpp.
#include "broker/crypto/trust_store.hpp"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "broker/crypto/certificate.hpp"

namespace budstikke::crypto {

Result<Handle<x509_store_st>> load_trust_store(const std::vector<std::filesystem::path>& ca_files) {
    Handle<X509_STORE> store(X509_STORE_new());
    if (store == nullptr) return fail(Errc::internal, take_openssl_error());
    for (const std::filesystem::path& path : ca_files) {
        const auto certificates = load_certificates(path);
        if (!certificates) return std::unexpected(certificates.error());
        for (const Handle<x509_st>& certificate : *certificates) {
            if (X509_check_ca(certificate.get()) == 0) {
                return fail(
                    Errc::invalid_argument, path.string() + ": holds a certificate that is no CA's"
                );
            }
            if (X509_STORE_add_cert(store.get(), certificate.get()) != 1) {
                return fail(Errc::internal, path.string() + ": " + take_openssl_error());
            }
        }
    }
    return store;
}

}  // namespace budstikke::crypto
