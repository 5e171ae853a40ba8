#include "tests/bench/load/tls_line.hpp"

#include <array>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace budstikke::bench {
namespace {

constexpr std::size_t buffer_bytes = 256UL * 1024;
constexpr std::size_t tls_buffer_bytes = 64UL * 1024;
constexpr std::array<unsigned char, 12> alpn{11,  'b', 'u', 'd', 's', 't',
                                             'i', 'k', 'k', 'e', '/', '1'};

}  // namespace

Result<TlsIdentity> TlsIdentity::load(const std::filesystem::path& pki, const std::string& name) {
    TlsIdentity who;
    who.context_.reset(::SSL_CTX_new(::TLS_client_method()));
    auto* const context = who.context_.get();
    const auto certificate = pki / "clients" / (name + ".crt");
    const auto key = pki / "clients" / (name + ".key");
    ::SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    ::SSL_CTX_set_read_ahead(context, 1);
    ::SSL_CTX_set_default_read_buffer_len(context, tls_buffer_bytes);
    ::SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    );
    if (::SSL_CTX_load_verify_file(context, (pki / "ca.crt").c_str()) != 1 ||
        ::SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1 ||
        ::SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        ::SSL_CTX_set_alpn_protos(context, alpn.data(), alpn.size()) != 0) {
        return fail(
            Errc::io, "cannot use the certificate of " + name + ": " + crypto::take_openssl_error()
        );
    }
    return who;
}

TlsLine::TlsLine(transport::SocketHandle socket, crypto::Handle<ssl_st> tls)
    : socket_(std::move(socket)), tls_(std::move(tls)) {}

Result<transport::SocketHandle> connect_loopback(std::uint16_t port) {
    transport::SocketHandle socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) {
        return fail(Errc::io, "no more sockets");
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return fail(Errc::unavailable, std::string("cannot connect: ") + std::strerror(errno));
    }
    return socket;
}

Result<std::unique_ptr<TlsLine>> TlsLine::connect(const TlsIdentity& who, std::uint16_t port) {
    auto socket = connect_loopback(port);
    if (!socket) {
        return std::unexpected(socket.error());
    }
    const int on = 1;
    ::setsockopt(socket->get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    crypto::Handle<ssl_st> tls(::SSL_new(who.context_.get()));
    ::SSL_set_fd(tls.get(), socket->get());
    ::SSL_set1_host(tls.get(), "localhost");
    ::SSL_set_tlsext_host_name(tls.get(), "localhost");
    if (::SSL_connect(tls.get()) != 1) {
        return fail(Errc::unauthenticated, "no TLS: " + crypto::take_openssl_error());
    }
    if (::fcntl(socket->get(), F_SETFL, O_NONBLOCK) != 0) {
        return fail(Errc::io, "cannot keep the socket from blocking");
    }
    return std::unique_ptr<TlsLine>(new TlsLine(std::move(*socket), std::move(tls)));
}

bool TlsLine::flush() {
    wants_to_write_ = false;
    while (out_at_ < out_.size()) {
        std::size_t written = 0;
        ::ERR_clear_error();
        if (::SSL_write_ex(tls_.get(), out_.data() + out_at_, out_.size() - out_at_, &written) ==
            1) {
            out_at_ += written;
            continue;
        }
        if (::SSL_get_error(tls_.get(), 0) != SSL_ERROR_WANT_WRITE) {
            return false;
        }
        wants_to_write_ = true;
        return true;
    }
    out_.clear();
    out_at_ = 0;
    return true;
}

bool TlsLine::has_more() const {
    return ::SSL_pending(tls_.get()) > 0;
}

TlsLine::Read TlsLine::read() {
    if (in_.empty()) {
        in_.resize(buffer_bytes);  // not before: thousands of idle lines read nothing
    }
    if (in_at_ > 0) {
        std::memmove(in_.data(), in_.data() + in_at_, in_end_ - in_at_);
        in_end_ -= std::exchange(in_at_, 0);
    }
    const std::size_t before = in_end_;
    while (in_end_ < in_.size()) {
        std::size_t bytes = 0;
        ::ERR_clear_error();
        if (::SSL_read_ex(tls_.get(), in_.data() + in_end_, in_.size() - in_end_, &bytes) == 1) {
            in_end_ += bytes;
            continue;
        }
        if (::SSL_get_error(tls_.get(), 0) != SSL_ERROR_WANT_READ) {
            return Read::ended;
        }
        break;
    }
    return in_end_ > before ? Read::some : Read::nothing_yet;
}

}  // namespace budstikke::bench
