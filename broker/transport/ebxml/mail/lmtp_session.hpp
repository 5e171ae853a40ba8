// One connection of the LMTP listener. Promises that replies come in the order of the commands,
// that a client that says nothing is left, and that a mail which was handed over is answered before
// the connection ends. Internal to the listener; this header is for sources that know Asio.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/transport/awaitable.hpp"
#include "broker/transport/ebxml/mail/lmtp_decoder.hpp"
#include "broker/transport/ebxml/mail/lmtp_dialogue.hpp"
#include "broker/transport/ebxml/mail/lmtp_listener.hpp"
#include "broker/transport/ebxml/service/receive_pool.hpp"
#include "broker/transport/signal.hpp"
#include "broker/transport/socket_handle.hpp"

namespace budstikke::ebxml {

/// All outlive the sessions.
struct LmtpParts {
    LmtpListenerOptions options;
    ReceivePool& pool;
    const Clock& clock;
    EventLog& events;
};

/// Belongs to the thread of its context.
class LmtpSession {
 public:
    /// Runs a task on that thread, from any other.
    using Post = std::function<void(std::move_only_function<void()>)>;

    /// `socket` is connected; it is made non-blocking.
    LmtpSession(
        boost::asio::io_context& context, transport::SocketHandle socket, const LmtpParts& parts,
        Post post
    );
    ~LmtpSession();
    LmtpSession(const LmtpSession&) = delete;
    LmtpSession& operator=(const LmtpSession&) = delete;

    /// The whole life of the connection; afterwards nobody refers to the session.
    transport::Awaitable<void> run();
    void tick(SteadyTime now);
    void stop();

 private:
    transport::Awaitable<void> serve();
    /// Until more must come; false where the connection ends.
    transport::Awaitable<bool> use_input();
    transport::Awaitable<void> hand_over();
    transport::Awaitable<bool> write();
    transport::Awaitable<bool> read();
    void abort();

    struct Socket;

    const LmtpParts& parts_;
    Post post_;
    std::unique_ptr<Socket> socket_;
    transport::Signal answered_;
    LmtpDecoder decoder_;
    LmtpDialogue dialogue_;
    std::optional<ReceivePool::Room> room_;
    std::optional<Reception::Kind> kind_;
    std::string input_;
    std::string output_;
    SteadyTime since_;
    bool working_ = false;
    bool ending_ = false;
};

}  // namespace budstikke::ebxml
