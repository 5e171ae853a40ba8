// Frames on their way out. Promises that frames which gather while the socket is busy leave in one
// TLS write of full records, that nobody has to guess how much waits, and that the budget of the
// server knows it, too. May not know what the frames say.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/transport/awaitable.hpp"
#include "broker/transport/exchange/outbound_budget.hpp"
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
        OutboundBudget& budget, std::function<void()> on_room
    );
    ~Outbox();
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// Whose bytes they are, once that is known.
    void charge(OutboundBudget::Account& account);

    /// Taken also where it is full, since an answer that is owed must leave: who produces without
    /// being asked looks at full() first. Dropped after close().
    void send(const v1::Frame& frame);
    /// The same of a Delivery or DeliveryChunk with this payload.
    void send(const v1::Frame& frame, std::string_view payload);
    bool full() const { return held() >= budget_.bytes_max(account_); }
    /// For what is offered unasked: there is room here and, where it is large, its organisation has
    /// some left. Where only the latter is missing, on_room does not tell when it comes back.
    bool may_offer(std::size_t bytes) const {
        return !full() && !budget_.too_large(account_, bytes);
    }
    bool empty() const { return held() == 0; }

    /// Writes until close() was called and all is out, or the peer is gone.
    Awaitable<void> run();
    void close();
    bool closed() const { return closed_; }
    /// Nothing moves for longer than `time_max` though something waits.
    bool stalled(SteadyTime now, Duration time_max) const;
    /// Gives the memory of empty buffers back: idle connections are many.
    void trim();

 private:
    std::size_t held() const { return waiting_.size() + leaving_.size(); }
    void count();
    template <typename Append>
    void send_by(const Append& append);

    TlsStream& stream_;
    const Clock& clock_;
    OutboundBudget& budget_;
    OutboundBudget::Account* account_ = nullptr;
    std::size_t counted_ = 0;  ///< what the budget knows of
    std::function<void()> on_room_;
    Signal something_;
    std::string waiting_;
    std::string leaving_;
    SteadyTime progress_at_{};
    bool closed_ = false;
};

}  // namespace budstikke::transport
