// From an offer to its settlement: what is open, when each is due, and how each ends.
#include <algorithm>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/service/outbox_impl.hpp"

namespace budstikke::ebxml {
namespace {

using store::OutboundState;

std::uint32_t tries(const store::OutboundEbxml& message) {
    return message.attempts + message.failures;
}

/// In the words of the pipeline.
pipeline::Settlement settlement_of(const store::OutboundEbxml& message) {
    pipeline::Settlement settlement{
        .delivery = message.delivery, .outcome = {}, .reason_code = {}, .reason = {}
    };
    switch (message.state) {
        case OutboundState::waiting:
        case OutboundState::acknowledged:
            settlement.outcome = pipeline::SettleOutcome::received;
            if (!message.awaits_signal) {
                settlement.reason =
                    "taken by the recipient's server; the agreement asks for no "
                    "acknowledgement";
            }
            break;
        case OutboundState::refused:
            settlement.outcome = pipeline::SettleOutcome::rejected;
            settlement.reason_code = message.reason;
            break;
        case OutboundState::exhausted:
            settlement.outcome = pipeline::SettleOutcome::expired;
            settlement.reason =
                "no acknowledgement after " + std::to_string(tries(message)) + " attempts";
            break;
    }
    return settlement;
}

}  // namespace

void Outbox::Impl::offered(Consumer& consumer, std::span<const pipeline::Offer> offers) {
    // Composing has a line of its own: it goes on, and the clock of each message begins to run,
    // also while the partner cannot be reached.
    const std::string line = consumer.organisation + " compose";
    for (const auto& offer : offers) {
        {
            const std::scoped_lock lock(mutex);
            auto& entry = open[offer.id];
            if (entry.scheduled) {
                timetable.erase({*entry.scheduled, offer.id});
            }
            entry = {
                .consumer = &consumer,
                .queue = offer.queue,
                .offer = offer.attempt,
                .message_id = {},
                .scheduled = std::nullopt,
            };
        }
        auto waiting_offer = offer;
        // Whose turn is not near reads its payload again: what waits in memory stays small.
        if (queue.size() > options.senders) {
            waiting_offer.carried.reset();
        }
        queue.put(line, [this, held = std::move(waiting_offer)] { begin(held); });
    }
}

void Outbox::Impl::schedule(const DeliveryId& delivery, Timestamp at) {
    std::string organisation;
    {
        const std::scoped_lock lock(mutex);
        const auto entry = open.find(delivery);
        if (entry == open.end()) {
            return;
        }
        if (entry->second.scheduled) {
            timetable.erase({*entry->second.scheduled, delivery});
            entry->second.scheduled.reset();
        }
        if (at > parts.clock.now()) {
            entry->second.scheduled = at;
            timetable.emplace(at, delivery);
            return;
        }
        organisation = entry->second.consumer->organisation;
    }
    queue.put(organisation + " due", [this, delivery] { try_now(delivery); });
}

void Outbox::Impl::run_due() {
    const Timestamp now = parts.clock.now();
    std::vector<std::pair<std::string, DeliveryId>> due;
    {
        const std::scoped_lock lock(mutex);
        while (!timetable.empty() && timetable.begin()->first <= now) {
            const DeliveryId delivery = timetable.begin()->second;
            timetable.erase(timetable.begin());
            if (const auto entry = open.find(delivery); entry != open.end()) {
                entry->second.scheduled.reset();
                due.emplace_back(entry->second.consumer->organisation, delivery);
            }
        }
    }
    for (const auto& [organisation, delivery] : due) {
        queue.put(organisation + " due", [this, delivery] { try_now(delivery); });
    }
}

std::string Outbox::Impl::organisation_of(const DeliveryId& delivery) const {
    const std::scoped_lock lock(mutex);
    const auto entry = open.find(delivery);
    return entry == open.end() ? std::string{} : entry->second.consumer->organisation;
}

std::pair<std::string, HerId> Outbox::Impl::composed_message(const DeliveryId& delivery) const {
    const std::scoped_lock lock(mutex);
    const auto entry = open.find(delivery);
    if (entry == open.end()) {
        return {};
    }
    return {entry->second.message_id, entry->second.queue};
}

void Outbox::Impl::finish(const store::OutboundEbxml& message) {
    auto settlement = settlement_of(message);
    Consumer* consumer = nullptr;
    {
        const std::scoped_lock lock(mutex);
        const auto entry = open.find(message.delivery);
        // Not offered now: the record settles it when it is.
        if (entry == open.end() || entry->second.message_id != message.message_id) {
            return;
        }
        settlement.attempt = entry->second.offer;
        consumer = close(entry);
    }
    settle(*consumer, std::move(settlement), message.message_id);
}

void Outbox::Impl::release(const DeliveryId& delivery, std::uint32_t offer, std::string code) {
    give_back(
        offer, {.delivery = delivery,
                .outcome = pipeline::SettleOutcome::released,
                .reason_code = {},
                .reason = std::move(code)}
    );
}

void Outbox::Impl::refuse(const DeliveryId& delivery, std::uint32_t offer, std::string code) {
    give_back(
        offer, {.delivery = delivery,
                .outcome = pipeline::SettleOutcome::rejected,
                .reason_code = std::move(code),
                .reason = "no Service of HISD 1209 carries this type of message"}
    );
}

// The delivery may be taken back and offered anew at any moment: that later offer either finds no
// record and composes, or has come before the look and keeps its record.
void Outbox::Impl::give_back(std::uint32_t offer, pipeline::Settlement settlement) {
    const DeliveryId delivery = settlement.delivery;
    settlement.attempt = offer;
    const auto message_id = composed_message(delivery).first;
    std::unique_lock<std::mutex> record;
    if (!message_id.empty()) {
        record = std::unique_lock(lock_of(message_id));
    }
    Consumer* consumer = nullptr;
    {
        const std::scoped_lock lock(mutex);
        const auto entry = open.find(delivery);
        if (entry == open.end() || entry->second.offer != offer) {
            return;
        }
        consumer = close(entry);
    }
    if (record) {
        if (const auto erased = parts.store.erase_outbound(message_id); !erased) {
            store_failed(erased.error());
        }
        record.unlock();
    }
    settle(*consumer, std::move(settlement), {});
}

Outbox::Impl::Consumer* Outbox::Impl::close(OpenDeliveries::iterator entry) {
    Consumer* const consumer = entry->second.consumer;
    if (entry->second.scheduled) {
        timetable.erase({*entry->second.scheduled, entry->first});
    }
    open.erase(entry);
    return consumer;
}

void Outbox::Impl::settle(
    const Consumer& consumer, pipeline::Settlement settlement, std::string message_id
) {
    const auto line = consumer.organisation + " settled";
    parts.broker.settle(
        consumer.id, std::move(settlement),
        [this, line, message_id = std::move(message_id)](const Result<DeliveryState>& settled) {
            // Where it is no longer ours it is offered again, and the record tells how it ended.
            if (!settled || message_id.empty()) {
                return;
            }
            queue.put(line, [this, message_id] {
                const std::scoped_lock lock(lock_of(message_id));
                if (const auto erased = parts.store.erase_outbound(message_id); !erased) {
                    store_failed(erased.error());
                }
            });
        }
    );
}

bool Outbox::Impl::is_open_in_broker(const DeliveryId& delivery) const {
    const auto status = parts.broker.message(by_id(delivery.message));
    if (!status) {
        return status.error().code != Errc::not_found;
    }
    const auto row = std::ranges::find(status->deliveries, delivery, &store::DeliveryRecord::id);
    return row != status->deliveries.end() && is_open(row->state);
}

void Outbox::Impl::sweep() {
    std::string after;
    for (;;) {
        const auto page = parts.store.all_outbound(after, limits::tick_rows_max);
        if (!page) {
            return store_failed(page.error());
        }
        for (const auto& message : *page) {
            after = message.message_id;
            const std::scoped_lock lock(lock_of(message.message_id));
            {
                const std::scoped_lock memory(mutex);
                if (stopped) {
                    return;
                }
                if (open.contains(message.delivery)) {
                    continue;
                }
            }
            if (is_open_in_broker(message.delivery)) {
                continue;
            }
            if (const auto erased = parts.store.erase_outbound(message.message_id); !erased) {
                return store_failed(erased.error());
            }
        }
        if (page->size() < limits::tick_rows_max) {
            return;
        }
    }
}

void Outbox::Impl::store_failed(const Error& error) {
    parts.events.write(EventLevel::error, "ebxml_store_failed", {{"code", name(error.code)}});
    // A row that does not decode is that message's trouble, and no other's.
    if (error.code == Errc::io && parts.on_failure) {
        parts.on_failure(error);
    }
}

}  // namespace budstikke::ebxml
