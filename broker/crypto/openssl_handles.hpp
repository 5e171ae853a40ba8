// Owning handles for OpenSSL's objects, and what is left of an OpenSSL error. Internal to crypto;
// it names OpenSSL's types without its headers, so that they stay out of every header of ours.
#pragma once

#include <memory>
#include <string>

struct bio_st;
struct evp_md_ctx_st;
struct evp_pkey_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;
struct x509_st;
struct X509_crl_st;
struct x509_store_st;
struct x509_store_ctx_st;

namespace budstikke::crypto {

struct OpensslDelete {
    void operator()(bio_st* object) const noexcept;
    void operator()(evp_md_ctx_st* object) const noexcept;
    void operator()(evp_pkey_st* object) const noexcept;
    void operator()(ssl_ctx_st* object) const noexcept;
    void operator()(ssl_session_st* object) const noexcept;
    void operator()(ssl_st* object) const noexcept;
    void operator()(x509_st* object) const noexcept;
    void operator()(X509_crl_st* object) const noexcept;
    void operator()(x509_store_st* object) const noexcept;
    void operator()(x509_store_ctx_st* object) const noexcept;
};

template <typename Object>
using Handle = std::unique_ptr<Object, OpensslDelete>;

/// Empties this thread's error queue and gives the name of its first error, for example
/// `ee key too small`; such names hold nothing of the input.
std::string take_openssl_error();

/// Ends the process: a library that cannot digest or give randomness leaves nothing to go on with.
[[noreturn]] void die_of_openssl(const char* what) noexcept;

}  // namespace budstikke::crypto
