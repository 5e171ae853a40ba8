#include "broker/transport/ebxml/service/signal_queue.hpp"

#include <utility>

namespace budstikke::ebxml {

SignalQueue::SignalQueue(
    Carrier& carrier, EventLog& events, std::size_t senders, std::size_t waiting_max
)
    : carrier_(carrier), events_(events), waiting_max_(waiting_max) {
    for (std::size_t i = 0; i < senders; ++i) {
        senders_.emplace_back([this](const std::stop_token& stopping) { work(stopping); });
    }
}

SignalQueue::~SignalQueue() {
    stop();
}

bool SignalQueue::push(WaitingSignal signal) {
    const std::scoped_lock lock(mutex_);
    if (stopped_ || waiting_.size() >= waiting_max_) {
        return false;
    }
    waiting_.push_back(std::move(signal));
    arrived_.notify_one();
    return true;
}

void SignalQueue::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopped_ = true;
        waiting_.clear();
    }
    // All of them first: each may need a moment to end its transfer.
    for (auto& sender : senders_) {
        sender.request_stop();
    }
    senders_.clear();
}

std::size_t SignalQueue::waiting() const {
    const std::scoped_lock lock(mutex_);
    return waiting_.size();
}

void SignalQueue::work(const std::stop_token& stopping) {
    for (;;) {
        WaitingSignal signal;
        {
            std::unique_lock lock(mutex_);
            if (!arrived_.wait(lock, stopping, [this] { return !waiting_.empty(); })) {
                return;
            }
            signal = std::move(waiting_.front());
            waiting_.pop_front();
        }
        const auto sent = carrier_.send({
            .endpoint = signal.endpoint,
            .package = signal.package,
            .from_address = signal.from_address,
            .mail_id = signal.mail_id,
            .in_reply_to = signal.in_reply_to,
            .stop = stopping,
        });
        if (!sent) {
            events_.write(
                EventLevel::warning, "ebxml_signal_not_sent", {{"reason", name(sent.error())}}
            );
        }
    }
}

}  // namespace budstikke::ebxml
