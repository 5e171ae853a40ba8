// A mail server (RFC 5321, TLS from the start) that stops answering at a place that the test
// chooses, and keeps the connection. The test's own, because no real server can be made to do so at
// will.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>

#include "tests/unit/transport/ebxml/carriers/tls_lines.hpp"

namespace budstikke::ebxml::test {

enum class Stall : std::uint8_t {
    handshake,  ///< TCP connects, and that is all
    greeting,
    recipient,  ///< RCPT is not answered
    data,       ///< reads the first lines of the mail, and no more
    end,        ///< reads the mail, and does not say whether it has it
    quit,       ///< takes the mail, and does not say goodbye
    never,
};

class StallingSmtp {
 public:
    explicit StallingSmtp(Stall at);

    std::uint16_t port() const { return server_.port(); }
    /// Until it stalls.
    void wait_for_stall();
    /// From the next connection on.
    void work();
    int taken() const { return taken_; }  ///< mails that it said to have

 private:
    void talk(TlsLines& lines, const std::stop_token& stop);
    /// False where the connection is over.
    bool obey(TlsLines& lines, std::string_view line, const std::stop_token& stop);
    bool take_mail(TlsLines& lines, const std::stop_token& stop);
    /// Stays silent until the server is no more, where that is the place. Whether it was.
    bool stalls(Stall here, const std::stop_token& stop);

    std::atomic<Stall> at_;
    std::atomic<int> taken_ = 0;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool stalled_ = false;
    TlsLineServer server_;  ///< the last member: its thread uses the others
};

}  // namespace budstikke::ebxml::test
