// The server of tls_lines.hpp, on poll(2).
#include "tests/unit/transport/ebxml/carriers/tls_lines.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::ebxml::test {

using crypto::TlsState;
using transport::SocketHandle;

namespace {

constexpr int patience_ms = 120'000;

bool wait(int socket, TlsState state) {
    if (state != TlsState::want_read && state != TlsState::want_write) {
        return false;
    }
    pollfd wanted{
        .fd = socket,
        .events = static_cast<short>(state == TlsState::want_read ? POLLIN : POLLOUT),
        .revents = 0,
    };
    int ready = 0;
    do {
        ready = ::poll(&wanted, 1, patience_ms);
    } while (ready < 0 && errno == EINTR);
    return ready == 1;
}

}  // namespace

bool TlsLines::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto step = session_.write(bytes);
        if (step.state == TlsState::ok) {
            bytes.remove_prefix(step.bytes);
        } else if (!wait(socket_, step.state)) {
            return false;
        }
    }
    return true;
}

std::optional<std::string> TlsLines::next() {
    std::array<char, 4096> space;
    for (;;) {
        if (const std::size_t end = input_.find("\r\n"); end != std::string::npos) {
            std::string line = input_.substr(0, end);
            input_.erase(0, end + 2);
            return line;
        }
        const auto step = session_.read(space);
        if (step.state == TlsState::ok) {
            input_.append(space.data(), step.bytes);
        } else if (!wait(socket_, step.state)) {
            return std::nullopt;
        }
    }
}

TlsLineServer::TlsLineServer(Talk talk)
    : talk_(std::move(talk)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto config = crypto::test::TestPki::instance().server();
    config.alpn = {};
    auto context = crypto::TlsServerContext::make(config, clock_);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    if (!context || !listener_ ||
        ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        ::listen(listener_.get(), 8) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        throw std::runtime_error("no server");
    }
    tls_ = *std::move(context);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

TlsLineServer::~TlsLineServer() {
    thread_.request_stop();
    // Wakes the thread out of accept.
    ::shutdown(listener_.get(), SHUT_RDWR);
}

void TlsLineServer::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const SocketHandle socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (socket) {
            serve(socket, stop);
        }
    }
}

void TlsLineServer::serve(const SocketHandle& socket, const std::stop_token& stop) {
    if (talk_.greet && !talk_.greet(stop)) {
        return;
    }
    auto session = tls_->accept(socket.get());
    if (!session) {
        return;
    }
    for (auto step = session->handshake(); step.state != TlsState::ok;
         step = session->handshake()) {
        if (!wait(socket.get(), step.state)) {
            return;
        }
    }
    TlsLines lines(*session, socket.get());
    talk_.talk(lines, stop);
}

}  // namespace budstikke::ebxml::test
