// Who of an I/O thread's sessions reads next. Promises that organisations take turns, and the
// sessions of one among themselves, so that who has much to say, on however many connections, makes
// the others wait for one turn and not for all of it (security.md T13). May not know sessions.
#pragma once

#include <functional>
#include <string>

#include "broker/base/turn_queue.hpp"
#include "broker/transport/awaitable.hpp"

namespace budstikke::transport {

/// Belongs to the thread of its context; outlives those who wait.
class Turns {
 public:
    explicit Turns(boost::asio::io_context& context) : context_(context) {}
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    /// Until it is the turn of one of this organisation.
    Awaitable<void> next(const std::string& organisation);

 private:
    void run_one();

    boost::asio::io_context& context_;
    TurnQueue<std::move_only_function<void()>> waiting_;
};

}  // namespace budstikke::transport
