// Why a TLS connection or a certificate was refused, as a value with a stable name for log events
// and metrics. It promises one name per cause; the peer never gets it, it sees a uniform TLS alert.
// May not know sockets or OpenSSL.
#pragma once

#include <cstdint>
#include <string_view>

namespace budstikke::crypto {

enum class TlsFault : std::uint8_t {
    none,
    // The peer's certificate.
    no_certificate,          ///< none was sent, or the peer would not send one
    malformed_certificate,   ///< bytes that are no certificate, or a certificate that contradicts
                             ///< itself
    certificates_too_large,  ///< more than limits::certificate_bytes_max
    self_signed,             ///< the certificate has signed itself
    unknown_issuer,  ///< no path to a configured CA, or a signature on it that does not verify
    expired,         ///< it, or a CA above it
    not_yet_valid,   ///< it, or a CA above it
    wrong_purpose,   ///< no extended key usage clientAuth (at a client: serverAuth)
    weak_key,        ///< below security level 2: RSA under 2048 bits, EC under 224
    weak_signature,  ///< signed with SHA-1 or worse
    revoked,         ///< it, or the CA that issued it
    crl_stale,       ///< the newest list of its issuer is past its next update
    crl_missing,     ///< no list of its issuer
    chain_too_long,
    no_organisation_number,  ///< the subject names no Norwegian organisation (SEID 1.0 or 2.0)
    wrong_server_name,       ///< at a client: the certificate is for another server
    certificate_rejected,    ///< any other refusal of the path validation (RFC 5280)
    // The handshake.
    no_common_version,   ///< older than TLS 1.3 (or 1.2, where the listener allows it)
    no_common_cipher,    ///< no cipher, group or signature algorithm that both have
    no_common_protocol,  ///< ALPN absent or without a protocol of this listener
    not_tls,             ///< the first bytes are no TLS record
    refused_by_peer,     ///< the peer ended the connection with a fatal alert
    protocol_violation,  ///< malformed or unexpected TLS messages, records that do not verify
    // The connection.
    connection_lost,  ///< reset, or ended without close_notify
    internal,         ///< our own failure: memory, configuration
};

/// The stable name for logs, metrics and JSON: `unknown_issuer`.
std::string_view name(TlsFault fault);

}  // namespace budstikke::crypto
