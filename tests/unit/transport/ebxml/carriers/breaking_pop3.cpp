// The server of breaking_pop3.hpp, on poll(2).
#include "tests/unit/transport/ebxml/carriers/breaking_pop3.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::ebxml::test {

using crypto::TlsSession;
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

bool send(TlsSession& session, int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto step = session.write(bytes);
        if (step.state == TlsState::ok) {
            bytes.remove_prefix(step.bytes);
        } else if (!wait(socket, step.state)) {
            return false;
        }
    }
    return true;
}

}  // namespace

BreakingPop3::BreakingPop3(std::string mail, Break how, int breaks)
    : mail_(std::move(mail)),
      how_(how),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      breaks_(breaks) {
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

BreakingPop3::~BreakingPop3() {
    thread_.request_stop();
    // Wakes the thread out of accept.
    ::shutdown(listener_.get(), SHUT_RDWR);
}

void BreakingPop3::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const SocketHandle socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (socket) {
            serve(socket);
        }
    }
}

void BreakingPop3::serve(const SocketHandle& socket) {
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
    marked_ = false;
    if (!send(*session, socket.get(), "+OK\r\n")) {
        return;
    }
    std::string input;
    std::array<char, 4096> space;
    for (;;) {
        const std::size_t end = input.find("\r\n");
        if (end != std::string::npos) {
            const std::string line = input.substr(0, end);
            input.erase(0, end + 2);
            if (!obey(*session, socket.get(), line)) {
                return;
            }
            continue;
        }
        const auto step = session->read(space);
        if (step.state == TlsState::ok) {
            input.append(space.data(), step.bytes);
        } else if (!wait(socket.get(), step.state)) {
            return;
        }
    }
}

bool BreakingPop3::obey(TlsSession& session, int socket, std::string_view line) {
    const bool shown = there_ && !marked_;
    if (line == "CAPA") {
        return send(session, socket, "+OK\r\nUSER\r\nUIDL\r\n.\r\n");
    }
    if (line == "LIST") {
        const std::string row = shown ? "1 " + std::to_string(mail_.size()) + "\r\n" : "";
        return send(session, socket, "+OK\r\n" + row + ".\r\n");
    }
    if (line == "UIDL") {
        return send(session, socket, shown ? "+OK\r\n1 a\r\n.\r\n" : "+OK\r\n.\r\n");
    }
    if (line == "RETR 1") {
        return send_mail(session, socket);
    }
    if (line == "QUIT") {
        there_ = there_ && !marked_;
        send(session, socket, "+OK\r\n");
        session.shutdown();
        return false;
    }
    marked_ = marked_ || line == "DELE 1";
    return send(session, socket, "+OK\r\n");
}

bool BreakingPop3::send_mail(TlsSession& session, int socket) {
    ++sent_;
    if (breaks_ == 0) {
        return send(session, socket, "+OK\r\n" + mail_ + "\r\n.\r\n");
    }
    --breaks_;
    const bool sent = send(session, socket, "+OK\r\n" + mail_.substr(0, mail_.size() / 2));
    if (sent && how_ == Break::in_order) {
        session.shutdown();
    }
    return false;
}

}  // namespace budstikke::ebxml::test
