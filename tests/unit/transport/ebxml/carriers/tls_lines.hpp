// A server on loopback that speaks in lines over TLS, for tests whose peer must misbehave as no
// real server does at will. Serves one connection at a time; what is said in it, the test gives.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "broker/base/clock.hpp"
#include "broker/crypto/tls_context.hpp"
#include "broker/crypto/tls_session.hpp"
#include "broker/transport/socket_handle.hpp"

namespace budstikke::ebxml::test {

/// A connection after its handshake.
class TlsLines {
 public:
    TlsLines(crypto::TlsSession& session, int socket) : session_(session), socket_(socket) {}

    /// False where the connection is over.
    bool send(std::string_view bytes);
    /// Without its end; nothing where the connection is over.
    std::optional<std::string> next();
    /// Says goodbye (close_notify).
    void shutdown() { session_.shutdown(); }

 private:
    crypto::TlsSession& session_;
    int socket_;
    std::string input_;
};

class TlsLineServer {
 public:
    struct Talk {
        /// With whoever connected, before the handshake. False: it is over.
        std::function<bool(const std::stop_token&)> greet = {};
        std::function<void(TlsLines&, const std::stop_token&)> talk;
    };
    /// Begins at once; the token is asked to stop by the destructor.
    explicit TlsLineServer(Talk talk);
    ~TlsLineServer();
    TlsLineServer(const TlsLineServer&) = delete;
    TlsLineServer& operator=(const TlsLineServer&) = delete;

    std::uint16_t port() const { return port_; }

 private:
    void run(const std::stop_token& stop);
    void serve(const transport::SocketHandle& socket, const std::stop_token& stop);

    const Talk talk_;
    const SystemClock clock_;
    std::optional<crypto::TlsServerContext> tls_;
    transport::SocketHandle listener_;
    std::uint16_t port_ = 0;
    std::jthread thread_;
};

}  // namespace budstikke::ebxml::test
