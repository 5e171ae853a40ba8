// The relay of cutting_relay.hpp: one connection at a time, on poll(2).
#include "tests/mail/cutting_relay.hpp"

#include <array>
#include <stdexcept>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace budstikke::ebxml::test {

using transport::SocketHandle;

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// False at the end of it.
bool pass_on(const SocketHandle& from, const SocketHandle& to) {
    std::array<char, 16384> space;
    const ssize_t count = ::recv(from.get(), space.data(), space.size(), 0);
    return count > 0 &&
           ::send(to.get(), space.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
}

}  // namespace

CuttingRelay::CuttingRelay(std::uint16_t to)
    : to_(to), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof(address);
    std::array<int, 2> pair{};
    if (!listener_ || ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        ::listen(listener_.get(), 8) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0 ||
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
        throw std::runtime_error("no relay");
    }
    port_ = ntohs(address.sin_port);
    ours_ = SocketHandle(pair[0]);
    theirs_ = SocketHandle(pair[1]);
    thread_ = std::jthread([this] { run(); });
}

CuttingRelay::~CuttingRelay() {
    ours_ = {};
}

void CuttingRelay::cut() {
    say('c');
}

void CuttingRelay::block() {
    say('b');
}

void CuttingRelay::say(char word) {
    if (::send(ours_.get(), &word, 1, MSG_NOSIGNAL) != 1 || ::recv(ours_.get(), &word, 1, 0) != 1) {
        throw std::runtime_error("the relay does not hear");
    }
}

void CuttingRelay::run() {
    while (!stopped_) {
        std::array<pollfd, 2> wanted = {{{listener_.get(), POLLIN, 0}, {theirs_.get(), POLLIN, 0}}};
        if (::poll(wanted.data(), wanted.size(), -1) < 1) {
            continue;  // a process that was stopped and goes on
        }
        if (wanted[1].revents != 0) {
            return;
        }
        const SocketHandle client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        const SocketHandle server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const sockaddr_in address = loopback(to_);
        ++connections_;
        if (client && server &&
            ::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
                0) {
            carry(client, server);
        }
    }
}

void CuttingRelay::carry(const SocketHandle& client, const SocketHandle& server) {
    blocked_ = false;
    for (;;) {
        const auto from_client = static_cast<short>(blocked_ ? POLLRDHUP : POLLIN);
        const auto from_server = static_cast<short>(blocked_ ? 0 : POLLIN);
        std::array<pollfd, 3> wanted = {
            {{client.get(), from_client, 0},
             {server.get(), from_server, 0},
             {theirs_.get(), POLLIN, 0}}
        };
        if (::poll(wanted.data(), wanted.size(), -1) < 1) {
            continue;  // a process that was stopped and goes on
        }
        if (wanted[2].revents != 0) {
            if (!obey(client, server)) {
                return;
            }
            continue;
        }
        if (blocked_) {
            return;
        }
        if (wanted[0].revents != 0 && !pass_on(client, server)) {
            return;
        }
        if (wanted[1].revents != 0 && !pass_on(server, client)) {
            return;
        }
    }
}

bool CuttingRelay::obey(const SocketHandle& client, const SocketHandle& server) {
    char word = 0;
    stopped_ = ::recv(theirs_.get(), &word, 1, 0) != 1;
    blocked_ = word == 'b';
    if (!blocked_) {
        ::shutdown(client.get(), SHUT_RDWR);
        ::shutdown(server.get(), SHUT_RDWR);
    }
    if (!stopped_ && ::send(theirs_.get(), &word, 1, MSG_NOSIGNAL) != 1) {
        stopped_ = true;
    }
    return blocked_ && !stopped_;
}

}  // namespace budstikke::ebxml::test
