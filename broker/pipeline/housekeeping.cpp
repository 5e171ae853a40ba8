// What time does: retries that are due, lives that end, receipts that are late, records that are
// old.
#include <algorithm>
#include <functional>
#include <utility>

#include "broker/base/limits.hpp"
#include "broker/pipeline/core.hpp"

namespace budstikke::pipeline {
namespace {

constexpr std::uint64_t ticks_between_reroutes = 60;
constexpr std::uint64_t compaction_bytes = 64ULL * 1024 * 1024;

constexpr std::string_view payload_cursor = "retention/payload";
constexpr std::string_view identity_cursor = "retention/identity";
constexpr std::string_view message_cursor = "retention/message";

template <typename Predicate>
bool any_delivery(Ledger& ledger, const MessageId& message, Predicate predicate) {
    return std::ranges::any_of(ledger.deliveries_of(message), [&](const DeliveryId& id) {
        const auto* const record = ledger.delivery(id);
        return record != nullptr && predicate(*record);
    });
}

}  // namespace

void Core::tick() {
    for (auto& queue : queues_.wake(now_)) {
        touched_.insert(std::move(queue));
    }
    expire();
    remind();
    retain_payloads();
    retain_identities();
    retain_messages();
    if (++ticks_ % ticks_between_reroutes == 0) {
        reroute();
    }
}

void Core::expire() {
    for (const auto& id : queues_.take_expired(ending_, limits::tick_rows_max)) {
        auto* const record = ledger_->delivery(id);
        // What a consumer holds is not taken from it: it expires when it returns unsettled.
        if (record == nullptr || record->state == DeliveryState::in_flight) {
            continue;
        }
        if (change(*record, DeliveryCause::time_to_live_ended)) {
            close(*record);
            apply_kept_apprec(*record);
        }
    }
}

/// AppRecs that should have come by now: an event for the sender, and a figure for operations.
void Core::remind() {
    const auto due = parts_.store.due(ending_, limits::tick_rows_max);
    if (!due) {
        ledger_->fail_cycle(due.error());
        return;
    }
    for (const auto& timer : *due) {
        auto* const record = ledger_->delivery(timer.delivery);
        if (record == nullptr) {
            ledger_->batch().erase_timer(timer);
            continue;
        }
        if (record->apprec_deadline) {
            record->apprec_deadline.reset();
            ledger_->note(*record, DeliveryCause::apprec_overdue);
            ++shared_.apprec_incidents;
        }
    }
}

bool Core::has_open_delivery(const MessageId& message) {
    return any_delivery(*ledger_, message, [](const store::DeliveryRecord& record) {
        return is_open(record.state);
    });
}

bool Core::has_open_or_changed_delivery(const MessageId& message) {
    return any_delivery(*ledger_, message, [this](const store::DeliveryRecord& record) {
        return is_open(record.state) || (!record.events.empty() && record.events.back().at >= now_);
    });
}

MessageId Core::cursor(std::string_view name) {
    const auto stored = parts_.store.setting(name);
    if (!stored) {
        ledger_->fail_cycle(stored.error());
        return {};
    }
    return MessageId::from_raw(stored->value_or("")).value_or(MessageId{});
}

void Core::move_cursor(std::string_view name, MessageId& cursor, const MessageId& to) {
    cursor = to;
    // After a restart the postponed ones are looked at again.
    const MessageId& stored =
        name == payload_cursor && !postponed_.empty() ? *postponed_.begin() : to;
    ledger_->batch().put_setting(name, stored.raw());
}

/// What was still open when its time came, a part of it at each tick.
void Core::retain_postponed_payloads() {
    auto at = postponed_.upper_bound(postponed_cursor_);
    for (std::size_t looked = 0; looked < limits::tick_rows_max && at != postponed_.end();
         ++looked) {
        postponed_cursor_ = *at;
        const auto message = ledger_->message(*at);
        if (message && has_open_delivery(*at)) {
            ++at;
            continue;
        }
        if (message) {
            ledger_->erase_payload(*message);
            erased_bytes_ += message->size;
        }
        at = postponed_.erase(at);
    }
    if (at == postponed_.end()) {
        postponed_cursor_ = MessageId{};
    }
}

/// Takes the messages behind the cursor whose time of `kept` is over, until `done_with` one is
/// false: that one and those behind it wait for a later tick.
void Core::pass_messages(
    std::string_view name, MessageId& cursor, Duration kept,
    const std::function<bool(const store::MessageRecord&)>& done_with
) {
    const auto page = parts_.store.messages(cursor, limits::tick_rows_max);
    if (!page) {
        ledger_->fail_cycle(page.error());
        return;
    }
    std::optional<MessageId> passed;
    for (const auto& message : *page) {
        if (message.id.time() + kept > ending_ || !done_with(message)) {
            break;
        }
        passed = message.id;
    }
    if (passed) {
        move_cursor(name, cursor, *passed);
    }
}

void Core::retain_payloads() {
    retain_postponed_payloads();
    const auto erase = [this](const store::MessageRecord& message) {
        if (has_open_delivery(message.id)) {
            postponed_.insert(message.id);
        } else {
            ledger_->erase_payload(message);
            erased_bytes_ += message.size;
        }
        return true;
    };
    pass_messages(payload_cursor, payload_cursor_, settings_.payload_retention, erase);
    if (erased_bytes_ >= compaction_bytes) {
        erased_bytes_ = 0;
        shared_.wants_compaction = true;
    }
}

/// The duplicate key goes when its time is over; the record of the message may stay longer.
void Core::retain_identities() {
    if (settings_.duplicate_memory >= settings_.event_retention) {
        return;  // it goes with the message
    }
    const auto erase = [this](const store::MessageRecord& message) {
        ledger_->erase_identity(message);
        return true;
    };
    pass_messages(identity_cursor, identity_cursor_, settings_.duplicate_memory, erase);
}

void Core::retain_messages() {
    const Duration kept = std::max(settings_.event_retention, settings_.duplicate_memory);
    const auto erase = [this](const store::MessageRecord& message) {
        // An open delivery ends with its time to live; until then retention waits for it, and one
        // tick longer, so that those who follow it hear of the end.
        if (has_open_or_changed_delivery(message.id)) {
            return false;
        }
        ledger_->erase_message(message);
        postponed_.erase(message.id);
        return true;
    };
    pass_messages(message_cursor, message_cursor_, kept, erase);
}

void Core::replace_wraps(const std::vector<std::pair<MessageId, std::string>>& wraps) {
    for (const auto& [message, wrap] : wraps) {
        ledger_->replace_wrap(message, wrap);
    }
}

Result<void> Core::recover() {
    begin();
    std::vector<DeliveryId> interrupted;
    auto read = parts_.store.for_each_open([&](const store::OpenEntry& entry) -> Result<void> {
        queues_.add(entry, now_);
        if (entry.in_flight) {
            interrupted.push_back(entry.id);
        }
        return {};
    });
    if (!read) {
        return read;
    }
    for (const auto& id : interrupted) {
        if (auto* const record = ledger_->delivery(id)) {
            change(*record, DeliveryCause::restarted);
        }
        if (is_full()) {
            if (auto written = finish(); !written) {
                return written;
            }
            begin();
        }
    }
    auto held = std::make_shared<std::set<HerId>>();
    for (const std::string_view prefix : {"held/", "paused/"}) {
        const auto rows = parts_.store.settings(prefix);
        if (!rows) {
            return std::unexpected(rows.error());
        }
        for (const auto& [key, value] : *rows) {
            if (const auto her_id = HerId::parse(key.substr(prefix.size()))) {
                (prefix == "held/" ? *held : paused_).insert(*her_id);
            }
        }
    }
    shared_.held = std::move(held);
    payload_cursor_ = cursor(payload_cursor);
    identity_cursor_ = cursor(identity_cursor);
    message_cursor_ = cursor(message_cursor);
    // It may itself have been postponed when it was stored.
    if (payload_cursor_ != MessageId{}) {
        postponed_.insert(payload_cursor_);
    }
    return finish();
}

}  // namespace budstikke::pipeline
