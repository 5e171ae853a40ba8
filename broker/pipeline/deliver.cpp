// Deliver: what is ready goes to the consumers that have credit, in the order of the queues. The
// offer is written before it is made, so that a delivery that comes again is always marked as such.
#include <algorithm>
#include <utility>

#include "broker/pipeline/core.hpp"

namespace budstikke::pipeline {

void Core::enqueue(const store::DeliveryRecord& record) {
    queues_.add(open_entry(record), now_);
    touched_.insert(record.queue);
}

void Core::dispatch() {
    for (const auto& queue : std::exchange(touched_, {})) {
        dispatch_queue(queue);
    }
    shared_.open_deliveries = queues_.size();
}

// Credit alone does not bound what a consumer holds: what is unsettled outlives its subscription,
// and one of another queue brings credit of its own.
bool Core::has_room(Consumer& consumer, const HerId& queue) {
    const Subscription& subscription = consumer.subscriptions.at(queue);
    if (subscription.unsettled >= subscription.credit) {
        return false;
    }
    const bool full = consumer.unsettled.size() >= consumer.unsettled_max;
    consumer.kept_waiting = consumer.kept_waiting || full;
    return !full;
}

/// The consumer whose turn it is, of those with credit; 0 where there is none.
ConsumerId Core::next_consumer(const HerId& queue) {
    const auto row = subscribers_.find(queue);
    if (row == subscribers_.end()) {
        return 0;
    }
    auto& [ids, turn] = row->second;
    for (std::size_t tried = 0; tried < ids.size(); ++tried) {
        turn = (turn + 1) % ids.size();
        const ConsumerId id = ids[turn];
        if (has_room(consumers_.at(id), queue)) {
            return id;
        }
    }
    return 0;
}

void Core::dispatch_queue(const HerId& queue) {
    if (paused_.contains(queue) || shared_.held.load()->contains(queue)) {
        return;
    }
    while (queues_.has_ready(queue)) {
        // A long backlog is offered in several commits, so that others are answered in between.
        if (ledger_->is_full()) {
            touched_.insert(queue);
            return;
        }
        const ConsumerId consumer = next_consumer(queue);
        if (consumer == 0) {
            return;
        }
        const auto id = queues_.take(queue);
        if (!id) {
            return;
        }
        offer(*id, queue, consumer);
    }
}

void Core::offer(const DeliveryId& id, const HerId& queue, ConsumerId consumer_id) {
    auto* const record = ledger_->delivery(id);
    auto message = ledger_->message(id.message);
    if (record == nullptr || !message) {
        ledger_->fail_cycle({Errc::corrupt, "an open delivery has no record: " + id.text()});
        return;
    }
    if (record->queue != queue) {
        // Better no broker than one that hands a message to another party than it said.
        ledger_->fail_cycle({Errc::internal, "a delivery stands in a wrong queue: " + id.text()});
        return;
    }
    if (record->expires_at && *record->expires_at <= ending_) {
        change(*record, DeliveryCause::time_to_live_ended);
        close(*record);
        return apply_kept_apprec(*record);
    }
    if (record->attempts - record->attempts_forgiven >= settings_.attempts_max) {
        change(*record, DeliveryCause::attempts_exhausted);
        close(*record);
        return apply_kept_apprec(*record);
    }
    if (!change(*record, DeliveryCause::offered)) {
        close(*record);
        return;
    }
    ++record->attempts;
    ++shared_.offered;
    Consumer& consumer = consumers_.at(consumer_id);
    ++consumer.subscriptions.at(queue).unsettled;
    consumer.unsettled.insert(id);
    in_flight_.insert_or_assign(id, InFlight{.consumer = consumer_id, .queue = queue});
    const auto carried = carried_.find(id.message);
    offers_[consumer_id].push_back({
        .id = id,
        .queue = queue,
        .attempt = record->attempts,
        .redelivered = record->attempts > 1,
        .role = record->role,
        .message = std::move(message),
        .carried = carried == carried_.end() ? nullptr : carried->second,
    });
}

void Core::attach(
    ConsumerId id, std::string organisation, Endpoint& endpoint, std::uint32_t unsettled_max
) {
    Consumer& consumer = consumers_[id];
    consumer.organisation = std::move(organisation);
    consumer.endpoint = &endpoint;
    consumer.unsettled_max = unsettled_max;
    shared_.consumers = consumers_.size();
}

void Core::subscribe(
    ConsumerId id, const HerId& queue, std::uint32_t credit, Handler<Result<void>> answer
) {
    const auto respond = [&](Result<void> result) {
        answer_after_commit(std::move(answer), std::move(result));
    };
    const auto consumer = consumers_.find(id);
    const auto directory = shared_.directory.load();
    if (consumer == consumers_.end()) {
        return respond(fail(Errc::not_found, "no such consumer"));
    }
    if (!directory->may_act_for(consumer->second.organisation, queue)) {
        return respond(fail(Errc::denied, "the organisation may not act for this HER-id"));
    }
    if (shared_.held.load()->contains(queue)) {
        return respond(fail(Errc::unavailable, "the party is held by operations"));
    }
    const auto [subscription, added] = consumer->second.subscriptions.try_emplace(queue);
    if (added) {
        if (const auto left = consumer->second.left_over.extract(queue)) {
            subscription->second.unsettled = left.mapped();
        }
        subscribers_[queue].consumers.push_back(id);
    }
    respond({});
    add_credit(id, queue, credit);
}

void Core::add_credit(ConsumerId id, const HerId& queue, std::uint32_t credit) {
    const auto consumer = consumers_.find(id);
    if (consumer == consumers_.end()) {
        return;
    }
    const auto subscription = consumer->second.subscriptions.find(queue);
    if (subscription == consumer->second.subscriptions.end()) {
        return;
    }
    auto& held = subscription->second.credit;
    held += std::min(credit, limits::credit_max - std::min(held, limits::credit_max));
    touched_.insert(queue);
}

void Core::end_subscription(ConsumerId id, const HerId& queue) {
    Consumer& consumer = consumers_.at(id);
    if (const auto ended = consumer.subscriptions.extract(queue);
        ended && ended.mapped().unsettled > 0) {
        consumer.left_over[queue] = ended.mapped().unsettled;
    }
    const auto row = subscribers_.find(queue);
    if (row == subscribers_.end()) {
        return;
    }
    std::erase(row->second.consumers, id);
    row->second.turn = 0;
    if (row->second.consumers.empty()) {
        subscribers_.erase(row);
    }
}

void Core::unsubscribe(ConsumerId id, const HerId& queue, std::move_only_function<void()> answer) {
    const auto consumer = consumers_.find(id);
    if (consumer != consumers_.end() && consumer->second.subscriptions.contains(queue)) {
        end_subscription(id, queue);
    }
    answers_.push_back(std::move(answer));
}

}  // namespace budstikke::pipeline
