// The client of https_peer.hpp, on poll(2).
#include "tests/unit/transport/ebxml/carriers/https_peer.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::ebxml::test {

using crypto::TlsState;
using transport::SocketHandle;

namespace {

constexpr int patience_ms = 120'000;

}  // namespace

SocketHandle connect_to(std::uint16_t port) {
    SocketHandle socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
        throw std::runtime_error("no connection");
    }
    return socket;
}

HttpsPeer::HttpsPeer(std::uint16_t port, const std::string& certificate)
    : socket_(connect_to(port)) {
    static const SystemClock clock;
    auto config = crypto::test::TestPki::instance().client(certificate);
    config.alpn = {"http/1.1"};
    auto context = crypto::TlsClientContext::make(config, clock);
    if (!context) {
        throw std::runtime_error("no context: " + context.error().detail);
    }
    auto session = context->connect(socket_.get(), "localhost");
    if (!session) {
        throw std::runtime_error("no session: " + session.error().detail);
    }
    session_.emplace(*std::move(session));
    for (;;) {
        const auto step = session_->handshake();
        if (step.state == TlsState::ok) {
            return;
        }
        if (!wait(step.state)) {
            throw std::runtime_error("no handshake");
        }
    }
}

bool HttpsPeer::wait(TlsState state) {
    if (state != TlsState::want_read && state != TlsState::want_write) {
        return false;
    }
    pollfd wanted{
        .fd = socket_.get(),
        .events = static_cast<short>(state == TlsState::want_read ? POLLIN : POLLOUT),
        .revents = 0,
    };
    int ready = 0;
    do {
        ready = ::poll(&wanted, 1, patience_ms);
    } while (ready < 0 && errno == EINTR);
    return ready == 1;
}

bool HttpsPeer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto step = session_->write(bytes);
        if (step.state == TlsState::ok) {
            bytes.remove_prefix(step.bytes);
        } else if (!wait(step.state)) {
            return false;
        }
    }
    return true;
}

bool HttpsPeer::read_some() {
    std::array<char, 16384> space;
    for (;;) {
        const auto step = session_->read(space);
        if (step.state == TlsState::ok) {
            input_.append(space.data(), step.bytes);
            return true;
        }
        if (!wait(step.state)) {
            return false;
        }
    }
}

std::string HttpsPeer::answer() {
    constexpr std::string_view field = "Content-Length: ";
    std::size_t end = input_.find("\r\n\r\n");
    while (end == std::string::npos) {
        if (!read_some()) {
            return {};
        }
        end = input_.find("\r\n\r\n");
    }
    const std::size_t at = input_.find(field);
    const std::size_t length = at < end ? std::stoul(input_.substr(at + field.size())) : 0;
    while (input_.size() < end + 4 + length) {
        if (!read_some()) {
            return {};
        }
    }
    const std::string answer = input_.substr(0, end + 4 + length);
    input_.erase(0, answer.size());
    return answer;
}

bool HttpsPeer::is_closed() {
    return input_.empty() && !read_some();
}

}  // namespace budstikke::ebxml::test
