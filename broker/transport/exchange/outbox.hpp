// Frames on their way out. Promises that frames which gather while the socket is busy leave in one
// TLS write of full records, and that nobody has to guess how much waits. May not know what the
// frames say.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/transport/awaitable.hpp"
#include "broker/transport/signal.hpp"
#include "broker/transport/tls_stream.hpp"

namespace budstikke::v1 {
class Frame;
}

namespace budstikke::transport {

/// Belongs to the session's thread.
class Outbox {
 public:
    /// `on_room` runs after each batch that left.
    Outbox(
        boost::asio::io_context& context, TlsStream& stream, const Clock& clock,
        std::size_t bytes_max, std::function<void()> on_room
    );

    /// Taken also where it is full, since an answer that is owed must leave: who produces without
    /// being asked looks at full() first. Dropped after close().
    void send(const v1::Frame& frame);
    bool full() const { return waiting_.size() + leaving_.size() >= bytes_max_; }
    bool empty() const { return waiting_.empty() && leaving_.empty(); }

    /// Writes until close() was called and all is out, or the peer is gone.
    Awaitable<void> run();
    void close();
    bool closed() const { return closed_; }
    /// Nothing moves for longer than `time_max` though something waits.
    bool stalled(SteadyTime now, Duration time_max) const;
    /// Gives the memory of empty buffers back: idle connections are many.
    void trim();

 private:
    TlsStream& stream_;
    const Clock& clock_;
    const std::size_t bytes_max_;
    std::function<void()> on_room_;
    Signal something_;
    std::string waiting_;
    std::string leaving_;
    SteadyTime progress_at_{};
    bool closed_ = false;
};

}  // namespace budstikke::transport
