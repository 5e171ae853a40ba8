// One connection of the HTTPS listener: requests one after the other. Promises that every wait has
// a deadline, that a request is handed to the Receiver whole or not at all, and that what was
// handed over is answered before the connection ends. May not know ebXML.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/transport/connection.hpp"
#include "broker/transport/ebxml/https/limits.hpp"
#include "broker/transport/ebxml/https/listener.hpp"
#include "broker/transport/ebxml/https/request.hpp"
#include "broker/transport/ebxml/service/receive_pool.hpp"
#include "broker/transport/exchange/upload_pace.hpp"
#include "broker/transport/signal.hpp"
#include "broker/transport/tls_stream.hpp"

namespace budstikke::ebxml {

/// All outlive the sessions.
struct HttpsParts {
    std::string path;
    HttpsLimits limits;
    Unwelcome unwelcome;
    ReceivePool& pool;
    const Clock& clock;
    EventLog& events;
};

/// Belongs to the thread of its context.
class HttpsSession final : public transport::Connection {
 public:
    HttpsSession(transport::Accepted accepted, const HttpsParts& parts);

    transport::Awaitable<void> run() override;
    void tick(SteadyTime now) override;
    void sweep(const crypto::TlsServerContext& tls) override;
    /// After the request that it is at.
    void drain() override;
    /// Now; only what was handed over is still answered.
    void stop() override;

 private:
    enum class Phase { idle, header, body, working, writing, closing };

    bool let_in();
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
    /// The id of the event to refuse it with; empty: welcome.
    std::string_view unwelcome() const;

    boost::asio::io_context& io_;
    const HttpsParts& parts_;
    std::function<void(std::move_only_function<void()>)> post_;
    transport::Admission::Seat seat_;
    transport::TlsStream stream_;
    transport::Signal answered_;
    std::string address_;
    std::string organisation_;
    std::string input_;  ///< came, and no request has used it
    std::optional<Reception> reception_;
    Phase phase_ = Phase::idle;
    SteadyTime since_;
    transport::UploadPace pace_;  ///< of the body
    std::size_t body_bytes_ = 0;
    bool ending_ = false;
    bool timed_out_ = false;
};

}  // namespace budstikke::ebxml
