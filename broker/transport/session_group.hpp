// The sessions of one I/O thread. Promises that each is looked at several times in the shortest of
// its deadlines, that a sweep comes once a minute by itself, and that the group outlives them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/crypto/tls_context.hpp"
#include "broker/transport/admission.hpp"
#include "broker/transport/session_facts.hpp"
#include "broker/transport/socket_handle.hpp"
#include "broker/transport/threads.hpp"

namespace budstikke::transport {

class Session;
struct SessionParts;

class SessionGroup {
 public:
    using TlsSource = std::function<crypto::TlsServerContext()>;

    /// `on_gone` runs on the thread after each session that ended.
    SessionGroup(
        IoThreads& threads, std::size_t index, const SessionParts& parts, TlsSource tls,
        std::function<void()> on_gone
    );
    ~SessionGroup();
    SessionGroup(const SessionGroup&) = delete;
    SessionGroup& operator=(const SessionGroup&) = delete;

    // From any thread.
    void take(SocketHandle socket, Admission::Seat seat, std::string address);
    void sweep();
    void drain();
    void stop();
    void collect(std::function<void(std::vector<SessionFacts>)> done);

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::transport
