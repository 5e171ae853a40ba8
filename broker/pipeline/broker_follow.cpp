// Broker: receive and follow.
#include <utility>

#include "broker/pipeline/broker_impl.hpp"

namespace budstikke::pipeline {

namespace {

constexpr const char* foreign_message = "not a message of this organisation";

}  // namespace

std::optional<MessageId> Broker::Impl::find(const MessageRef& message) const {
    if (message.id || !message.sender) {
        return message.id;
    }
    const auto known = parts.store.find_identity(*message.sender, message.message_id);
    return known && *known ? std::optional((*known)->message) : std::nullopt;
}

Result<MessageStatus> Broker::Impl::status_of(const MessageRef& message) const {
    const auto id = find(message);
    if (!id) {
        return fail(Errc::not_found, "no such message");
    }
    auto record = parts.store.find_message(*id);
    if (!record) {
        return std::unexpected(record.error());
    }
    if (!*record) {
        return fail(Errc::not_found, "no such message");
    }
    auto deliveries = parts.store.deliveries_of(*id);
    if (!deliveries) {
        return std::unexpected(deliveries.error());
    }
    const auto wrap = parts.store.read_wrap(*id);
    return MessageStatus{
        .message = **std::move(record),
        .deliveries = *std::move(deliveries),
        .payload_erased = !wrap && wrap.error().code == Errc::not_found,
    };
}

// --- Receive ---------------------------------------------------------------------------

ConsumerId Broker::attach(
    std::string organisation, Endpoint& endpoint, std::uint32_t unsettled_max
) {
    const ConsumerId id = impl_->next_consumer++;
    impl_->post([id, organisation = std::move(organisation), &endpoint, unsettled_max](Core& core
                ) mutable { core.attach(id, std::move(organisation), endpoint, unsettled_max); });
    return id;
}

void Broker::detach(ConsumerId consumer, std::move_only_function<void()> done) {
    impl_->post([consumer, done = std::move(done)](Core& core) mutable {
        core.detach(consumer, std::move(done));
    });
}

void Broker::subscribe(
    ConsumerId consumer, HerId queue, std::uint32_t credit, Handler<Result<void>> answer
) {
    impl_->post([=, queue = std::move(queue), answer = std::move(answer)](Core& core) mutable {
        core.subscribe(consumer, queue, credit, std::move(answer));
    });
}

void Broker::add_credit(ConsumerId consumer, HerId queue, std::uint32_t credit) {
    impl_->post([=, queue = std::move(queue)](Core& core) {
        core.add_credit(consumer, queue, credit);
    });
}

void Broker::unsubscribe(ConsumerId consumer, HerId queue, std::move_only_function<void()> answer) {
    impl_->post([=, queue = std::move(queue), answer = std::move(answer)](Core& core) mutable {
        core.unsubscribe(consumer, queue, std::move(answer));
    });
}

void Broker::settle(
    ConsumerId consumer, Settlement settlement, Handler<Result<DeliveryState>> answer
) {
    impl_->post([=, settlement = std::move(settlement), answer = std::move(answer)](Core& core
                ) mutable { core.settle(consumer, settlement, std::move(answer)); });
}

Result<std::string> Broker::read_payload(const store::MessageRecord& message, std::uint32_t chunk)
    const {
    const auto wrap = impl_->parts.store.read_wrap(message.id);
    if (!wrap) {
        return std::unexpected(wrap.error());
    }
    const auto sealed = impl_->parts.store.read_chunk(message.id, chunk);
    if (!sealed) {
        return std::unexpected(sealed.error());
    }
    auto piece = impl_->parts.codec.open(message.id, *wrap, chunk, *sealed);
    if (!piece && piece.error().code == Errc::not_found) {
        // Not erased: an operator may still bring the key back.
        return fail(Errc::unavailable, "the master key of this payload is not loaded");
    }
    return piece;
}

// --- Follow ----------------------------------------------------------------------------

Result<MessageStatus> Broker::status(std::string_view organisation, const MessageRef& message)
    const {
    const auto directory = impl_->shared.directory.load();
    auto status = impl_->status_of(message);
    if (!status) {
        const bool is_foreign =
            message.sender && !directory->may_act_for(organisation, *message.sender);
        const bool is_missing = status.error().code == Errc::not_found;
        return is_foreign && is_missing ? fail(Errc::denied, foreign_message) : status;
    }
    if (directory->may_act_for(organisation, status->message.sender)) {
        return status;
    }
    std::erase_if(status->deliveries, [&](const store::DeliveryRecord& delivery) {
        return !directory->may_act_for(organisation, delivery.id.recipient) &&
               !directory->may_act_for(organisation, delivery.queue);
    });
    if (status->deliveries.empty()) {
        return fail(Errc::denied, foreign_message);
    }
    return status;
}

Result<std::vector<store::FeedEntry>> Broker::feed(
    std::string_view organisation, const HerId& sender, store::Position after, std::size_t rows_max
) const {
    if (!impl_->shared.directory.load()->may_act_for(organisation, sender)) {
        return fail(Errc::denied, "the organisation may not act for this HER-id");
    }
    auto page = impl_->parts.store.feed(sender, after, rows_max);
    if (!page) {
        return page;
    }
    for (auto& entry : *page) {
        const auto message = impl_->parts.store.find_message(entry.delivery.message);
        if (message && *message) {
            entry.message_id = (*message)->envelope.message_id;
        }
    }
    return page;
}

Broker::WatchId Broker::watch_feed(const HerId& sender, std::function<void()> changed) {
    const std::scoped_lock lock(impl_->shared.watch_mutex);
    const WatchId id = impl_->shared.next_watch++;
    impl_->shared.watches[sender].emplace(id, std::move(changed));
    return id;
}

void Broker::unwatch(WatchId watch) {
    const std::scoped_lock lock(impl_->shared.watch_mutex);
    auto& watches = impl_->shared.watches;
    for (auto row = watches.begin(); row != watches.end();) {
        row->second.erase(watch);
        row = row->second.empty() ? watches.erase(row) : std::next(row);
    }
}

}  // namespace budstikke::pipeline
