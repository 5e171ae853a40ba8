// The queue of outbox.hpp: two buffers, one that fills while the other leaves.
#include "broker/transport/exchange/outbox.hpp"

#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "broker/base/limits.hpp"
#include "broker/transport/exchange/frame.hpp"

namespace budstikke::transport {

Outbox::Outbox(
    boost::asio::io_context& context, TlsStream& stream, const Clock& clock, OutboundBudget& budget,
    std::function<void()> on_room
)
    : stream_(stream),
      clock_(clock),
      budget_(budget),
      on_room_(std::move(on_room)),
      something_(context) {}

Outbox::~Outbox() {
    budget_.change(account_, counted_, 0);
}

void Outbox::charge(OutboundBudget::Account& account) {
    budget_.change(account_, std::exchange(counted_, 0), 0);
    account_ = &account;
    count();
}

void Outbox::count() {
    const std::size_t now = held();
    budget_.change(account_, std::exchange(counted_, now), now);
}

template <typename Append>
void Outbox::send_by(const Append& append) {
    if (closed_) {
        return;
    }
    if (empty()) {
        progress_at_ = clock_.steady_now();
    }
    append(waiting_);
    count();
    something_.notify();
}

void Outbox::send(const v1::Frame& frame) {
    send_by([&](std::string& out) { append_frame(out, frame); });
}

void Outbox::send(const v1::Frame& frame, std::string_view payload) {
    send_by([&](std::string& out) { append_frame(out, frame, payload); });
}

Awaitable<void> Outbox::run() {
    const std::function<void()> on_progress = [this] { progress_at_ = clock_.steady_now(); };
    for (;;) {
        while (waiting_.empty() && !closed_) {
            co_await something_.wait();
        }
        if (waiting_.empty()) {
            co_return;
        }
        leaving_.swap(waiting_);
        const bool alive = co_await stream_.write(leaving_, on_progress);
        leaving_.clear();
        if (leaving_.capacity() > limits::write_buffer_kept_bytes_max) {
            leaving_.shrink_to_fit();
        }
        if (!alive) {
            closed_ = true;
            waiting_.clear();
        }
        count();
        if (!alive) {
            co_return;
        }
        on_room_();
    }
}

void Outbox::close() {
    closed_ = true;
    something_.notify();
}

bool Outbox::stalled(SteadyTime now, Duration time_max) const {
    return !empty() && now - progress_at_ > time_max;
}

void Outbox::trim() {
    if (empty()) {
        std::string().swap(waiting_);
        std::string().swap(leaving_);
    }
}

}  // namespace budstikke::transport
