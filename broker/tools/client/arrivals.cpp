#include "broker/tools/client/arrivals.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include <budstikke/v1/exchange.pb.h>

#include "broker/tools/client/mailbox.hpp"

namespace budstikke::client {

struct Arrivals::State {
    Mailbox<v1::Delivery> deliveries;
    Mailbox<v1::StatusEvent> events;
    Mailbox<v1::Frame> others;
    std::function<void(v1::Delivery)> on_delivery;
    std::map<std::string, v1::Delivery> gathering;  ///< of the connection's thread
    std::mutex mutex;                               ///< of what follows
    std::condition_variable end_changed;
    std::optional<v1::GoAway> goodbye;
    std::optional<Error> end;
};

Arrivals::Arrivals(Questions& questions)
    : questions_(questions), state_(std::make_unique<State>()) {}

Arrivals::~Arrivals() = default;

void Arrivals::take(v1::Frame& frame) {
    switch (frame.kind_case()) {
        case v1::Frame::kDelivery:
            take_delivery(*frame.mutable_delivery());
            return;
        case v1::Frame::kDeliveryChunk:
            take_chunk(*frame.mutable_delivery_chunk());
            return;
        case v1::Frame::kStatusEvent:
            state_->events.put(std::move(*frame.mutable_status_event()));
            return;
        case v1::Frame::kGoAway: {
            const std::lock_guard lock(state_->mutex);
            state_->goodbye = std::move(*frame.mutable_go_away());
            return;
        }
        case v1::Frame::kPong:
            if (frame.pong().number() == 0) {
                return;
            }
            break;
        default:
            break;
    }
    if (!questions_.answer(frame)) {
        state_->others.put(std::move(frame));
    }
}

void Arrivals::take_delivery(v1::Delivery& delivery) {
    if (delivery.payload().size() < delivery.size()) {
        std::string id = delivery.delivery_id();
        state_->gathering.insert_or_assign(std::move(id), std::move(delivery));
    } else {
        hand_over(delivery);
    }
}

void Arrivals::take_chunk(v1::DeliveryChunk& chunk) {
    const auto found = state_->gathering.find(chunk.delivery_id());
    if (found == state_->gathering.end()) {
        return;
    }
    found->second.mutable_payload()->append(chunk.payload());
    if (found->second.payload().size() >= found->second.size()) {
        hand_over(found->second);
        state_->gathering.erase(found);
    }
}

void Arrivals::hand_over(v1::Delivery& delivery) {
    if (state_->on_delivery) {
        state_->on_delivery(std::move(delivery));
    } else {
        state_->deliveries.put(std::move(delivery));
    }
}

void Arrivals::end(const Error& why) {
    {
        const std::lock_guard lock(state_->mutex);
        state_->end = why;
        state_->end_changed.notify_all();
    }
    questions_.end(why);
    state_->deliveries.end(why);
    state_->events.end(why);
    state_->others.end(why);
}

void Arrivals::on_delivery(std::function<void(v1::Delivery)> handler) {
    state_->on_delivery = std::move(handler);
}

Result<std::optional<v1::Delivery>> Arrivals::next_delivery(Duration time_max) {
    return state_->deliveries.next(time_max);
}

Result<std::optional<v1::StatusEvent>> Arrivals::next_event(Duration time_max) {
    return state_->events.next(time_max);
}

Result<std::optional<v1::Frame>> Arrivals::next_other(Duration time_max) {
    return state_->others.next(time_max);
}

std::optional<v1::GoAway> Arrivals::goodbye() const {
    const std::lock_guard lock(state_->mutex);
    return state_->goodbye;
}

bool Arrivals::wait_for_end(Duration time_max) {
    std::unique_lock lock(state_->mutex);
    return state_->end_changed.wait_for(lock, time_max, [this] { return state_->end.has_value(); });
}

bool Arrivals::has_ended() const {
    const std::lock_guard lock(state_->mutex);
    return state_->end.has_value();
}

}  // namespace budstikke::client
