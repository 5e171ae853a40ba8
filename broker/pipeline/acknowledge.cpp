// Acknowledge: what becomes of an offer. Settled, released, or its consumer is gone.
#include <algorithm>
#include <utility>

#include "broker/directory/directory.hpp"
#include "broker/pipeline/core.hpp"

namespace budstikke::pipeline {

namespace {

Queues::Place place_of(const store::DeliveryRecord& record) {
    return {.queue = record.queue, .order_key = record.order_key, .position = record.position};
}

}  // namespace

/// A change as the table says; what the table refuses is counted, and nothing changes.
bool Core::change(store::DeliveryRecord& record, DeliveryCause cause, std::string detail) {
    if (!ledger_->apply(record, cause, std::move(detail))) {
        ++shared_.refused_changes;
        return false;
    }
    count(record.state);
    return true;
}

void Core::count(DeliveryState state) {
    switch (state) {
        case DeliveryState::delivered:
            ++shared_.settled;
            break;
        case DeliveryState::confirmed:
            ++shared_.confirmed;
            break;
        case DeliveryState::rejected:
            ++shared_.rejected;
            break;
        case DeliveryState::dead_lettered:
            ++shared_.dead_lettered;
            break;
        case DeliveryState::expired:
            ++shared_.expired;
            break;
        default:
            break;
    }
}

/// The delivery leaves its queue, and its key is free.
void Core::close(const store::DeliveryRecord& record) {
    queues_.remove(place_of(record), now_);
    touched_.insert(record.queue);
}

Timestamp Core::next_attempt(std::uint32_t attempts) {
    const auto& ladder = settings_.retry_ladder;
    if (ladder.empty()) {
        return now_;
    }
    const std::size_t step = std::min<std::size_t>(std::max(attempts, 1U) - 1, ladder.size() - 1);
    const std::int64_t wait = ladder[step].count();
    const std::int64_t spread = wait * settings_.retry_jitter_percent / 100;
    if (spread == 0) {
        return now_ + Duration(wait);
    }
    const auto shift = static_cast<std::int64_t>(
        parts_.random.next() % static_cast<std::uint64_t>(2 * spread + 1)
    );
    return now_ + Duration(wait - spread + shift);
}

void Core::forget_unsettled(Consumer& consumer, const DeliveryId& id, const HerId& queue) {
    consumer.unsettled.erase(id);
    if (const auto subscription = consumer.subscriptions.find(queue);
        subscription != consumer.subscriptions.end()) {
        --subscription->second.unsettled;
    } else if (const auto left = consumer.left_over.find(queue);
               left != consumer.left_over.end() && --left->second == 0) {
        consumer.left_over.erase(left);
    }
    if (std::exchange(consumer.kept_waiting, false)) {
        for (const auto& [waiting, subscription] : consumer.subscriptions) {
            touched_.insert(waiting);
        }
    }
}

/// The offer is over for its consumer, who may get another one in its place.
void Core::end_offer(const DeliveryId& id) {
    const auto flight = in_flight_.find(id);
    if (flight == in_flight_.end()) {
        return;
    }
    if (const auto consumer = consumers_.find(flight->second.consumer);
        consumer != consumers_.end()) {
        forget_unsettled(consumer->second, id, flight->second.queue);
        // An offer of this very cycle has not been made yet: then it must not be made.
        if (const auto offers = offers_.find(flight->second.consumer); offers != offers_.end()) {
            std::erase_if(offers->second, [&](const Offer& offer) { return offer.id == id; });
        }
    }
    touched_.insert(flight->second.queue);
    in_flight_.erase(flight);
}

void Core::return_to_queue(
    store::DeliveryRecord& record, DeliveryCause cause, Timestamp due, std::string detail
) {
    record.due = due;
    if (!change(record, cause, std::move(detail))) {
        return;
    }
    if (record.expires_at && *record.expires_at <= ending_) {
        change(record, DeliveryCause::time_to_live_ended);
        close(record);
        apply_kept_apprec(record);
        return;
    }
    queues_.put_back(place_of(record), due, record.attempts, now_);
    touched_.insert(record.queue);
}

void Core::settle_accepted(store::DeliveryRecord& record) {
    change(record, DeliveryCause::settled_accepted);
    close(record);
    apply_kept_apprec(record);
    originate_apprec(record, AppRecStatus::ok, nullptr);
}

// No AppRec in the recipient's name: its message service speaks for no application.
void Core::settle_received(store::DeliveryRecord& record, const Settlement& settlement) {
    change(record, DeliveryCause::transport_receipt, settlement.reason);
    close(record);
    apply_kept_apprec(record);
}

void Core::settle_expired(store::DeliveryRecord& record, const Settlement& settlement) {
    change(record, DeliveryCause::time_to_live_ended, settlement.reason);
    close(record);
    apply_kept_apprec(record);
}

void Core::settle_rejected(store::DeliveryRecord& record, const Settlement& settlement) {
    std::string detail = settlement.reason_code;
    if (!settlement.reason.empty()) {
        detail += (detail.empty() ? "" : ": ") + settlement.reason;
    }
    change(record, DeliveryCause::settled_rejected, std::move(detail));
    close(record);
    apply_kept_apprec(record);
    originate_apprec(record, AppRecStatus::rejected, &settlement);
}

void Core::settle_released(store::DeliveryRecord& record, const Settlement& settlement) {
    const std::uint32_t attempts = record.attempts - record.attempts_forgiven;
    if (attempts >= settings_.attempts_max) {
        change(record, DeliveryCause::attempts_exhausted, settlement.reason);
        close(record);
        apply_kept_apprec(record);
        return;
    }
    return_to_queue(record, DeliveryCause::released, next_attempt(attempts), settlement.reason);
}

void Core::settle(
    ConsumerId id, const Settlement& settlement, Handler<Result<DeliveryState>> answer
) {
    const auto respond = [&](Result<DeliveryState> result) {
        answer_after_commit(std::move(answer), std::move(result));
    };
    const auto flight = in_flight_.find(settlement.delivery);
    auto* const record = ledger_->delivery(settlement.delivery);
    const bool is_theirs = flight != in_flight_.end() && flight->second.consumer == id;
    if (!is_theirs || record == nullptr ||
        (settlement.attempt != 0 && settlement.attempt != record->attempts)) {
        return respond(fail(Errc::not_found, "not an unsettled delivery of this connection"));
    }
    const bool closed = flight->second.closed;
    end_offer(settlement.delivery);
    if (!closed) {
        switch (settlement.outcome) {
            case SettleOutcome::accepted:
                settle_accepted(*record);
                break;
            case SettleOutcome::rejected:
                settle_rejected(*record, settlement);
                break;
            case SettleOutcome::released:
                settle_released(*record, settlement);
                break;
            case SettleOutcome::received:
                settle_received(*record, settlement);
                break;
            case SettleOutcome::expired:
                settle_expired(*record, settlement);
                break;
        }
    }
    respond(record->state);
}

void Core::detach(ConsumerId id, std::move_only_function<void()> done) {
    if (const auto consumer = consumers_.find(id); consumer != consumers_.end()) {
        offers_.erase(id);
        for (const auto& delivery : std::exchange(consumer->second.unsettled, {})) {
            const auto flight = in_flight_.find(delivery);
            auto* const record = ledger_->delivery(delivery);
            if (flight != in_flight_.end() && !flight->second.closed && record != nullptr) {
                // Who leaves while we stop may do so because of us; who leaves at any other time
                // may have fallen over this very message.
                record->attempts_forgiven += shared_.draining ? 1 : 0;
                return_to_queue(*record, DeliveryCause::connection_lost, {});
            }
            in_flight_.erase(delivery);
        }
        while (!consumer->second.subscriptions.empty()) {
            // A copy: the name is a key of the map that shrinks.
            end_subscription(id, HerId(consumer->second.subscriptions.begin()->first));
        }
        consumers_.erase(consumer);
        shared_.consumers = consumers_.size();
    }
    answers_.push_back(std::move(done));
}

}  // namespace budstikke::pipeline
