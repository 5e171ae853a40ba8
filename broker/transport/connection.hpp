// One connection as its group and its server see it, whatever is spoken on it: it lives, looks at
// its deadlines, and ends when it is asked to. May not know which protocol that is.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/crypto/tls_context.hpp"
#include "broker/transport/admission.hpp"
#include "broker/transport/awaitable.hpp"
#include "broker/transport/tls_stream.hpp"
#include "broker/transport/turns.hpp"

namespace budstikke::transport {

/// Belongs to the thread of its context.
class Connection {
 public:
    virtual ~Connection() = default;
    /// The whole life of the connection behind its handshake; afterwards nobody refers to it.
    virtual Awaitable<void> run() = 0;
    /// Looks at the deadlines; called several times in the shortest of them.
    virtual void tick(SteadyTime now) = 0;
    /// Ends it where the peer would not be let in now.
    virtual void sweep(const crypto::TlsServerContext& tls) = 0;
    /// No new work; what has begun is finished.
    virtual void drain() = 0;
    /// Ends it in order, for the time that closing may take.
    virtual void stop() = 0;
};

/// What a connection is made of.
struct Accepted {
    boost::asio::io_context& context;
    /// Runs a task on the context's thread, from any other.
    std::function<void(std::move_only_function<void()>)> post;
    Turns& turns;  ///< of the context's thread
    SecureSocket socket;
    Admission::Seat seat;
    std::string address;
};

/// Called on the thread of the context.
using MakeConnection = std::function<std::unique_ptr<Connection>(Accepted accepted)>;

}  // namespace budstikke::transport
