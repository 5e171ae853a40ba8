// The deliveries of deliveries.hpp.
#include "broker/transport/exchange/deliveries.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <budstikke/v1/exchange.pb.h>

#include "broker/base/limits.hpp"

namespace budstikke::transport {

pipeline::ConsumerId Deliveries::consumer() {
    if (!consumer_) {
        consumer_ = session_.parts.broker.attach(
            session_.organisation, *this, session_.parts.limits.credit_per_connection_max
        );
    }
    return *consumer_;
}

bool Deliveries::may_have(const HerId& queue, std::uint32_t more, std::uint64_t request) {
    const ExchangeLimits& limits = session_.parts.limits;
    const auto found = credit_.find(queue);
    const std::uint32_t has = found == credit_.end() ? 0 : found->second;
    const bool too_many = found == credit_.end() && credit_.size() >= limits.subscriptions_max;
    if (too_many || more > limits.credit_max - has ||
        more > limits.credit_per_connection_max - credit_total_) {
        session_.problem(request, {Errc::limit_exceeded, "subscriptions or credit"});
        return false;
    }
    return true;
}

void Deliveries::subscribe(const v1::Subscribe& from) {
    const std::uint64_t request = from.request();
    const auto queue = HerId::parse(from.her_id());
    if (!queue) {
        session_.problem(request, {Errc::invalid_argument, "her_id"});
        return;
    }
    if (!may_have(*queue, from.credit(), request)) {
        return;
    }
    credit_[*queue] += from.credit();
    credit_total_ += from.credit();
    ++subscribing_;
    session_.parts.broker.subscribe(
        consumer(), *queue, from.credit(),
        session_.inbox.answer<Result<void>>([this, request,
                                             queue = *queue](const Result<void>& answer) {
            --subscribing_;
            if (answer) {
                v1::Frame frame;
                frame.mutable_subscribed()->set_request(request);
                frame.mutable_subscribed()->set_her_id(queue.text());
                session_.outbox.send(frame);
            } else {
                drop_subscription(queue);
                session_.warn("subscription_denied", queue.text());
                session_.problem(request, answer.error());
            }
            pump();
        })
    );
}

void Deliveries::credit(const v1::Credit& from) {
    const auto queue = HerId::parse(from.her_id());
    if (!queue || !credit_.contains(*queue)) {
        session_.problem(0, {Errc::not_found, "no such subscription"});
        return;
    }
    if (from.add() == 0) {
        // Costs the commit thread as much as any other, and there would be no end to them.
        session_.problem(0, {Errc::invalid_argument, "add"});
        return;
    }
    if (may_have(*queue, from.add(), 0)) {
        credit_[*queue] += from.add();
        credit_total_ += from.add();
        session_.parts.broker.add_credit(consumer(), *queue, from.add());
    }
}

void Deliveries::drop_subscription(const HerId& queue) {
    if (const auto found = credit_.find(queue); found != credit_.end()) {
        credit_total_ -= found->second;
        credit_.erase(found);
    }
}

void Deliveries::unsubscribe(const v1::Unsubscribe& from) {
    const auto queue = HerId::parse(from.her_id());
    if (!queue || !credit_.contains(*queue)) {
        session_.problem(from.request(), {Errc::not_found, "no such subscription"});
        return;
    }
    drop_subscription(*queue);
    ++unsubscribing_;
    auto ended = [this, request = from.request(), her_id = queue->text()] {
        --unsubscribing_;
        v1::Frame frame;
        frame.mutable_unsubscribed()->set_request(request);
        frame.mutable_unsubscribed()->set_her_id(her_id);
        session_.outbox.send(frame);
    };
    session_.parts.broker.unsubscribe(consumer(), *queue, session_.inbox.done(std::move(ended)));
}

void Deliveries::settle(v1::Settle& from) {
    const std::uint64_t request = from.request();
    auto settlement = read_settlement(from);
    if (!settlement) {
        session_.problem(request, {Errc::invalid_argument, "settlement"});
        return;
    }
    if (!consumer_) {
        session_.problem(request, {Errc::not_found, "nothing was delivered here"});
        return;
    }
    ++settling_;
    auto settled = [this, request,
                    id = std::move(*from.mutable_delivery_id())](const Result<DeliveryState>& state
                   ) mutable {
        --settling_;
        if (!state) {
            session_.problem(request, state.error());
            return;
        }
        v1::Frame frame;
        v1::Settled& answer = *frame.mutable_settled();
        answer.set_request(request);
        answer.set_delivery_id(std::move(id));
        answer.set_state(std::string(name(*state)));
        session_.outbox.send(frame);
    };
    session_.parts.broker.settle(
        *consumer_, std::move(*settlement),
        session_.inbox.answer<Result<DeliveryState>>(std::move(settled))
    );
}

bool Deliveries::blocked() const {
    // Credit frames have no answer. What bounds those that the broker has not come to yet is that
    // each adds to the credit, which is given back only when an unsubscription is through.
    return unsubscribing_ > 0 ||
           settling_ + subscribing_ >= session_.parts.limits.credit_per_connection_max;
}

void Deliveries::offer(std::span<const pipeline::Offer> offers) {
    session_.inbox.put([this, arrived = std::vector(offers.begin(), offers.end())]() mutable {
        std::ranges::move(arrived, std::back_inserter(offered_));
        pump();
    });
}

void Deliveries::subscription_ended(const HerId& queue, pipeline::SubscriptionEnd why) {
    session_.inbox.put([this, queue, why] {
        drop_subscription(queue);
        session_.warn("subscription_ended", queue.text());
        v1::Frame frame;
        frame.mutable_unsubscribed()->set_her_id(queue.text());
        frame.mutable_unsubscribed()->set_reason(std::string(word(why)));
        session_.outbox.send(frame);
        drop_offers(queue, why);
        pump();
    });
}

void Deliveries::drop_offers(const HerId& queue, pipeline::SubscriptionEnd why) {
    // The broker has taken them back by itself.
    std::erase_if(offered_, [&](const pipeline::Offer& offer) { return offer.queue == queue; });
    if (!leaving_ || leaving_->offer.queue != queue) {
        return;
    }
    const bool has_begun = leaving_->next_chunk > 0;
    leaving_.reset();
    if (has_begun) {
        // No frame says that a payload ends in the middle; only the end of the session does.
        session_.end(
            why == pipeline::SubscriptionEnd::held ? GoAwayReason::held
                                                   : GoAwayReason::not_registered,
            "the right to a payload ended while it was sent"
        );
    }
}

void Deliveries::pump() {
    if (std::exchange(pumping_, true)) {
        return;
    }
    const Clock& clock = session_.parts.clock;
    const SteadyTime since = clock.steady_now();
    while (may_go_on()) {
        if (!leaving_) {
            leaving_ = Leaving{.offer = std::move(offered_.front()), .next_chunk = 0};
            offered_.pop_front();
        }
        read_piece();
        if (may_go_on() && Turns::is_over(since, clock.steady_now())) {
            wait_for_a_turn();
        }
    }
    pumping_ = false;
}

bool Deliveries::may_go_on() const {
    // A delivery never overtakes the answer to the subscription that it comes on.
    return !detached_ && !reading_ && !awaits_turn_ && subscribing_ == 0 && may_send_next();
}

void Deliveries::wait_for_a_turn() {
    awaits_turn_ = true;
    session_.turns.call(session_.organisation, session_.inbox.done([this] {
        awaits_turn_ = false;
        pump();
    }));
}

bool Deliveries::may_send_next() const {
    if (session_.outbox.closed() || (!leaving_ && offered_.empty())) {
        return false;
    }
    const pipeline::Offer& next = leaving_ ? leaving_->offer : offered_.front();
    return session_.outbox.may_offer(
        std::min<std::size_t>(next.message->size, limits::chunk_bytes_max)
    );
}

void Deliveries::read_piece() {
    const pipeline::Broker& broker = session_.parts.broker;
    const auto& message = leaving_->offer.message;
    const std::uint32_t chunk = leaving_->next_chunk;
    if (const auto carried = std::move(leaving_->offer.carried)) {
        send_piece(carried->bytes());
        return;
    }
    // Opening a larger one here would hold up the other connections of the thread.
    if (message->size <= limits::in_place_bytes_max) {
        take_piece(broker.read_payload(*message, chunk));
        return;
    }
    reading_ = true;
    session_.parts.workers.post(
        session_.organisation,
        [&broker, message, chunk,
         back =
             session_.inbox.answer<Result<std::string>>([this](const Result<std::string>& piece) {
                 reading_ = false;
                 if (detached_) {
                     return;
                 }
                 // The subscription may have ended while the piece was read.
                 if (leaving_) {
                     take_piece(piece);
                 }
                 pump();
             })]() mutable { back(broker.read_payload(*message, chunk)); }
    );
}

void Deliveries::take_piece(const Result<std::string>& piece) {
    if (piece) {
        send_piece(*piece);
    } else {
        give_up(piece.error());
    }
}

void Deliveries::send_piece(std::string_view piece) {
    const pipeline::Offer& offer = leaving_->offer;
    v1::Frame frame;
    if (leaving_->next_chunk == 0) {
        v1::Delivery& delivery = *frame.mutable_delivery();
        write(offer, delivery);
        ++session_.deliveries;
    } else {
        v1::DeliveryChunk& chunk = *frame.mutable_delivery_chunk();
        chunk.set_delivery_id(offer.id.text());
    }
    session_.outbox.send(frame, piece);
    ++leaving_->next_chunk;
    if (leaving_->next_chunk >= offer.message->chunks) {
        leaving_.reset();
    }
}

void Deliveries::give_up(const Error& error) {
    const pipeline::Offer offer = std::move(leaving_->offer);
    const bool has_begun = leaving_->next_chunk > 0;
    leaving_.reset();
    session_.parts.events.write(
        EventLevel::error, "payload_unreadable",
        {{"delivery", offer.id.text()}, {"error", name(error.code)}}
    );
    // An erased payload never comes back; anything else may.
    const bool is_gone = error.code == Errc::not_found;
    session_.parts.broker.settle(
        *consumer_,
        {.delivery = offer.id,
         .outcome = is_gone ? pipeline::SettleOutcome::rejected : pipeline::SettleOutcome::released,
         .reason_code = {},
         .reason = is_gone ? "the payload was erased" : "the payload could not be read"},
        session_.inbox.answer<Result<DeliveryState>>([](const Result<DeliveryState>& state) {
            // Where it was settled meanwhile, by a withdrawal for example, nothing is left to do.
            static_cast<void>(state);
        })
    );
    if (has_begun) {
        session_.end(GoAwayReason::internal, "a payload could not be read to its end");
    }
}

void Deliveries::end_subscriptions() {
    for (const auto& [queue, credit] : credit_) {
        session_.parts.broker.unsubscribe(consumer(), queue, session_.inbox.done([] {}));
    }
    credit_.clear();
    credit_total_ = 0;
}

void Deliveries::detach() {
    detached_ = true;
    offered_.clear();
    if (consumer_) {
        session_.parts.broker.detach(*consumer_, session_.inbox.done([] {}));
    }
}

}  // namespace budstikke::transport
