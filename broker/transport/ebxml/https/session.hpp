// One connection of the HTTPS listener: handshake, then requests one after the other. Promises that
// every wait has a deadline, that a request is handed to the Receiver whole or not at all, and that
// what was handed over is answered before the connection ends. May not know ebXML.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/transport/admission.hpp"
#include "broker/transport/ebxml/https/limits.hpp"
#include "broker/transport/ebxml/https/request.hpp"
#include "broker/transport/ebxml/service/receive_pool.hpp"
#include "broker/transport/signal.hpp"
#include "broker/transport/tls_stream.hpp"

namespace budstikke::ebxml {

/// All outlive the sessions.
struct HttpsParts {
    std::string path;
    HttpsLimits limits;
    ReceivePool& pool;
    const Clock& clock;
    EventLog& events;
};

/// Belongs to the thread of its context.
class HttpsSession {
 public:
    /// Runs a task on that thread, from any other.
    using Post = std::function<void(std::move_only_function<void()>)>;

    HttpsSession(
        boost::asio::io_context& context, transport::SocketHandle socket,
        transport::Admission::Seat seat, std::string address, const HttpsParts& parts, Post post
    );

    /// The whole life of the connection; afterwards nobody refers to the session.
    transport::Awaitable<void> run(crypto::TlsServerContext tls);

    /// Looks at the deadline; called several times in the shortest of them.
    void tick(SteadyTime now);
    /// Ends it where the peer would not be let in now.
    void sweep(const crypto::TlsServerContext& tls);
    /// After the request that it is at.
    void drain();
    /// Now; only what was handed over is still answered.
    void stop();

 private:
    enum class Phase { handshake, idle, header, body, working, writing, closing };

    transport::Awaitable<bool> let_in(const crypto::TlsServerContext& tls);
    transport::Awaitable<bool> one_request();
    transport::Awaitable<bool> read_request(RequestReader& reader, ReceivePool::Room& room);
    transport::Awaitable<bool> read_more(const RequestReader& reader);
    transport::Awaitable<bool> hand_over(RequestReader& reader, ReceivePool::Room room);
    transport::Awaitable<bool> answer(std::string text);
    transport::Awaitable<void> refuse(unsigned status);
    void enter(Phase phase);
    void note_progress(const RequestReader& reader);
    Duration time_max() const;
    void warn(std::string_view id);

    boost::asio::io_context& io_;
    const HttpsParts& parts_;
    Post post_;
    transport::Admission::Seat seat_;
    transport::TlsStream stream_;
    transport::Signal answered_;
    std::string address_;
    std::string organisation_;
    std::string input_;  ///< came, and no request has used it
    std::optional<Reception> reception_;
    Phase phase_ = Phase::handshake;
    SteadyTime since_;
    bool ending_ = false;
    bool timed_out_ = false;
};

}  // namespace budstikke::ebxml
