// What an offer becomes: the message of an earlier run, or one that is composed and written down,
// and the way that it goes.
#include "broker/transport/ebxml/service/outbox_impl.hpp"

namespace budstikke::ebxml {

using store::OutboundState;

void Outbox::Impl::begin(const pipeline::Offer& offer) {
    const auto known = [&] {
        const std::scoped_lock lock(lock_of(offer.id));
        return parts.store.outbound_of(offer.id);
    }();
    if (!known) {
        store_failed(known.error());
        return release(offer.id, offer.attempt, "store_failed");
    }
    if (*known) {
        return resume(offer, (*known)->message_id);
    }
    compose_and_send(offer);
}

void Outbox::Impl::resume(const pipeline::Offer& offer, const std::string& message_id) {
    std::optional<store::OutboundEbxml> current;
    {
        const std::scoped_lock record(lock_of(message_id));
        {
            const std::scoped_lock lock(mutex);
            const auto entry = open.find(offer.id);
            if (entry == open.end() || entry->second.offer != offer.attempt) {
                return;
            }
            entry->second.message_id = message_id;
        }
        // Its signal may have come between the first reading and now.
        auto found = parts.store.outbound(message_id);
        if (!found) {
            return store_failed(found.error());
        }
        current = std::move(*found);
        if (current && current->state != OutboundState::waiting) {
            return finish(*current);
        }
    }
    // Not under the lock of the record: composing takes that of another one.
    return current ? schedule(offer.id, current->next_attempt) : compose_and_send(offer);
}

Result<std::string> Outbox::Impl::payload_of(const pipeline::Offer& offer) const {
    if (offer.carried) {
        return std::string(offer.carried->bytes());
    }
    std::string payload;
    payload.reserve(offer.message->size);
    for (std::uint32_t chunk = 0; chunk < offer.message->chunks; ++chunk) {
        auto piece = parts.broker.read_payload(*offer.message, chunk);
        if (!piece) {
            return piece;
        }
        payload += *piece;
    }
    return payload;
}

std::expected<ServiceAction, NoRoute> Outbox::Impl::service(
    const store::MessageRecord& message, const HerId& to
) const {
    std::string answered_action;
    if (message.envelope.is_apprec) {
        const auto answered = parts.broker.message(
            {.id = std::nullopt, .message_id = message.envelope.original_message_id, .sender = to}
        );
        if (answered) {
            answered_action = answered->message.envelope.action;
        }
    }
    return service_of(message.envelope, answered_action);
}

std::expected<store::OutboundEbxml, NoRoute> Outbox::Impl::composed(
    const pipeline::Offer& offer, const Surroundings& around, std::string_view payload
) {
    const store::MessageRecord& message = *offer.message;
    const auto what = service(message, offer.queue);
    if (!what) {
        return std::unexpected(what.error());
    }
    const Timestamp now = parts.clock.now();
    const auto route = around.route(message.sender, offer.queue, *what, now);
    if (!route) {
        return std::unexpected(route.error());
    }
    std::string conversation;
    if (message.envelope.is_apprec) {
        const auto answered =
            parts.store.inbound_of_business(offer.queue, message.envelope.original_message_id);
        if (answered && *answered) {
            conversation = (*answered)->conversation_id;
        }
    }
    return compose(
        {.message = message,
         .delivery = offer.id,
         .to = offer.queue,
         .payload = payload,
         .what = *what,
         .route = *route,
         .identity = *around.identity(message.sender),
         .conversation = conversation,
         .description = options.description,
         .mail_domain = options.mail_domain},
        now, parts.random
    );
}

void Outbox::Impl::compose_and_send(const pipeline::Offer& offer) {
    const auto around_now = around();
    const auto payload = payload_of(offer);
    auto message = payload ? composed(offer, *around_now, *payload)
                           : std::unexpected(NoRoute{std::string(name(payload.error().code))});
    if (!message) {
        no_way(offer.id, offer.message->sender, offer.queue, message.error().code);
        // No directory and no agreement mends that a type has no Service: its sender must know.
        if (message.error().code == no_service) {
            return refuse(offer.id, offer.attempt, std::move(message.error().code));
        }
        return release(offer.id, offer.attempt, std::move(message.error().code));
    }
    switch (keep_new(offer, *message)) {
        case Kept::not_ours:
            return;
        case Kept::failed:
            return release(offer.id, offer.attempt, "store_failed");
        case Kept::yes:
            break;
    }
    const auto organisation = organisation_of(offer.id);
    if (organisation.empty()) {
        return;
    }
    if (const Entered line(queue, organisation); line) {
        return send(*message, std::move(message->body));
    }
    schedule(offer.id, message->next_attempt);
}

// Under the lock of the delivery. Were it taken back and offered again between the look and the
// write, the later offer would find no record, and its recipient get two messages of one delivery.
Outbox::Impl::Kept Outbox::Impl::keep_new(
    const pipeline::Offer& offer, const store::OutboundEbxml& message
) {
    const std::scoped_lock first(lock_of(offer.id));
    {
        const std::scoped_lock lock(mutex);
        const auto entry = open.find(offer.id);
        if (entry == open.end() || entry->second.offer != offer.attempt) {
            return Kept::not_ours;
        }
        entry->second.message_id = message.message_id;
    }
    if (const auto put = parts.store.put(message); !put) {
        store_failed(put.error());
        return Kept::failed;
    }
    return Kept::yes;
}

bool Outbox::Impl::find_way(store::OutboundEbxml& message) {
    const auto status = parts.broker.message(by_id(message.delivery.message));
    const auto what = status ? service(status->message, message.to)
                             : std::unexpected(NoRoute{std::string(name(status.error().code))});
    const auto route = what ? around()->route(message.from, message.to, *what, parts.clock.now())
                            : std::expected<Route, NoRoute>(std::unexpected(what.error()));
    if (!route) {
        no_way(message.delivery, message.from, message.to, route.error().code);
        return false;
    }
    // Of what was composed on other terms only its bytes tell whether they may go by mail.
    if (lacks_mail_address(*route)) {
        no_way(message.delivery, message.from, message.to, no_mail_address);
        return false;
    }
    message.endpoint = route->endpoint;
    return true;
}

void Outbox::Impl::no_way(
    const DeliveryId& delivery, const HerId& from, const HerId& to, std::string_view code
) const {
    parts.events.write(
        EventLevel::warning, "ebxml_no_route",
        {{"delivery", delivery.text()}, {"from", from.text()}, {"to", to.text()}, {"code", code}}
    );
}

}  // namespace budstikke::ebxml
