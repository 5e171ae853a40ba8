// The listening socket: accepts, asks the admission, and hands each connection on. Promises that
// what is refused here costs a system call and a count, and that a machine without descriptors is
// met with patience. May not know TLS or the protocol behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "broker/base/event_log.hpp"
#include "broker/base/result.hpp"
#include "broker/transport/admission.hpp"
#include "broker/transport/awaitable.hpp"
#include "broker/transport/door_log.hpp"
#include "broker/transport/socket_handle.hpp"

namespace budstikke::transport {

/// What a listener stands on; outlives it.
struct ListenerParts {
    boost::asio::io_context& context;
    Admission& admission;
    EventLog& events;
    DoorLog& refusals;
    DoorLog& acceptances;
};

class Listener {
 public:
    using OnConnection =
        std::function<void(SocketHandle socket, Admission::Seat seat, std::string address)>;

    /// `address` is numeric, IPv4 or IPv6; port 0 lets the system choose. Errc::invalid_argument
    /// for the address, Errc::io where the system refuses.
    static Result<std::unique_ptr<Listener>> open(
        const ListenerParts& parts, const std::string& address, std::uint16_t port,
        OnConnection on_connection
    );
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::uint16_t port() const;
    /// Begins to accept.
    void start();
    /// On the thread of the context: the port is free afterwards.
    void close();

    struct Impl;
    explicit Listener(std::unique_ptr<Impl> impl);

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::transport
