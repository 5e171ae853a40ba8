// Decides whether a peer's certificate is believed, and says exactly why not. Internal to crypto;
// one per TLS context, immutable. May not know sessions: they bring the chain and take the verdict.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/openssl_handles.hpp"
#include "broker/crypto/peer_identity.hpp"
#include "broker/crypto/revocation.hpp"
#include "broker/crypto/tls_fault.hpp"

namespace budstikke::crypto {

/// The certificates that we look at: of clients at a server, of servers at a client.
enum class PeerKind { client, server };

class CertificateVerifier {
 public:
    /// Errc::invalid_argument where the files hold no CA certificate.
    static Result<CertificateVerifier> make(
        PeerKind kind, const std::vector<std::filesystem::path>& ca_files,
        std::optional<RevocationLists> revocation, const Clock& clock
    );

    /// Path validation (RFC 5280) of the chain in `path`, whose parameters the TLS layer has set,
    /// then purpose, revocation and, for clients, the organisation number.
    std::expected<PeerIdentity, TlsFault> verify(x509_store_ctx_st& path) const;

    /// For a certificate whose path this verifier has found good before: what time can change.
    TlsFault recheck(const PeerIdentity& peer) const;
    /// As recheck, for the certificate of a resumed session.
    std::expected<PeerIdentity, TlsFault> verify_again(x509_st& certificate) const;

    x509_store_st& store() const { return *store_; }
    const std::optional<RevocationLists>& revocation() const { return revocation_; }

 private:
    CertificateVerifier(
        PeerKind kind, Handle<x509_store_st> store, std::optional<RevocationLists> revocation,
        const Clock& clock
    );

    PeerKind kind_;
    Handle<x509_store_st> store_;
    std::optional<RevocationLists> revocation_;
    const Clock* clock_;
};

}  // namespace budstikke::crypto
