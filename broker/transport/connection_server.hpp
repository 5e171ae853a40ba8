// What listens, whatever is spoken: the listening socket, the threads, who is admitted, and the
// connections on them. Promises that a connection keeps the TLS context that was current when it
// came, and an orderly end. May not know the protocol: how a connection is made, it is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/tls_context.hpp"
#include "broker/transport/connection.hpp"
#include "broker/transport/exchange_limits.hpp"

namespace budstikke::transport {

struct ConnectionServerOptions {
    std::string address;  ///< numeric, IPv4 or IPv6
    std::uint16_t port;   ///< 0: the system chooses
    std::size_t io_threads;
    Duration shortest_deadline;  ///< of the connections
};

/// All functions from any thread but those of the server itself.
class ConnectionServer {
 public:
    /// `limits`, for admission, and `clock` outlive it.
    ConnectionServer(
        ConnectionServerOptions options, const ExchangeLimits& limits, crypto::TlsServerContext tls,
        const Clock& clock, MakeConnection make
    );
    ~ConnectionServer();  ///< stop() comes before, or nothing was opened
    ConnectionServer(const ConnectionServer&) = delete;
    ConnectionServer& operator=(const ConnectionServer&) = delete;

    /// Once. Accepts when it returns; `events` outlives the server. Errors as Listener::open.
    Result<void> open(EventLog& events);
    std::uint16_t port() const;

    /// For new connections. Sweep afterwards where certificates may have been revoked.
    void replace_tls(crypto::TlsServerContext tls);
    /// Ends the connections of those that would not be let in now. Comes once a minute by itself.
    void sweep();
    /// Accepts no more, asks every connection to finish, and waits until all are gone or `time_max`
    /// has passed. True: nobody is left.
    bool drain(Duration time_max);
    /// Ends every connection and, after `last_work`, all threads. The second time nothing happens.
    void stop(const std::function<void()>& last_work = [] {});

    /// Looks at each connection, on its thread, one after the other; at none after stop().
    void for_each(const std::function<void(Connection&)>& look);
    std::uint32_t connections() const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::transport
