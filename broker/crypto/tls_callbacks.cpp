// What OpenSSL asks us during a handshake: is this certificate believed, which protocol, may this
// ticket resume. Every answer that refuses leaves its reason in the session first.
#include <algorithm>
#include <array>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "broker/crypto/tls_session_impl.hpp"
#include "broker/crypto/tls_settings.hpp"

namespace budstikke::crypto {
namespace {

constexpr int iv_bytes = 16;
constexpr int failure = -1;

int verify_peer(X509_STORE_CTX* path, void*) {
    auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(path, SSL_get_ex_data_X509_STORE_CTX_idx()));
    TlsSession::Impl& session = TlsSession::Impl::of(ssl);
    std::expected<PeerIdentity, TlsFault> peer = session.settings->verifier.verify(*path);
    if (!peer) {
        session.fault = peer.error();
        // One error for all: OpenSSL makes the alert of it, and the peer learns no more.
        X509_STORE_CTX_set_error(path, X509_V_ERR_APPLICATION_VERIFICATION);
        return 0;
    }
    session.peer = std::move(*peer);
    X509_STORE_CTX_set_error(path, X509_V_OK);
    return 1;
}

// choose_protocol is not called for a client that offers none, so that one is refused here.
int require_alpn(SSL* ssl, int* alert, void*) {
    const unsigned char* data = nullptr;
    std::size_t size = 0;
    const unsigned extension = TLSEXT_TYPE_application_layer_protocol_negotiation;
    if (SSL_client_hello_get0_ext(ssl, extension, &data, &size) == 1)
        return SSL_CLIENT_HELLO_SUCCESS;
    TlsSession::Impl::of(ssl).fault = TlsFault::no_common_protocol;
    *alert = SSL_AD_NO_APPLICATION_PROTOCOL;
    return SSL_CLIENT_HELLO_ERROR;
}

int choose_protocol(
    SSL* ssl, const unsigned char** chosen, unsigned char* chosen_size,
    const unsigned char* offered, unsigned offered_size, void* /*context*/
) {
    TlsSession::Impl& session = TlsSession::Impl::of(ssl);
    const std::string& ours = session.settings->alpn_wire;
    unsigned char* selected = nullptr;
    const int outcome = SSL_select_next_proto(
        &selected, chosen_size, reinterpret_cast<const unsigned char*>(ours.data()),
        static_cast<unsigned>(ours.size()), offered, offered_size
    );
    if (outcome != OPENSSL_NPN_NEGOTIATED) {
        session.fault = TlsFault::no_common_protocol;
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *chosen = selected;
    return SSL_TLSEXT_ERR_OK;
}

bool use_key(const TicketKey& key, EVP_MAC_CTX* mac) {
    std::array<char, 7> digest = {"SHA256"};
    const std::array<OSSL_PARAM, 3> parameters = {
        OSSL_PARAM_construct_octet_string(
            OSSL_MAC_PARAM_KEY, const_cast<std::uint8_t*>(key.mac_key.data()), key.mac_key.size()
        ),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()
    };
    return EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

// RFC 5077, section 4. Returns what OpenSSL's manual asks for: -1 error, 0 no such key, 1 done.
int seal_ticket(
    SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
    int sealing
) {
    TicketKeys& keys = TlsSession::Impl::of(ssl).settings->ticket_keys;
    if (sealing != 0) {
        const TicketKey key = keys.current();
        std::ranges::copy(key.name, name);
        if (RAND_bytes(iv, iv_bytes) != 1) return failure;
        const int started =
            EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher_key.data(), iv, nullptr);
        return started == 1 && use_key(key, mac) ? 1 : failure;
    }
    const std::optional<TicketKey> key = keys.find(std::span<const std::uint8_t, 16>(name, 16));
    if (!key) return 0;
    const int started =
        EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), key->cipher_key.data(), iv, nullptr);
    return started == 1 && use_key(*key, mac) ? 1 : failure;
}

int keep_ticket(SSL*, void*) {
    return 1;
}

// A ticket whose certificate would not be let in now is ignored: the full handshake follows, and
// refuses it with the reason that is true by then (security.md T3).
SSL_TICKET_RETURN
judge_ticket(
    SSL* ssl, SSL_SESSION* session, const unsigned char*, std::size_t, SSL_TICKET_STATUS status,
    void* /*context*/
) {
    const bool opened = status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW;
    X509* certificate = opened ? SSL_SESSION_get0_peer(session) : nullptr;
    if (certificate == nullptr) return SSL_TICKET_RETURN_IGNORE_RENEW;
    const CertificateVerifier& verifier = TlsSession::Impl::of(ssl).settings->verifier;
    return verifier.verify_again(*certificate) ? SSL_TICKET_RETURN_USE_RENEW
                                               : SSL_TICKET_RETURN_IGNORE_RENEW;
}

}  // namespace

void install_verification(TlsSettings& settings) {
    SSL_CTX* ctx = settings.context.get();
    // PEER alone would let a client without certificate in (security.md T1).
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(ctx, verify_peer, nullptr);
}

void install_server_callbacks(TlsSettings& settings) {
    SSL_CTX* ctx = settings.context.get();
    if (!settings.alpn_wire.empty()) {
        SSL_CTX_set_client_hello_cb(ctx, require_alpn, nullptr);
        SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, nullptr);
    }
    SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, seal_ticket);
    SSL_CTX_set_session_ticket_cb(ctx, keep_ticket, judge_ticket, nullptr);
}

}  // namespace budstikke::crypto
