// A POP3S server with one mail that breaks off while it sends it, as often as told, or does not
// answer a goodbye. The test's own,
// because no real server can be made to do so at will; what a real one does, tests/mail shows. It
// knows the commands of RFC 1939 that a visit uses, and serves one connection at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/unit/transport/ebxml/carriers/tls_lines.hpp"

namespace budstikke::ebxml::test {

/// How a connection ends within a mail.
enum class Break : std::uint8_t {
    in_order,  ///< TLS says goodbye (close_notify), POP3 does not
    bare,      ///< the bare end of the TCP connection
    silent,    ///< not in a mail: it says nothing to the goodbye, and waits
};

class BreakingPop3 {
 public:
    /// `mail` has no line that begins with a dot; the first `breaks` times it is sent in part.
    BreakingPop3(std::string mail, Break how, int breaks);

    std::uint16_t port() const { return server_.port(); }
    int sent() const { return sent_; }  ///< how often, whole or in part
    bool is_there() const { return there_; }
    /// Returns when a client has said goodbye.
    void wait_for_goodbye() const { goodbyes_.wait(0); }

 private:
    void talk(TlsLines& lines);
    /// False where the connection is over.
    bool obey(TlsLines& lines, std::string_view line);
    bool send_mail(TlsLines& lines);

    const std::string mail_;
    const Break how_;
    std::atomic<int> breaks_;
    std::atomic<int> sent_ = 0;
    std::atomic<bool> there_ = true;
    std::atomic<int> goodbyes_ = 0;
    bool marked_ = false;   ///< by DELE, in the session that goes on
    TlsLineServer server_;  ///< the last member: its thread uses the others
};

}  // namespace budstikke::ebxml::test
