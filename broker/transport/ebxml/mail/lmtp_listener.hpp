// ebXML by mail, inwards, behind a mail server that delivers by LMTP (RFC 2033): on a Unix socket,
// or on the loopback, because LMTP knows nobody by name. Promises a reply for each recipient after
// the durable write, so that the mail server keeps what we do not have. May not know ebXML.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/limits.hpp"
#include "broker/base/result.hpp"
#include "broker/transport/ebxml/service/receive_pool.hpp"

namespace budstikke::ebxml {

struct LmtpListenerOptions {
    /// An absolute path for a Unix socket, or a numeric address of the loopback.
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;       ///< of the loopback; 0: the system chooses
    unsigned socket_mode = 0660;  ///< of the Unix socket; the folder guards it too
    std::string our_name = "localhost";
    std::size_t mail_bytes_max = limits::mime_bytes_max;
    std::uint32_t connections_max = limits::lmtp_connections_max;
    Duration idle_time_max = limits::lmtp_idle_time_max;
};

/// All functions from any thread but those of the listener itself.
class LmtpListener {
 public:
    /// Accepts when it returns; a socket that an earlier process left is replaced. `pool`, `clock`
    /// and `events` outlive it; the pool must answer until it is gone. Errors: invalid_argument for
    /// the address, io where the system refuses.
    static Result<std::unique_ptr<LmtpListener>> start(
        LmtpListenerOptions options, ReceivePool& pool, const Clock& clock, EventLog& events
    );
    ~LmtpListener();  ///< stop()
    LmtpListener(const LmtpListener&) = delete;
    LmtpListener& operator=(const LmtpListener&) = delete;

    /// Of the loopback, else 0.
    std::uint16_t port() const;
    /// Accepts no more, answers the mails that the Receiver has, and closes. Every mail that got no
    /// reply is the mail server's still.
    void stop();

    struct Impl;
    explicit LmtpListener(std::unique_ptr<Impl> impl);

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::ebxml
