// See tls_settings.hpp.
#include "broker/crypto/tls_settings.hpp"

#include <openssl/ssl.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"
#include "broker/crypto/private_key.hpp"

namespace budstikke::crypto {
namespace {

constexpr int security_level = 2;  // no SHA-1 signatures, 112 bits: RSA 2048, EC 224
constexpr const char* tls_1_3_ciphers =
    "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* tls_1_2_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* groups = "X25519:P-256:P-384";

std::unexpected<Error> refused(const std::filesystem::path& path, const std::string& why) {
    return fail(Errc::invalid_argument, path.string() + ": " + why);
}

Result<std::string> wire_form(const std::vector<std::string>& alpn) {
    std::string wire;
    for (const std::string& protocol : alpn) {
        if (protocol.empty() || protocol.size() > limits::alpn_name_bytes_max) {
            return fail(Errc::invalid_argument, "an ALPN name must have 1 to 255 bytes");
        }
        wire.push_back(static_cast<char>(protocol.size()));
        wire += protocol;
    }
    return wire;
}

}  // namespace

TlsSettings::TlsSettings(PeerKind kind, CertificateVerifier peer_verifier, const Clock& clock)
    : peer_kind(kind),
      verifier(std::move(peer_verifier)),
      context(SSL_CTX_new(kind == PeerKind::client ? TLS_server_method() : TLS_client_method())),
      ticket_keys(clock) {}

Result<void> TlsSettings::configure(
    bool allow_tls_1_2, std::uint32_t chain_depth_max, const std::vector<std::string>& alpn
) {
    SSL_CTX* ctx = context.get();
    if (ctx == nullptr) return fail(Errc::internal, take_openssl_error());
    if (chain_depth_max == 0 ||
        chain_depth_max > limits::certificate_chain_depth_configurable_max) {
        return fail(Errc::invalid_argument, "the chain depth is out of range");
    }
    Result<std::string> wire = wire_form(alpn);
    if (!wire) return std::unexpected(wire.error());
    alpn_wire = std::move(*wire);

    // Everything is said here, so that the machine's openssl.cnf cannot weaken it.
    SSL_CTX_set_security_level(ctx, security_level);
    SSL_CTX_set_options(
        ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
    );
    SSL_CTX_clear_options(
        ctx, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
                 SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_ALLOW_NO_DHE_KEX | SSL_OP_NO_TICKET
    );
    // Buffers go back while a connection is idle; the chain is sent as configured, not searched for
    // in every handshake.
    SSL_CTX_set_mode(
        ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN
    );
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_max_cert_list(ctx, static_cast<long>(limits::certificate_bytes_max));
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(
        ctx, std::chrono::duration_cast<std::chrono::seconds>(limits::tls_session_time_max).count()
    );
    SSL_CTX_set_max_early_data(ctx, 0);
    SSL_CTX_set_recv_max_early_data(ctx, 0);
    // OpenSSL counts the CAs between the certificate and the root.
    SSL_CTX_set_verify_depth(ctx, static_cast<int>(chain_depth_max) - 1);
    const bool done =
        SSL_CTX_set_min_proto_version(ctx, allow_tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION) == 1 &&
        SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) == 1 &&
        SSL_CTX_set_ciphersuites(ctx, tls_1_3_ciphers) == 1 &&
        SSL_CTX_set_cipher_list(ctx, tls_1_2_ciphers) == 1 &&
        SSL_CTX_set1_groups_list(ctx, groups) == 1;
    if (!done) return fail(Errc::internal, take_openssl_error());
    SSL_CTX_set1_cert_store(ctx, &verifier.store());
    install_verification(*this);
    return {};
}

Result<void> TlsSettings::use_certificate(
    const std::filesystem::path& chain_file, const std::filesystem::path& key_file
) {
    Result<std::vector<PeerIdentity>> facts = read_certificates(chain_file);
    if (!facts) return std::unexpected(facts.error());
    const auto chain = load_certificates(chain_file);
    if (!chain) return std::unexpected(chain.error());
    const Result<Handle<evp_pkey_st>> key = load_private_key(key_file);
    if (!key) return std::unexpected(key.error());
    SSL_CTX* ctx = context.get();
    if (SSL_CTX_use_certificate(ctx, chain->front().get()) != 1) {
        return refused(chain_file, take_openssl_error());
    }
    for (std::size_t i = 1; i < chain->size(); ++i) {
        if (SSL_CTX_add1_chain_cert(ctx, (*chain)[i].get()) != 1) {
            return refused(chain_file, take_openssl_error());
        }
    }
    if (SSL_CTX_use_PrivateKey(ctx, key->get()) != 1 || SSL_CTX_check_private_key(ctx) != 1) {
        return refused(key_file, take_openssl_error());
    }
    own_certificates = std::move(*facts);
    return {};
}

}  // namespace budstikke::crypto
