#include "broker/transport/ebxml/service/signal_queue.hpp"

#include <algorithm>
#include <utility>

namespace budstikke::ebxml {
namespace {

constexpr std::size_t lines_share = 4;  ///< that part of all that may wait, each line may have
constexpr Duration rest_least = std::chrono::seconds(1);
constexpr Duration rest_most = std::chrono::seconds(30);

}  // namespace

SignalQueue::SignalQueue(
    Carrier& carrier, EventLog& events, const Clock& clock, std::size_t senders,
    std::size_t waiting_max
)
    : carrier_(carrier),
      events_(events),
      clock_(clock),
      waiting_max_(waiting_max),
      queue_(std::max<std::size_t>(1, senders / 2), clock) {
    for (std::size_t i = 0; i < senders; ++i) {
        senders_.emplace_back([this] { queue_.work(); });
    }
}

SignalQueue::~SignalQueue() {
    stop();
}

bool SignalQueue::push(WaitingSignal signal) {
    const std::string line = signal.line;
    const std::scoped_lock lock(mutex_);
    const std::size_t share = std::max<std::size_t>(1, waiting_max_ / lines_share);
    if (stopped_ || queue_.size_of(line) >= share || queue_.size() >= waiting_max_) {
        return false;
    }
    queue_.put(line, [this, held = std::move(signal)] { send(held); });
    return true;
}

void SignalQueue::tick() {
    queue_.wake();
}

void SignalQueue::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopped_ = true;
    }
    queue_.stop();
    stopping_.request_stop();
    senders_.clear();
}

std::size_t SignalQueue::waiting() const {
    return queue_.size();
}

void SignalQueue::send(const WaitingSignal& signal) {
    const SteadyTime began = clock_.steady_now();
    const auto sent = carrier_.send({
        .endpoint = signal.endpoint,
        .package = signal.package,
        .from_address = signal.from_address,
        .mail_id = signal.mail_id,
        .in_reply_to = signal.in_reply_to,
        .stop = stopping_.get_token(),
    });
    if (!sent) {
        events_.write(
            EventLevel::warning, "ebxml_signal_not_sent", {{"reason", name(sent.error())}}
        );
    }
    if (sent || sent.error() != CarrierFault::unreachable) {
        return queue_.recover(signal.line);
    }
    // Who lets an attempt hang gets the fewer of them; who is back soon is soon told.
    const SteadyTime now = clock_.steady_now();
    const auto took = std::chrono::duration_cast<Duration>(now - began);
    queue_.rest(signal.line, now + std::clamp(took, rest_least, rest_most));
}

}  // namespace budstikke::ebxml
