// The admin socket: accepts connections, asks who they are, reads lines and writes framed replies,
// on a thread of its own so that operations get an answer however busy the broker is. Promises
// limits on sessions, line length, idle and writing time. May not know commands.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/admin/render.hpp"
#include "broker/admin/role.hpp"
#include "broker/admin/socket_file.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::admin {

struct SocketSettings {
    SocketPlace place;
    std::vector<RoleRule> roles;
    std::uint32_t sessions_max = limits::admin_sessions_max;
    Duration idle_time_max = limits::admin_idle_time_max;   ///< without a whole line
    Duration write_time_max = limits::admin_idle_time_max;  ///< until the peer has taken a reply
};

/// What a line is for; called on the socket's thread, `reply` from any. See Interpreter::run.
using LineHandler = std::function<void(
    const Peer& peer, RoleSet roles, std::string_view line,
    std::move_only_function<void(Reply)> reply
)>;

class AdminSocket {
 public:
    /// Listens when it returns; serves when start() was called.
    static Result<std::unique_ptr<AdminSocket>> open(SocketSettings settings, EventLog& events);
    /// Ends the sessions, waits for replies that are due, removes the socket.
    ~AdminSocket();
    AdminSocket(const AdminSocket&) = delete;
    AdminSocket& operator=(const AdminSocket&) = delete;

    /// Once.
    void start(LineHandler handler);
    /// Runs a function on the socket's thread; any thread, also while the destructor waits for a
    /// reply that is due.
    void defer(std::move_only_function<void()> function);

 private:
    struct Impl;
    explicit AdminSocket(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::admin
