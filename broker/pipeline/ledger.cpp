#include "broker/pipeline/ledger.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "broker/base/limits.hpp"

namespace budstikke::pipeline {
namespace {

std::string identity_key(const HerId& sender, std::string_view msg_id) {
    return sender.text() + "/" + std::string(msg_id);
}

bool awaits_apprec(const store::DeliveryRecord& record) {
    return record.expects_apprec && !record.apprec && record.apprec_deadline &&
           record.state != DeliveryState::cancelled;
}

}  // namespace

store::OpenEntry open_entry(const store::DeliveryRecord& record) {
    return {
        .id = record.id,
        .sender = record.sender,
        .queue = record.queue,
        .position = record.position,
        .order_key = record.order_key,
        .priority = record.priority,
        .attempts = record.attempts,
        .in_flight = record.state == DeliveryState::in_flight,
        .due = record.due,
        .expires_at = record.expires_at,
    };
}

Result<std::unique_ptr<Ledger>> Ledger::open(store::Store& store) {
    const auto position = store.last_position();
    if (!position) {
        return std::unexpected(position.error());
    }
    auto ledger = std::unique_ptr<Ledger>(new Ledger(store));
    ledger->position_ = *position;
    return ledger;
}

bool Ledger::is_full(std::size_t operations_max) const {
    return dirty_.size() + batch_->operations() >= operations_max ||
           batch_->bytes() >= limits::commit_bytes_max;
}

bool Ledger::has_payload(const MessageId& message) {
    if (erased_payloads_.contains(message)) {
        return false;
    }
    return added_payloads_.contains(message) || store_.read_wrap(message).has_value();
}

template <typename T>
T Ledger::value_or_fault(Result<T> result, T none) {
    if (result) {
        return *std::move(result);
    }
    fail_cycle(std::move(result).error());
    return none;
}

void Ledger::fail_cycle(Error error) {
    if (!fault_) {
        fault_ = std::move(error);
    }
}

std::shared_ptr<const store::MessageRecord> Ledger::message(const MessageId& id) {
    if (const auto known = messages_.find(id); known != messages_.end()) {
        return known->second;
    }
    auto found = value_or_fault(store_.find_message(id), {});
    if (!found) {
        return nullptr;
    }
    auto record = std::make_shared<const store::MessageRecord>(*std::move(found));
    messages_.emplace(id, record);
    message_age_.push_back(id);
    return record;
}

std::optional<store::IdentityRecord> Ledger::identity(
    const HerId& sender, std::string_view msg_id
) {
    const auto known = identities_.find(identity_key(sender, msg_id));
    if (known != identities_.end()) {
        return known->second;
    }
    return value_or_fault(store_.find_identity(sender, msg_id), {});
}

store::DeliveryRecord* Ledger::delivery(const DeliveryId& id) {
    auto known = deliveries_.find(id);
    if (known == deliveries_.end()) {
        auto found = value_or_fault(store_.find_delivery(id), {});
        if (!found) {
            return nullptr;
        }
        Indexed indexed = index_of(*found);
        return &track(*std::move(found), std::move(indexed)).record;
    }
    return &known->second->record;
}

std::vector<DeliveryId> Ledger::deliveries_of(const MessageId& message) {
    std::vector<DeliveryId> ids;
    for (const auto& record : value_or_fault(store_.deliveries_of(message), {})) {
        ids.push_back(record.id);
    }
    if (const auto added = added_.find(message); added != added_.end()) {
        ids.insert(ids.end(), added->second.begin(), added->second.end());
    }
    return ids;
}

Ledger::Tracked& Ledger::track(store::DeliveryRecord record, Indexed indexed) {
    DeliveryId id = record.id;
    delivery_age_.push_back(id);
    auto tracked = std::make_unique<Tracked>(
        Tracked{.record = std::move(record), .indexed = std::move(indexed)}
    );
    return *deliveries_.insert_or_assign(std::move(id), std::move(tracked)).first->second;
}

void Ledger::mark_dirty(Tracked& tracked) {
    if (!tracked.dirty) {
        tracked.dirty = true;
        dirty_.push_back(tracked.record.id);
    }
}

std::shared_ptr<const store::MessageRecord> Ledger::add_message(
    store::MessageRecord record, const store::SealedPayload& payload
) {
    record.position = next_position();
    batch_->put_message(record);
    batch_->put_wrap(record.id, payload.wrap);
    for (std::uint32_t index = 0; index < payload.chunks.size(); ++index) {
        batch_->put_chunk(record.id, index, payload.chunks[index]);
    }
    added_payloads_.insert(record.id);
    const store::IdentityRecord identity{.message = record.id, .digest = record.digest};
    batch_->put_identity(record.sender, record.envelope.message_id, identity);
    identities_.insert_or_assign(identity_key(record.sender, record.envelope.message_id), identity);
    auto shared = std::make_shared<const store::MessageRecord>(std::move(record));
    messages_.insert_or_assign(shared->id, shared);
    message_age_.push_back(shared->id);
    return shared;
}

store::DeliveryRecord& Ledger::add_delivery(store::DeliveryRecord record) {
    added_[record.id.message].push_back(record.id);
    Tracked& tracked = track(std::move(record), {});
    mark_dirty(tracked);
    return tracked.record;
}

bool Ledger::apply(store::DeliveryRecord& delivery, DeliveryCause cause, std::string detail) {
    const auto next = transition(delivery.state, cause);
    if (!next) {
        return false;
    }
    delivery.state = *next;
    note(delivery, cause, std::move(detail));
    return true;
}

void Ledger::note(store::DeliveryRecord& delivery, DeliveryCause cause, std::string detail) {
    Tracked& tracked = *deliveries_.at(delivery.id);
    if (delivery.events.size() >= limits::timeline_events_max) {
        if (delivery.events.size() > tracked.noted) {
            batch_->erase_feed(delivery.sender, delivery.events.front().position);
        }
        delivery.events.erase(delivery.events.begin());
    }
    delivery.events.push_back({
        .position = 0,  // at the end of the cycle, when those of one delivery stand together
        .at = now_,
        .state = delivery.state,
        .cause = cause,
        .detail = std::move(detail),
    });
    tracked.noted = std::min(tracked.noted + 1, delivery.events.size());
    mark_dirty(tracked);
}

Ledger::Indexed Ledger::index_of(const store::DeliveryRecord& record) {
    Indexed indexed;
    if (is_open(record.state)) {
        indexed.open = record.position;
    }
    indexed.dead = record.state == DeliveryState::dead_lettered;
    if (awaits_apprec(record)) {
        indexed.timer = store::Timer{.due = *record.apprec_deadline, .delivery = record.id};
    }
    return indexed;
}

void Ledger::feed(Tracked& tracked) {
    if (tracked.noted == 0) {
        return;
    }
    auto& record = tracked.record;
    const auto events = std::span(record.events).last(std::exchange(tracked.noted, 0));
    for (auto& event : events) {
        event.position = next_position();
    }
    batch_->put_feed(record.sender, record.id, events);
    feeding_.insert(record.sender);
}

void Ledger::flush(Tracked& tracked) {
    feed(tracked);
    const store::DeliveryRecord& record = tracked.record;
    const Indexed& before = tracked.indexed;
    Indexed after = index_of(record);
    if (before.open && before.open != after.open) {
        batch_->erase_open(*before.open);
    }
    if (after.open) {
        batch_->put_open(open_entry(record));
    }
    if (after.dead && !before.dead) {
        const auto& last = record.events.back();
        batch_->put_dead(
            {.id = record.id, .queue = record.queue, .at = last.at, .cause = last.cause}
        );
    } else if (before.dead && !after.dead) {
        batch_->erase_dead(record.id);
    }
    const bool same_timer = before.timer.has_value() == after.timer.has_value() &&
                            (!before.timer || before.timer->due == after.timer->due);
    if (!same_timer && before.timer) {
        batch_->erase_timer(*before.timer);
    }
    if (!same_timer && after.timer) {
        batch_->put_timer(*after.timer);
    }
    batch_->put_delivery(record);
    tracked.indexed = std::move(after);
    tracked.dirty = false;
}

void Ledger::erase_payload(const store::MessageRecord& message) {
    batch_->erase_payload(message.id, message.chunks);
    erased_payloads_.insert(message.id);
}

void Ledger::replace_wrap(const MessageId& message, std::string_view wrap) {
    // An erased payload must stay erased: its wrap may have been read just before.
    if (has_payload(message)) {
        batch_->put_wrap(message, wrap);
    }
}

void Ledger::erase_identity(const store::MessageRecord& message) {
    const auto known = identity(message.sender, message.envelope.message_id);
    if (known && known->message == message.id) {
        batch_->erase_identity(message.sender, message.envelope.message_id);
    }
}

void Ledger::erase_message(const store::MessageRecord& message) {
    erase_payload(message);
    for (const auto& id : deliveries_of(message.id)) {
        const auto* const record = delivery(id);
        if (record == nullptr) {
            continue;
        }
        for (const auto& event : record->events) {
            batch_->erase_feed(record->sender, event.position);
        }
        // What stands in the store, not what the record would put there: it may have changed since.
        const Indexed indexed = deliveries_.at(id)->indexed;
        if (indexed.open) {
            batch_->erase_open(*indexed.open);
        }
        if (indexed.timer) {
            batch_->erase_timer(*indexed.timer);
        }
        batch_->erase_dead(id);
        batch_->erase_delivery(id);
        deliveries_.erase(id);
    }
    erase_identity(message);
    batch_->erase_message(message.id);
    messages_.erase(message.id);
}

Result<void> Ledger::commit() {
    if (fault_) {
        return std::unexpected(*fault_);
    }
    for (const auto& id : dirty_) {
        if (const auto tracked = deliveries_.find(id); tracked != deliveries_.end()) {
            flush(*tracked->second);
        }
    }
    if (batch_->operations() > 0) {
        batch_->put_position(position_);
        if (auto committed = store_.commit(*batch_); !committed) {
            return committed;
        }
    }
    dirty_.clear();
    identities_.clear();
    added_.clear();
    added_payloads_.clear();
    erased_payloads_.clear();
    fed_ = std::exchange(feeding_, {});
    forget_oldest();
    return {};
}

void Ledger::forget_oldest() {
    while (delivery_age_.size() > limits::deliveries_kept_max) {
        deliveries_.erase(delivery_age_.front());
        delivery_age_.pop_front();
    }
    while (message_age_.size() > limits::messages_kept_max) {
        messages_.erase(message_age_.front());
        message_age_.pop_front();
    }
}

}  // namespace budstikke::pipeline
