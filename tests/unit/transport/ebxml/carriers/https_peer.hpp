// A TLS client that sends what bytes a test wants, when it wants to, and reads what comes. Every
// wait ends: with what came, or with a failure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/crypto/tls_session.hpp"
#include "broker/transport/socket_handle.hpp"

namespace budstikke::ebxml::test {

/// To the loopback; throws where there is no connection.
transport::SocketHandle connect_to(std::uint16_t port);

class HttpsPeer {
 public:
    /// Connects to the loopback and makes the handshake; throws where there is no connection.
    /// `certificate` is of the test PKI; empty for none.
    HttpsPeer(std::uint16_t port, const std::string& certificate);

    /// False where the other end is gone.
    bool send(std::string_view bytes);
    /// One answer: header, empty line, as many bytes as Content-Length says. Empty where the
    /// connection ended before it was whole.
    std::string answer();
    /// Whether the other end closes, and sends nothing before it does.
    bool is_closed();
    /// Goes without a word.
    void vanish() { socket_ = {}; }

 private:
    bool wait(crypto::TlsState state);
    bool read_some();

    transport::SocketHandle socket_;
    std::optional<crypto::TlsSession> session_;
    std::string input_;
};

}  // namespace budstikke::ebxml::test
