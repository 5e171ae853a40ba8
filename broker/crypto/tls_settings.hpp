// What both kinds of TLS context consist of: OpenSSL's context, the verifier, the ALPN list and the
// ticket keys. Internal to crypto, shared by a context's copies and by the sessions made from it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/crypto/certificate_verifier.hpp"
#include "broker/crypto/openssl_handles.hpp"
#include "broker/crypto/peer_identity.hpp"
#include "broker/crypto/ticket_keys.hpp"
#include "broker/crypto/tls_context.hpp"

namespace budstikke::crypto {

struct TlsSettings {
    TlsSettings(PeerKind kind, CertificateVerifier peer_verifier, const Clock& clock);

    /// What server and client have in common: versions, ciphers, level, modes, verification.
    Result<void> configure(
        bool allow_tls_1_2, std::uint32_t chain_depth_max, const std::vector<std::string>& alpn
    );
    Result<void> use_certificate(
        const std::filesystem::path& chain_file, const std::filesystem::path& key_file
    );

    PeerKind peer_kind;
    CertificateVerifier verifier;
    Handle<ssl_ctx_st> context;
    std::string alpn_wire;  ///< RFC 7301: each name behind its length
    std::vector<PeerIdentity> own_certificates;
    /// Not part of the settings' value: keys turn over while the settings stay.
    mutable TicketKeys ticket_keys;
};

/// Has the verifier decide about the peer's certificate.
void install_verification(TlsSettings& settings);
/// Refuses clients without ALPN, chooses the protocol, resumes only who would be let in now.
void install_server_callbacks(TlsSettings& settings);

}  // namespace budstikke::crypto
