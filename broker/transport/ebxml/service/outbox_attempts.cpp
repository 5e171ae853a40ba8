// One attempt after the other: whether it may be made, sending, and what came of it.
#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/message/message.hpp"
#include "broker/transport/ebxml/service/outbox_impl.hpp"
#include "broker/transport/ebxml/service/schedule.hpp"

namespace budstikke::ebxml {
namespace {

using store::OutboundState;

/// How long a party that operations hold, or a server that cannot be reached, is left alone.
constexpr Duration rest_time = std::chrono::seconds(30);

/// Whether the partner's server had it: then the attempt was made, whatever was said.
bool reached(CarrierFault fault) {
    return fault == CarrierFault::refused || fault == CarrierFault::too_large;
}

/// Whether what came back in the exchange, or that nothing did, says that the message was taken. A
/// MessageError that counts has been applied by now; one that does not is no receipt either. Of
/// words only plain ones are what some message services say: a page, or a body that does not say
/// what it is, may be of a proxy that never passed the message on. When in doubt it goes again,
/// since a partner knows a copy, and nobody would miss what was called delivered and is not.
bool is_receipt(std::string_view answer) {
    if (answer.empty()) {
        return true;
    }
    const auto message = read_message(answer);
    if (!message) {
        return false;
    }
    if (message->envelope) {
        return message->envelope->kind != Kind::fault && message->envelope->kind != Kind::error;
    }
    // A status of failure comes here only with what calls itself a message (see HttpsClient).
    const auto& type = message->mime ? message->mime->content_type : std::nullopt;
    return type && type->type == "text" && type->subtype == "plain";
}

}  // namespace

std::optional<store::OutboundEbxml> Outbox::Impl::waiting(const std::string& message_id) {
    auto found = parts.store.outbound(message_id);
    if (!found) {
        store_failed(found.error());
        return std::nullopt;
    }
    const bool waits = *found && (*found)->state == OutboundState::waiting;
    return waits ? std::move(*found) : std::nullopt;
}

bool Outbox::Impl::keep(const store::OutboundEbxml& message) {
    const auto written = parts.store.update(message);
    if (!written) {
        store_failed(written.error());
    }
    return written.has_value();
}

bool Outbox::Impl::may_attempt(const DeliveryId& delivery) {
    const auto [message_id, partner] = composed_message(delivery);
    if (message_id.empty()) {
        return false;
    }
    const std::scoped_lock record(lock_of(message_id));
    auto message = waiting(message_id);
    if (!message) {
        return false;
    }
    const Timestamp now = parts.clock.now();
    // An AppRec may have come before the acknowledgement: then the partner has it.
    if (attempt_number(*message) > 0 && !is_open_in_broker(delivery)) {
        end(*message, OutboundState::acknowledged);
        return false;
    }
    if (is_over(*message, now)) {
        end(*message, OutboundState::exhausted);
        return false;
    }
    if (parts.broker.is_held(partner)) {
        schedule(delivery, now + rest_time);
        return false;
    }
    return true;
}

std::optional<store::OutboundEbxml> Outbox::Impl::prepare_attempt(const DeliveryId& delivery) {
    const auto message_id = composed_message(delivery).first;
    const std::scoped_lock record(lock_of(message_id));
    auto message = waiting(message_id);
    if (!message || find_way(*message)) {
        return message;
    }
    count_failure(*message, parts.clock.now());
    if (keep(*message)) {
        schedule(delivery, message->next_attempt);
    }
    return std::nullopt;
}

void Outbox::Impl::end(store::OutboundEbxml& message, OutboundState state) {
    message.state = state;
    if (!keep(message)) {
        return;
    }
    if (state == OutboundState::exhausted) {
        parts.events.write(
            EventLevel::warning, "ebxml_unacknowledged",
            {{"delivery", message.delivery.text()},
             {"message", message.message_id},
             {"to", message.to.text()},
             {"attempts", std::to_string(attempt_number(message))}}
        );
    }
    finish(message);
}

// What is over ends also while its partner rests or has its share of the threads: only the attempt
// itself has to wait.
void Outbox::Impl::try_now(const DeliveryId& delivery) {
    const auto organisation = organisation_of(delivery);
    if (organisation.empty() || !may_attempt(delivery)) {
        return;
    }
    if (const Entered line(queue, organisation); line) {
        return attempt(delivery);
    }
    if (const Duration left = queue.rest_left(organisation); left > Duration()) {
        return schedule(delivery, parts.clock.now() + left);
    }
    queue.put(organisation, [this, delivery] {
        if (may_attempt(delivery)) {
            attempt(delivery);
        }
    });
}

void Outbox::Impl::attempt(const DeliveryId& delivery) {
    const auto message = prepare_attempt(delivery);
    if (!message) {
        return;
    }
    auto body = parts.store.outbound_body(message->message_id);
    if (body && !may_go_to(message->endpoint, *body)) {
        no_way(message->delivery, message->from, message->to, clear_by_mail);
        return count(*message, false, parts.clock.now());
    }
    if (body) {
        return send(*message, *std::move(body));
    }
    // Where it is not found it was erased in this moment: its signal has come.
    if (body.error().code != Errc::not_found) {
        store_failed(body.error());
    }
}

void Outbox::Impl::send(const store::OutboundEbxml& message, std::string body) {
    const auto surroundings_now = around();
    const Package package{
        .content_type = message.content_type, .transfer_encoding = {}, .body = std::move(body)
    };
    const auto from_address = surroundings_now->mail_address_of(message.from);
    const auto id = mail_id(message.message_id, attempt_number(message) + 1, options.mail_domain);
    const Timestamp began = parts.clock.now();
    const auto answer = parts.carrier.send({
        .endpoint = message.endpoint,
        .package = package,
        .from_address = from_address,
        .mail_id = id,
        .in_reply_to = {},
        .stop = stopping.get_token(),
    });
    if (!answer) {
        parts.events.write(
            EventLevel::warning, "ebxml_attempt_failed",
            {{"delivery", message.delivery.text()},
             {"message", message.message_id},
             {"to", message.to.text()},
             {"attempt", std::to_string(attempt_number(message) + 1)},
             {"fault", name(answer.error())}}
        );
    }
    // Neither made nor failed: it goes again, as the same one, when the broker starts.
    if (!answer && answer.error() == CarrierFault::interrupted) {
        return;
    }
    const bool made = answer || reached(answer.error());
    const auto organisation = organisation_of(message.delivery);
    if (made) {
        queue.recover(organisation);
    } else if (!organisation.empty()) {
        // Not longer than the interval, or its attempts would go by while it rests.
        const Duration rest = std::min<Duration>(rest_time, message.retry_interval);
        queue.rest(organisation, parts.clock.steady_now() + rest);
    }
    // First: where its signal came back in the exchange, there is nothing to count.
    Reception reception;
    if (answer && !answer->empty()) {
        reception = answers->receive({
            .transport = Transport::http,
            .bytes = *answer,
            .source = message.endpoint,
            .exchange_of = message.message_id,
        });
    }
    // A reply that could not be kept comes again only where its message does.
    const bool taken = answer && is_receipt(*answer) && reception.kind == Reception::Kind::done;
    if (taken && !message.awaits_signal) {
        return take_for_received(message, began);
    }
    count(message, made, began);
}

// Written down afterwards, as in count(): after a crash in between, the partner gets it once more.
void Outbox::Impl::take_for_received(const store::OutboundEbxml& sent, Timestamp began) {
    const std::scoped_lock record(lock_of(sent.message_id));
    auto message = waiting(sent.message_id);
    if (!message) {
        return;
    }
    message->endpoint = sent.endpoint;
    count_attempt(*message, began);
    end(*message, OutboundState::acknowledged);
}

// Counted afterwards, not before: a process that was killed in between makes the attempt anew when
// it starts, instead of leaving a message that nobody has seen to the next interval.
void Outbox::Impl::count(const store::OutboundEbxml& sent, bool made, Timestamp began) {
    const std::scoped_lock record(lock_of(sent.message_id));
    auto message = waiting(sent.message_id);
    if (!message) {
        return;
    }
    message->endpoint = sent.endpoint;
    if (made) {
        count_attempt(*message, began);
    } else {
        count_failure(*message, parts.clock.now());
    }
    if (keep(*message)) {
        schedule(sent.delivery, message->next_attempt);
    }
}

}  // namespace budstikke::ebxml
