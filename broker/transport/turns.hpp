// Who of an I/O thread's sessions reads next. Promises that organisations take turns, and the
// sessions of one among themselves, so that who has much to say, on however many connections, makes
// the others wait for one turn and not for all of it (security.md T13). May not know sessions.
#pragma once

#include <functional>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/base/limits.hpp"
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
    /// The same for what is no coroutine: `go_on` is called when it is its turn.
    void call(const std::string& organisation, std::move_only_function<void()> go_on);

    /// Whether a turn that began at `since` has lasted as long as it may.
    static bool is_over(SteadyTime since, SteadyTime now) {
        return now - since >= limits::session_turn_time_max;
    }

 private:
    void run_one();

    boost::asio::io_context& context_;
    TurnQueue<std::move_only_function<void()>> waiting_;
};

}  // namespace budstikke::transport
