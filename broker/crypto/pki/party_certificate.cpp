// See party_certificate.hpp.
#include "broker/crypto/pki/party_certificate.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"

namespace budstikke::crypto {

struct PartyCertificate::Impl {
    Handle<x509_st> certificate;
    PeerIdentity facts;
    std::string der;
    std::string issuer_and_serial;
    unsigned rsa_bits = 0;
    unsigned key_usage = 0;
    bool self_issued = false;
};

namespace {

using Impl = PartyCertificate::Impl;

template <typename Object, typename Encode>
std::string encoded(const Object* object, Encode encode) {
    unsigned char* bytes = nullptr;
    const int length = encode(object, &bytes);
    std::string der(
        reinterpret_cast<const char*>(bytes), length > 0 ? static_cast<std::size_t>(length) : 0
    );
    OPENSSL_free(bytes);
    return der;
}

Result<std::shared_ptr<const Impl>> describe(Handle<x509_st> certificate) {
    Result<PeerIdentity> facts = facts_of(*certificate);
    if (!facts) return std::unexpected(facts.error());
    auto impl = std::make_shared<Impl>();
    X509& x509 = *certificate;
    impl->facts = std::move(*facts);
    impl->der = encoded(&x509, i2d_X509);
    impl->issuer_and_serial = encoded(X509_get_issuer_name(&x509), i2d_X509_NAME) +
                              encoded(X509_get0_serialNumber(&x509), i2d_ASN1_INTEGER);
    // Also parses the key and caches the extensions, so that sharing threads only read.
    const EVP_PKEY* key = X509_get0_pubkey(&x509);
    if (key == nullptr || (X509_get_extension_flags(&x509) & EXFLAG_INVALID) != 0) {
        ERR_clear_error();
        return fail(Errc::malformed, "a certificate whose key or extensions do not decode");
    }
    if (EVP_PKEY_is_a(key, "RSA") == 1) {
        impl->rsa_bits = static_cast<unsigned>(EVP_PKEY_get_bits(key));
    }
    const bool has_usage = (X509_get_extension_flags(&x509) & EXFLAG_KUSAGE) != 0;
    impl->key_usage = has_usage ? X509_get_key_usage(&x509) : 0;
    impl->self_issued =
        X509_NAME_cmp(X509_get_issuer_name(&x509), X509_get_subject_name(&x509)) == 0;
    impl->certificate = std::move(certificate);
    ERR_clear_error();
    return std::shared_ptr<const Impl>(std::move(impl));
}

}  // namespace

Result<PartyCertificate> PartyCertificate::from_der(std::string_view der) {
    if (der.size() > limits::party_certificate_bytes_max) {
        return fail(Errc::limit_exceeded, "a certificate of more bytes than any has");
    }
    const auto* front = reinterpret_cast<const unsigned char*>(der.data());
    const unsigned char* const end = front + der.size();
    Handle<x509_st> certificate(d2i_X509(nullptr, &front, static_cast<long>(der.size())));
    ERR_clear_error();
    if (certificate == nullptr || front != end) {
        return fail(Errc::malformed, "no certificate in DER");
    }
    auto impl = describe(std::move(certificate));
    if (!impl) return std::unexpected(impl.error());
    return PartyCertificate(std::move(*impl));
}

Result<std::vector<PartyCertificate>> PartyCertificate::load(const std::filesystem::path& path) {
    auto certificates = load_certificates(path);
    if (!certificates) return std::unexpected(certificates.error());
    std::vector<PartyCertificate> loaded;
    for (Handle<x509_st>& certificate : *certificates) {
        auto impl = describe(std::move(certificate));
        if (!impl) return fail(impl.error().code, path.string() + ": " + impl.error().detail);
        loaded.push_back(PartyCertificate(std::move(*impl)));
    }
    return loaded;
}

PartyCertificate::PartyCertificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

const PeerIdentity& PartyCertificate::facts() const {
    return impl_->facts;
}
std::string_view PartyCertificate::der() const {
    return impl_->der;
}
std::string_view PartyCertificate::issuer_and_serial() const {
    return impl_->issuer_and_serial;
}
unsigned PartyCertificate::rsa_bits() const {
    return impl_->rsa_bits;
}
bool PartyCertificate::may_sign() const {
    return (impl_->key_usage & (KU_NON_REPUDIATION | KU_DIGITAL_SIGNATURE)) != 0;
}
bool PartyCertificate::has_non_repudiation() const {
    return (impl_->key_usage & KU_NON_REPUDIATION) != 0;
}
bool PartyCertificate::may_encrypt() const {
    return (impl_->key_usage & (KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT)) != 0;
}
bool PartyCertificate::is_self_issued() const {
    return impl_->self_issued;
}
bool PartyCertificate::operator==(const PartyCertificate& other) const {
    return impl_ == other.impl_ || impl_->der == other.impl_->der;
}
x509_st& PartyCertificate::handle() const {
    return *impl_->certificate;
}

}  // namespace budstikke::crypto
