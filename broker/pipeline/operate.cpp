// What operations do: hold, pause, retry, discard, a new directory. Each changing command leaves
// one audit record in the same write as what it does, also where it does nothing but fail.
#include <algorithm>
#include <utility>

#include "broker/base/limits.hpp"
#include "broker/directory/resolve.hpp"
#include "broker/pipeline/core.hpp"

namespace budstikke::pipeline {

void Core::record_audit(const Authority& by, std::string outcome) {
    ledger_->batch().put_audit({
        .position = ledger_->next_position(),
        .at = now_,
        .who = by.who,
        .role = by.role,
        .command = by.command,
        .reason = by.reason,
        .outcome = std::move(outcome),
    });
}

void Core::record_and_answer(
    const Authority& by, Result<void> result, Handler<Result<void>> answer
) {
    record_audit(by, result ? "ok" : std::string(name(result.error().code)));
    answer_after_commit(std::move(answer), std::move(result));
}

void Core::audit(const Authority& by, Handler<Result<void>> answer) {
    // What comes of it is not known yet, and a record is never changed: the log has the outcome.
    record_audit(by, {});
    answer_after_commit(std::move(answer), {});
}

void Core::directory_replaced() {
    end_disallowed_subscriptions();
    reroute();
}

void Core::end_disallowed_subscriptions() {
    const auto directory = shared_.directory.load();
    std::vector<std::pair<ConsumerId, HerId>> ended;
    for (const auto& [id, consumer] : consumers_) {
        for (const auto& [queue, subscription] : consumer.subscriptions) {
            if (!directory->may_act_for(consumer.organisation, queue)) {
                ended.emplace_back(id, queue);
            }
        }
    }
    for (const auto& [id, queue] : ended) {
        stop_consumer(id, queue, SubscriptionEnd::not_allowed);
    }
}

/// The consumer gets nothing more of this queue, and what it has not settled returns.
void Core::stop_consumer(ConsumerId id, const HerId& queue, SubscriptionEnd why) {
    Consumer& consumer = consumers_.at(id);
    std::vector<DeliveryId> returned;
    std::ranges::copy_if(
        consumer.unsettled, std::back_inserter(returned),
        [&](const DeliveryId& delivery) { return in_flight_.at(delivery).queue == queue; }
    );
    for (const auto& delivery : returned) {
        const bool closed = in_flight_.at(delivery).closed;
        end_offer(delivery);
        auto* const record = ledger_->delivery(delivery);
        if (!closed && record != nullptr) {
            // Taken back by us: no fault of the message or of who had it.
            ++record->attempts_forgiven;
            return_to_queue(*record, DeliveryCause::connection_lost, {});
        }
    }
    end_subscription(id, queue);
    answers_.emplace_back([endpoint = consumer.endpoint, queue, why] {
        endpoint->subscription_ended(queue, why);
    });
}

void Core::hold(const Authority& by, const HerId& her_id, bool held, Handler<Result<void>> answer) {
    if (held && shared_.directory.load()->find(her_id) == nullptr) {
        return record_and_answer(
            by, fail(Errc::not_found, "no such party in the directory"), std::move(answer)
        );
    }
    auto changed = std::make_shared<std::set<HerId>>(*shared_.held.load());
    const std::string key = "held/" + her_id.text();
    if (held) {
        changed->insert(her_id);
        ledger_->batch().put_setting(key, by.reason);
    } else {
        changed->erase(her_id);
        ledger_->batch().erase_setting(key);
    }
    shared_.held = std::move(changed);
    touched_.insert(her_id);
    if (held) {
        const auto row = subscribers_.find(her_id);
        const auto ids =
            row == subscribers_.end() ? std::vector<ConsumerId>{} : row->second.consumers;
        for (const ConsumerId id : ids) {
            stop_consumer(id, her_id, SubscriptionEnd::held);
        }
    }
    record_and_answer(by, {}, std::move(answer));
}

void Core::pause(
    const Authority& by, const HerId& queue, bool paused, Handler<Result<void>> answer
) {
    if (paused && shared_.directory.load()->find(queue) == nullptr) {
        return record_and_answer(
            by, fail(Errc::not_found, "no such party in the directory"), std::move(answer)
        );
    }
    const std::string key = "paused/" + queue.text();
    if (paused) {
        paused_.insert(queue);
        ledger_->batch().put_setting(key, by.reason);
    } else {
        paused_.erase(queue);
        ledger_->batch().erase_setting(key);
        touched_.insert(queue);
    }
    record_and_answer(by, {}, std::move(answer));
}

Result<void> Core::retry_now(const DeliveryId& id) {
    auto* const record = ledger_->delivery(id);
    if (record == nullptr) {
        return fail(Errc::not_found, "no such delivery");
    }
    if (!transition(record->state, DeliveryCause::retried)) {
        return fail(Errc::conflict, "the delivery is " + std::string(name(record->state)));
    }
    if (!ledger_->has_payload(id.message)) {
        return fail(Errc::conflict, "the payload has been erased");
    }
    // It goes to the end of its conversation: what came after it has left already.
    record->position = ledger_->next_position();
    record->attempts_forgiven = record->attempts;
    record->due = {};
    record->expires_at = now_ + settings_.time_to_live;
    if (record->expects_apprec && !record->apprec) {
        record->apprec_deadline = now_ + settings_.apprec_deadline;
    }
    change(*record, DeliveryCause::retried);
    enqueue(*record);
    return {};
}

void Core::retry(const Authority& by, const DeliveryId& id, Handler<Result<void>> answer) {
    record_and_answer(by, retry_now(id), std::move(answer));
}

Result<void> Core::discard_now(const DeliveryId& id, std::string reason) {
    auto* const record = ledger_->delivery(id);
    if (record == nullptr) {
        return fail(Errc::not_found, "no such delivery");
    }
    const bool was_open = is_open(record->state);
    if (!transition(record->state, DeliveryCause::discarded)) {
        return fail(Errc::conflict, "the delivery is " + std::string(name(record->state)));
    }
    change(*record, DeliveryCause::discarded, std::move(reason));
    if (was_open) {
        close(*record);
    }
    return {};
}

void Core::discard(const Authority& by, const DeliveryId& id, Handler<Result<void>> answer) {
    record_and_answer(by, discard_now(id, by.reason), std::move(answer));
}

void Core::withdraw(
    const std::string& organisation, const MessageRef& reference,
    const std::vector<HerId>& recipients, const std::string& reason,
    Handler<Result<std::vector<Broker::WithdrawVerdict>>> answer
) {
    const auto respond = [&](Result<std::vector<Broker::WithdrawVerdict>> result) {
        answer_after_commit(std::move(answer), std::move(result));
    };
    const auto id = find(reference);
    const auto message = id ? ledger_->message(*id) : nullptr;
    const auto sender = message ? std::optional(message->sender) : reference.sender;
    if (sender && !shared_.directory.load()->may_act_for(organisation, *sender)) {
        return respond(fail(Errc::denied, "not a message of this organisation"));
    }
    if (!message) {
        return respond(fail(Errc::not_found, "no such message of this sender"));
    }
    std::vector<Broker::WithdrawVerdict> verdicts;
    for (const auto& delivery : ledger_->deliveries_of(message->id)) {
        if (!recipients.empty() &&
            std::ranges::find(recipients, delivery.recipient) == recipients.end()) {
            continue;
        }
        auto* const record = ledger_->delivery(delivery);
        if (record == nullptr) {
            continue;
        }
        const bool cancelled = transition(record->state, DeliveryCause::withdrawn).has_value();
        if (cancelled) {
            change(*record, DeliveryCause::withdrawn, reason);
            close(*record);
        }
        verdicts.push_back(
            {.recipient = delivery.recipient, .cancelled = cancelled, .state = record->state}
        );
    }
    respond(std::move(verdicts));
}

/// Deliveries that wait for a party whose successor the directory names now go to the successor.
void Core::reroute() {
    const auto directory = shared_.directory.load();
    for (const auto& queue : queues_.names()) {
        const auto resolution = directory::resolve(*directory, queue, now_);
        if (resolution.outcome != directory::ResolutionOutcome::found ||
            resolution.party->her_id == queue) {
            continue;
        }
        std::vector<store::DeliveryRecord*> moved;
        for (const auto& id : queues_.waiting(queue, limits::tick_rows_max)) {
            if (auto* const record = ledger_->delivery(id)) {
                close(*record);
                moved.push_back(record);
            }
        }
        for (auto* const record : moved) {
            record->queue = resolution.party->her_id;
            ledger_->note(*record, DeliveryCause::redirected);
            enqueue(*record);
        }
    }
}

}  // namespace budstikke::pipeline
