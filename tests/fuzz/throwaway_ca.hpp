// A CA for one process, made of nothing: what is fuzzed behind a signature can be signed. Its key
// is never written anywhere.
#pragma once

#include <string>
#include <string_view>

#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "broker/crypto/openssl_handles.hpp"
#include "tests/fuzz/must.hpp"

namespace budstikke::fuzz {

/// The DER of an object.
template <typename Object, typename Encode>
std::string encoded(Object* object, Encode encode) {
    unsigned char* bytes = nullptr;
    const int size = encode(object, &bytes);
    must(size > 0);
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

class ThrowawayCa {
 public:
    ThrowawayCa() : key_(EVP_EC_gen("P-256")), certificate_(issue("Invented CA", *key_)) {}

    EVP_PKEY& key() const { return *key_; }
    X509& certificate() const { return *certificate_; }
    /// Of a subject that has the same key, which is nobody's concern.
    crypto::Handle<x509_st> issue(const char* subject) const { return issue(subject, *key_); }

 private:
    static void set_name(X509_NAME* name, const char* text) {
        must(
            X509_NAME_add_entry_by_txt(
                name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text), -1, -1, 0
            ) == 1
        );
    }
    static void add(X509& certificate, int kind, const char* value) {
        X509V3_CTX context{};
        X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
        X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
        must(extension != nullptr && X509_add_ext(&certificate, extension, -1) == 1);
        X509_EXTENSION_free(extension);
    }
    static crypto::Handle<x509_st> issue(const char* subject, EVP_PKEY& key) {
        crypto::Handle<x509_st> made(X509_new());
        must(made != nullptr);
        X509_set_version(made.get(), X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 4711);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600L * 24);
        set_name(X509_get_issuer_name(made.get()), "Invented CA");
        set_name(X509_get_subject_name(made.get()), subject);
        X509_set_pubkey(made.get(), &key);
        add(*made, NID_basic_constraints, "critical,CA:TRUE");
        add(*made, NID_key_usage, "critical,keyCertSign,cRLSign");
        add(*made, NID_subject_key_identifier, "hash");
        must(X509_sign(made.get(), &key, EVP_sha256()) > 0);
        return made;
    }

    crypto::Handle<evp_pkey_st> key_;
    crypto::Handle<x509_st> certificate_;
};

}  // namespace budstikke::fuzz
