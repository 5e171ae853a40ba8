// The connections of one I/O thread. Promises that each is looked at several times in the shortest
// of its deadlines, that a sweep comes once a minute by itself, and that the group outlives them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "broker/transport/connection.hpp"
#include "broker/transport/door.hpp"
#include "broker/transport/placement.hpp"
#include "broker/transport/threads.hpp"

namespace budstikke::transport {

/// What the groups of a server share.
struct GroupParts {
    const Clock& clock;
    Duration shortest_deadline;  ///< of its connections
    MakeConnection make;
    std::function<crypto::TlsServerContext()> tls;
    std::function<void()> on_gone;  ///< on the thread, after each connection that ended
};

class ConnectionGroup {
 public:
    ConnectionGroup(IoThreads& threads, std::size_t index, const GroupParts& parts);
    ~ConnectionGroup();
    ConnectionGroup(const ConnectionGroup&) = delete;
    ConnectionGroup& operator=(const ConnectionGroup&) = delete;

    // From any thread.
    void take(Arrival arrival, Placement::Place place);
    void sweep();
    void drain();
    void stop();
    /// Looks at each on its thread, and then calls `done` there.
    void visit(std::function<void(Connection&)> look, std::function<void()> done);

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::transport
