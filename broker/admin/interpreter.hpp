// One line from a peer to one reply: tokenized, parsed, allowed, recorded, done. Promises exactly
// one reply per line, that nothing runs for whom the table does not admit, and an event for every
// change and every refusal. May not know sockets.
#pragma once

#include <functional>
#include <string_view>

#include "broker/admin/command.hpp"
#include "broker/admin/render.hpp"
#include "broker/admin/role.hpp"
#include "broker/base/event_log.hpp"

namespace budstikke::admin {

/// Safe to use from one thread at a time: the admin socket's. All that the context names outlives
/// it and the replies that are still due.
class Interpreter {
 public:
    Interpreter(Context context, EventLog& events);

    /// `reply` is called once, now or later, from any thread.
    void run(
        const Peer& peer, RoleSet roles, std::string_view line,
        std::move_only_function<void(Reply)> reply
    );

 private:
    Context context_;
    EventLog& events_;
};

}  // namespace budstikke::admin
