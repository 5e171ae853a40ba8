// See tls_session.hpp.
#include "broker/crypto/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/tls_session_impl.hpp"

namespace budstikke::crypto {
namespace {

TlsFault fault_of_ssl_reason(int reason, bool reading_certificate) {
    // OpenSSL numbers the alerts that it receives from here upwards.
    if (reason >= SSL_AD_REASON_OFFSET) return TlsFault::refused_by_peer;
    switch (reason) {
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return TlsFault::no_certificate;
        case SSL_R_EXCESSIVE_MESSAGE_SIZE:
            return reading_certificate ? TlsFault::certificates_too_large
                                       : TlsFault::protocol_violation;
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            return TlsFault::certificate_rejected;
        case SSL_R_EE_KEY_TOO_SMALL:
        case SSL_R_CA_KEY_TOO_SMALL:
            return TlsFault::weak_key;
        case SSL_R_CA_MD_TOO_WEAK:
            return TlsFault::weak_signature;
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_UNKNOWN_PROTOCOL:
        case SSL_R_WRONG_SSL_VERSION:
        case SSL_R_VERSION_TOO_LOW:
            return TlsFault::no_common_version;
        case SSL_R_NO_SHARED_CIPHER:
        case SSL_R_NO_SHARED_GROUPS:
        case SSL_R_NO_SUITABLE_GROUPS:
        case SSL_R_NO_SUITABLE_KEY_SHARE:
        case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
        case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
            return TlsFault::no_common_cipher;
        case SSL_R_NO_APPLICATION_PROTOCOL:
            return TlsFault::no_common_protocol;
        case SSL_R_HTTP_REQUEST:
        case SSL_R_HTTPS_PROXY_REQUEST:
        case SSL_R_WRONG_VERSION_NUMBER:
            return TlsFault::not_tls;
        case SSL_R_UNEXPECTED_EOF_WHILE_READING:
            return TlsFault::connection_lost;
        default:
            return TlsFault::protocol_violation;
    }
}

TlsFault fault_of_queue(const SSL* ssl) {
    // The first error is the cause; what follows says how OpenSSL left its functions.
    const unsigned long error = ERR_peek_error();
    ERR_clear_error();
    const OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl);
    const bool certificate = state == TLS_ST_SR_CERT || state == TLS_ST_CR_CERT;
    if (error == 0) return TlsFault::connection_lost;
    if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE) return TlsFault::internal;
    if (ERR_GET_LIB(error) == ERR_LIB_SSL) {
        return fault_of_ssl_reason(ERR_GET_REASON(error), certificate);
    }
    return certificate ? TlsFault::malformed_certificate : TlsFault::protocol_violation;
}

bool is_for(X509& certificate, const std::string& server) {
    return X509_check_ip_asc(&certificate, server.c_str(), 0) == 1 ||
           X509_check_host(
               &certificate, server.data(), server.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
               nullptr
           ) == 1;
}

}  // namespace

TlsSession::Impl::Impl(std::shared_ptr<const TlsSettings> of_context, int descriptor)
    : settings(std::move(of_context)), socket{.descriptor = descriptor} {}

bool TlsSession::Impl::open() {
    ssl.reset(SSL_new(settings->context.get()));
    Handle<BIO> bio = bio_on(socket);
    if (ssl == nullptr || bio == nullptr) return false;
    // Both directions share one BIO; with equal pointers OpenSSL takes one reference.
    BIO* const shared = bio.release();
    SSL_set_bio(ssl.get(), shared, shared);
    return SSL_set_app_data(ssl.get(), this) == 1;
}

TlsSession::Impl& TlsSession::Impl::of(const ssl_st* ssl) {
    return *static_cast<Impl*>(SSL_get_app_data(ssl));
}

void TlsSession::Impl::prepare_step() {
    ERR_clear_error();
    // OpenSSL reads on through records that carry nothing for us, key updates for example, for as
    // long as there are any: without an end to that a peer could hold the thread.
    socket.readable_bytes = limits::tls_step_bytes_max;
}

TlsStep TlsSession::Impl::failed(TlsFault reason) {
    if (fault == TlsFault::none) fault = reason;
    return {.state = TlsState::failed, .fault = fault};
}

