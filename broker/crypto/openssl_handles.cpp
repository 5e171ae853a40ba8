// See openssl_handles.hpp.
#include "broker/crypto/openssl_handles.hpp"

#include <cstdio>
#include <cstdlib>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace budstikke::crypto {

void OpensslDelete::operator()(bio_st* object) const noexcept {
    BIO_free_all(object);
}
void OpensslDelete::operator()(evp_md_ctx_st* object) const noexcept {
    EVP_MD_CTX_free(object);
}
void OpensslDelete::operator()(evp_pkey_st* object) const noexcept {
    EVP_PKEY_free(object);
}
void OpensslDelete::operator()(ssl_ctx_st* object) const noexcept {
    SSL_CTX_free(object);
}
void OpensslDelete::operator()(ssl_session_st* object) const noexcept {
    SSL_SESSION_free(object);
}
void OpensslDelete::operator()(ssl_st* object) const noexcept {
    SSL_free(object);
}
void OpensslDelete::operator()(x509_st* object) const noexcept {
    X509_free(object);
}
void OpensslDelete::operator()(X509_crl_st* object) const noexcept {
    X509_CRL_free(object);
}
void OpensslDelete::operator()(x509_store_st* object) const noexcept {
    X509_STORE_free(object);
}
void OpensslDelete::operator()(x509_store_ctx_st* object) const noexcept {
    X509_STORE_CTX_free(object);
}

std::string take_openssl_error() {
    const unsigned long code = ERR_peek_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "unknown OpenSSL error" : reason;
}

void die_of_openssl(const char* what) noexcept {
    static_cast<void>(std::fprintf(stderr, "budstikke: OpenSSL cannot %s; giving up\n", what));
    std::abort();
}

}  // namespace budstikke::crypto
