// Where connections are before anybody knows whose they are: TLS handshakes, on a thread of their
// own that yields to those which serve sessions, so that whoever is in does not notice who wants
// in. Promises that each address begins no more of them than its ration, that all end in time, and
// that a refusal looks the same to the peer whatever it is. May not know what is spoken afterwards.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/crypto/tls_context.hpp"
#include "broker/transport/admission.hpp"
#include "broker/transport/awaitable.hpp"
#include "broker/transport/door_log.hpp"
#include "broker/transport/exchange_limits.hpp"
#include "broker/transport/socket_handle.hpp"
#include "broker/transport/tls_stream.hpp"

namespace budstikke::transport {

/// One that came in.
struct Arrival {
    SecureSocket socket;
    Admission::Seat seat;
    std::string address;
};

/// What a door stands on; outlives it.
struct DoorParts {
    const ExchangeLimits& limits;
    const Clock& clock;
    EventLog& events;
    std::function<crypto::TlsServerContext()> tls;
    std::function<void(Arrival)> on_arrival;  ///< on the door's thread
    std::function<void()> on_gone;            ///< the same, after each that did not come in
};

class Door {
 public:
    explicit Door(DoorParts parts);
    ~Door();
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    boost::asio::io_context& context();
    /// Runs a task on the door's thread, from any other.
    void post(std::move_only_function<void()> task);

    // On the door's thread.
    void take(SocketHandle socket, Admission::Seat seat, std::string address);
    /// Nobody else comes in; who is being refused still hears of it.
    void close();
    /// For whoever hands connections over.
    DoorLog& refusals();
    DoorLog& acceptances();

    /// From any other thread, after close() and when all are gone. All refusals are in the log
    /// then.
    void stop();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::transport
