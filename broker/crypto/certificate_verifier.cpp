// See certificate_verifier.hpp.
#include "broker/crypto/certificate_verifier.hpp"

#include <chrono>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "broker/crypto/certificate.hpp"
#include "broker/crypto/trust_store.hpp"

namespace budstikke::crypto {
namespace {

TlsFault fault_of(int error) {
    switch (error) {
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return TlsFault::self_signed;
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return TlsFault::unknown_issuer;
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return TlsFault::expired;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return TlsFault::not_yet_valid;
        case X509_V_ERR_INVALID_PURPOSE:
            return TlsFault::wrong_purpose;
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL:
            return TlsFault::weak_key;
        case X509_V_ERR_CA_MD_TOO_WEAK:
            return TlsFault::weak_signature;
        case X509_V_ERR_CERT_CHAIN_TOO_LONG:
            return TlsFault::chain_too_long;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return TlsFault::wrong_server_name;
        case X509_V_ERR_OUT_OF_MEM:
            return TlsFault::internal;
        default:
            return TlsFault::certificate_rejected;
    }
}

// OpenSSL's own purpose check passes a certificate without extended key usage. Certificates for
// signing payloads have none of clientAuth, and must not open a connection.
bool has_purpose(x509_st& certificate, PeerKind kind) {
    const std::uint32_t wanted = kind == PeerKind::client ? XKU_SSL_CLIENT : XKU_SSL_SERVER;
    return (X509_get_extension_flags(&certificate) & EXFLAG_XKUSAGE) != 0 &&
           (X509_get_extended_key_usage(&certificate) & wanted) != 0;
}

}  // namespace

CertificateVerifier::CertificateVerifier(
    PeerKind kind, Handle<x509_store_st> store, std::optional<RevocationLists> revocation,
    const Clock& clock
)
    : kind_(kind), store_(std::move(store)), revocation_(std::move(revocation)), clock_(&clock) {}

Result<CertificateVerifier> CertificateVerifier::make(
    PeerKind kind, const std::vector<std::filesystem::path>& ca_files,
    std::optional<RevocationLists> revocation, const Clock& clock
) {
    if (ca_files.empty())
        return fail(Errc::invalid_argument, "no CA file: nobody could be believed");
    auto store = load_trust_store(ca_files);
    if (!store) return std::unexpected(store.error());
    return CertificateVerifier(kind, std::move(*store), std::move(revocation), clock);
}

std::expected<PeerIdentity, TlsFault> CertificateVerifier::verify(x509_store_ctx_st& path) const {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_->now());
    X509_STORE_CTX_set_time(&path, 0, static_cast<std::time_t>(now.time_since_epoch().count()));
    const int verified = X509_verify_cert(&path);
    ERR_clear_error();
    if (verified != 1) return std::unexpected(fault_of(X509_STORE_CTX_get_error(&path)));
    X509* certificate = X509_STORE_CTX_get0_cert(&path);
    if (certificate == nullptr) return std::unexpected(TlsFault::internal);
    return verify_again(*certificate);
}

std::expected<PeerIdentity, TlsFault> CertificateVerifier::verify_again(x509_st& certificate
) const {
    if (!has_purpose(certificate, kind_)) return std::unexpected(TlsFault::wrong_purpose);
    Result<PeerIdentity> peer = facts_of(certificate);
    if (!peer) return std::unexpected(TlsFault::malformed_certificate);
    if (const TlsFault fault = recheck(*peer); fault != TlsFault::none)
        return std::unexpected(fault);
    if (kind_ == PeerKind::client && peer->organisation_number.empty()) {
        return std::unexpected(TlsFault::no_organisation_number);
    }
    return std::move(*peer);
}

TlsFault CertificateVerifier::recheck(const PeerIdentity& peer) const {
    const Timestamp now = clock_->now();
    if (now < peer.not_before) return TlsFault::not_yet_valid;
    // The second of notAfter itself is past, as OpenSSL's path validation counts it.
    if (now >= peer.not_after) return TlsFault::expired;
    if (!revocation_) return TlsFault::none;
    switch (revocation_->check(peer, now)) {
        case RevocationStatus::good:
            return TlsFault::none;
        case RevocationStatus::revoked:
            return TlsFault::revoked;
        case RevocationStatus::stale:
            return TlsFault::crl_stale;
        case RevocationStatus::no_list:
            return TlsFault::crl_missing;
    }
    return TlsFault::internal;
}

}  // namespace budstikke::crypto
