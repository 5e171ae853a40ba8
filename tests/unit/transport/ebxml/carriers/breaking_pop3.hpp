// A POP3S server with one mail that breaks off while it sends it, as often as told. The test's own,
// because no real server can be made to do so at will; what a real one does, tests/mail shows. It
// knows the commands of RFC 1939 that a visit uses, and serves one connection at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "broker/base/clock.hpp"
#include "broker/crypto/tls_context.hpp"
#include "broker/crypto/tls_session.hpp"
#include "broker/transport/socket_handle.hpp"

namespace budstikke::ebxml::test {

/// How a connection ends within a mail.
enum class Break : std::uint8_t {
    in_order,  ///< TLS says goodbye (close_notify), POP3 does not
    bare,      ///< the bare end of the TCP connection
};

class BreakingPop3 {
 public:
    /// `mail` has no line that begins with a dot; the first `breaks` times it is sent in part.
    BreakingPop3(std::string mail, Break how, int breaks);
    ~BreakingPop3();
    BreakingPop3(const BreakingPop3&) = delete;
    BreakingPop3& operator=(const BreakingPop3&) = delete;

    std::uint16_t port() const { return port_; }
    int sent() const { return sent_; }  ///< how often, whole or in part
    bool is_there() const { return there_; }

 private:
    void run(const std::stop_token& stop);
    void serve(const transport::SocketHandle& socket);
    /// False where the connection is over.
    bool obey(crypto::TlsSession& session, int socket, std::string_view line);
    bool send_mail(crypto::TlsSession& session, int socket);

    const std::string mail_;
    const Break how_;
    const SystemClock clock_;
    std::optional<crypto::TlsServerContext> tls_;
    transport::SocketHandle listener_;
    std::uint16_t port_ = 0;
    std::atomic<int> breaks_;
    std::atomic<int> sent_ = 0;
    std::atomic<bool> there_ = true;
    bool marked_ = false;  ///< by DELE, in the session that goes on
    std::jthread thread_;
};

}  // namespace budstikke::ebxml::test
