// See tls_context.hpp.
#include "broker/crypto/tls_context.hpp"

#include <array>
#include <climits>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/certificate.hpp"
#include "broker/crypto/tls_session.hpp"
#include "broker/crypto/tls_session_impl.hpp"
#include "broker/crypto/tls_settings.hpp"

namespace budstikke::crypto {
namespace {

constexpr std::string_view session_context = "budstikke";

Result<void> announce_authorities(
    SSL_CTX* ctx, const std::vector<std::filesystem::path>& ca_files
) {
    for (const std::filesystem::path& path : ca_files) {
        const auto authorities = load_certificates(path);
        if (!authorities) return std::unexpected(authorities.error());
        for (const Handle<x509_st>& authority : *authorities) {
            if (SSL_CTX_add_client_CA(ctx, authority.get()) != 1) {
                return fail(Errc::internal, take_openssl_error());
            }
        }
    }
    return {};
}

bool is_address(const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return ::inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

// Ask for the name, and have it checked against the certificate.
bool expect_server(SSL* ssl, const std::string& name) {
    if (is_address(name)) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, name.c_str()) == 1 &&
           SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

void offer_ticket(SSL* ssl, std::string_view ticket) {
    if (ticket.empty() || ticket.size() > LONG_MAX) return;
    const auto* front = reinterpret_cast<const unsigned char*>(ticket.data());
    const Handle<SSL_SESSION> session(
        d2i_SSL_SESSION(nullptr, &front, static_cast<long>(ticket.size()))
    );
    if (session != nullptr) SSL_set_session(ssl, session.get());
    ERR_clear_error();
}

}  // namespace

class TlsServerContext::Impl : public TlsSettings {
    using TlsSettings::TlsSettings;
};

class TlsClientContext::Impl : public TlsSettings {
    using TlsSettings::TlsSettings;
};

TlsServerContext::TlsServerContext(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
TlsClientContext::TlsClientContext(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

Result<TlsServerContext> TlsServerContext::make(const TlsServerConfig& config, const Clock& clock) {
    Result<RevocationLists> lists =
        RevocationLists::load(config.ca_files, config.crl_files, config.stale_lists);
    if (!lists) return std::unexpected(lists.error());
    Result<CertificateVerifier> verifier =
        CertificateVerifier::make(PeerKind::client, config.ca_files, std::move(*lists), clock);
    if (!verifier) return std::unexpected(verifier.error());
    auto impl = std::make_shared<Impl>(PeerKind::client, std::move(*verifier), clock);
    Result<void> done = impl->configure(config.allow_tls_1_2, config.chain_depth_max, config.alpn);
    if (done) done = impl->use_certificate(config.certificate_chain_file, config.key_file);
    if (done) done = announce_authorities(impl->context.get(), config.ca_files);
    if (!done) return std::unexpected(done.error());
    SSL_CTX* ctx = impl->context.get();
    // One ticket for each connection: an EPJ reconnects, it does not fan out.
    const bool named = SSL_CTX_set_session_id_context(
                           ctx, reinterpret_cast<const unsigned char*>(session_context.data()),
                           static_cast<unsigned>(session_context.size())
                       ) == 1;
    if (!named || SSL_CTX_set_num_tickets(ctx, 1) != 1) {
        return fail(Errc::internal, take_openssl_error());
    }
    install_server_callbacks(*impl);
    return TlsServerContext(std::move(impl));
}

Result<TlsSession> TlsServerContext::accept(int socket) const {
    auto session = std::make_unique<TlsSession::Impl>(impl_, socket);
    if (!session->open()) return fail(Errc::internal, take_openssl_error());
    SSL_set_accept_state(session->ssl.get());
    return TlsSession(std::move(session));
}

TlsFault TlsServerContext::recheck(const PeerIdentity& peer) const {
    return impl_->verifier.recheck(peer);
}

const RevocationLists& TlsServerContext::revocation() const {
    return *impl_->verifier.revocation();
}

const std::vector<PeerIdentity>& TlsServerContext::own_certificates() const {
    return impl_->own_certificates;
}

Result<TlsClientContext> TlsClientContext::make(const TlsClientConfig& config, const Clock& clock) {
    std::optional<RevocationLists> revocation;
    if (!config.crl_files.empty()) {
        Result<RevocationLists> lists =
            RevocationLists::load(config.ca_files, config.crl_files, config.stale_lists);
        if (!lists) return std::unexpected(lists.error());
        revocation = std::move(*lists);
    }
    Result<CertificateVerifier> verifier =
        CertificateVerifier::make(PeerKind::server, config.ca_files, std::move(revocation), clock);
    if (!verifier) return std::unexpected(verifier.error());
    auto impl = std::make_shared<Impl>(PeerKind::server, std::move(*verifier), clock);
    Result<void> done = impl->configure(config.allow_tls_1_2, config.chain_depth_max, config.alpn);
    if (done && !config.certificate_chain_file.empty()) {
        done = impl->use_certificate(config.certificate_chain_file, config.key_file);
    }
    if (!done) return std::unexpected(done.error());
    const auto* wire = reinterpret_cast<const unsigned char*>(impl->alpn_wire.data());
    const auto size = static_cast<unsigned>(impl->alpn_wire.size());
    // Of all of OpenSSL's functions this one returns 0 for success.
    if (size > 0 && SSL_CTX_set_alpn_protos(impl->context.get(), wire, size) != 0) {
        return fail(Errc::internal, take_openssl_error());
    }
    return TlsClientContext(std::move(impl));
}

Result<TlsSession> TlsClientContext::connect(
    int socket, std::string_view server_name, std::string_view ticket
) const {
    const bool usable = !server_name.empty() &&
                        server_name.size() <= limits::server_name_bytes_max &&
                        !server_name.contains('\0');
    if (!usable) return fail(Errc::invalid_argument, "a server name must have 1 to 255 characters");
    auto session = std::make_unique<TlsSession::Impl>(impl_, socket);
    session->server_name = server_name;
    if (!session->open() || !expect_server(session->ssl.get(), session->server_name)) {
        return fail(Errc::internal, take_openssl_error());
    }
    offer_ticket(session->ssl.get(), ticket);
    SSL_set_connect_state(session->ssl.get());
    return TlsSession(std::move(session));
}

const std::vector<PeerIdentity>& TlsClientContext::own_certificates() const {
    return impl_->own_certificates;
}

}  // namespace budstikke::crypto