TlsStep TlsSession::Impl::stopped(int result) {
    switch (SSL_get_error(ssl.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return {.state = TlsState::want_read};
        case SSL_ERROR_WANT_WRITE:
            return {.state = TlsState::want_write};
        case SSL_ERROR_ZERO_RETURN:
            if (!established) return failed(TlsFault::connection_lost);
            return {.state = TlsState::closed};
        case SSL_ERROR_SYSCALL:
            ERR_clear_error();
            return failed(TlsFault::connection_lost);
        default:
            return failed(fault_of_queue(ssl.get()));
    }
}

// A resumed session has not passed verify_peer.
TlsFault TlsSession::Impl::check_resumed() {
    X509* certificate = SSL_get0_peer_certificate(ssl.get());
    if (certificate == nullptr) return TlsFault::no_certificate;
    if (settings->peer_kind == PeerKind::server && !is_for(*certificate, server_name)) {
        return TlsFault::wrong_server_name;
    }
    std::expected<PeerIdentity, TlsFault> identity = settings->verifier.verify_again(*certificate);
    if (!identity) return identity.error();
    peer = std::move(*identity);
    return TlsFault::none;
}

TlsFault TlsSession::Impl::accept_handshake() {
    if (SSL_session_reused(ssl.get()) == 1) {
        if (const TlsFault reason = check_resumed(); reason != TlsFault::none) return reason;
    }
    if (!peer) return TlsFault::internal;
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl.get(), &chosen, &size);
    if (!settings->alpn_wire.empty() && size == 0) return TlsFault::no_common_protocol;
    return TlsFault::none;
}

TlsStep TlsSession::Impl::handshake() {
    if (fault != TlsFault::none) return failed(fault);
    if (established) return {};
    prepare_step();
    const int result = SSL_do_handshake(ssl.get());
    if (result != 1) return stopped(result);
    if (const TlsFault reason = accept_handshake(); reason != TlsFault::none) {
        peer.reset();
        return failed(reason);
    }
    established = true;
    return {};
}

TlsStep TlsSession::Impl::read(std::span<char> space) {
    if (fault != TlsFault::none) return failed(fault);
    if (!established) return failed(TlsFault::internal);
    if (space.empty()) return {};
    prepare_step();
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl.get(), space.data(), space.size(), &count);
    return result == 1 ? TlsStep{.bytes = count} : stopped(result);
}

TlsStep TlsSession::Impl::write(std::string_view bytes) {
    if (fault != TlsFault::none) return failed(fault);
    if (!established) return failed(TlsFault::internal);
    std::size_t taken = 0;
    while (taken < bytes.size()) {
        prepare_step();
        std::size_t count = 0;
        const std::string_view rest = bytes.substr(taken);
        const int result = SSL_write_ex(ssl.get(), rest.data(), rest.size(), &count);
        if (result != 1) {
            const TlsStep step = stopped(result);
            // What was taken counts first; the next call meets the same obstacle again.
            return taken > 0 && step.state != TlsState::failed ? TlsStep{.bytes = taken} : step;
        }
        taken += count;
    }
    return {.bytes = taken};
}

TlsStep TlsSession::Impl::shutdown() {
    if (fault != TlsFault::none) return failed(fault);
    // Before the end of the handshake there is nothing to close in order.
    if (!established) return {};
    prepare_step();
    const int result = SSL_shutdown(ssl.get());
    return result >= 0 ? TlsStep{} : stopped(result);
}

TlsSession::TlsSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsSession::TlsSession(TlsSession&&) noexcept = default;
TlsSession& TlsSession::operator=(TlsSession&&) noexcept = default;
TlsSession::~TlsSession() = default;

TlsStep TlsSession::handshake() {
    return impl_->handshake();
}
TlsStep TlsSession::read(std::span<char> space) {
    return impl_->read(space);
}
TlsStep TlsSession::write(std::string_view bytes) {
    return impl_->write(bytes);
}
TlsStep TlsSession::shutdown() {
    return impl_->shutdown();
}

const PeerIdentity* TlsSession::peer() const {
    const bool known = impl_->established && !impl_->peer->organisation_number.empty();
    return known ? &*impl_->peer : nullptr;
}

std::string_view TlsSession::alpn() const {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(impl_->ssl.get(), &chosen, &size);
    return {reinterpret_cast<const char*>(chosen), size};
}

std::string_view TlsSession::version() const {
    return SSL_get_version(impl_->ssl.get());
}
std::string_view TlsSession::cipher() const {
    return SSL_get_cipher_name(impl_->ssl.get());
}
bool TlsSession::resumed() const {
    return SSL_session_reused(impl_->ssl.get()) == 1;
}

std::string TlsSession::ticket() const {
    const Handle<SSL_SESSION> session(SSL_get1_session(impl_->ssl.get()));
    if (session == nullptr || SSL_SESSION_is_resumable(session.get()) != 1) return {};
    unsigned char* bytes = nullptr;
    const int size = i2d_SSL_SESSION(session.get(), &bytes);
    if (size <= 0) return {};
    std::string ticket(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_clear_free(bytes, static_cast<std::size_t>(size));
    return ticket;
}

}  // namespace budstikke::crypto
