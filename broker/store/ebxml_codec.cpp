#include "broker/store/ebxml_codec.hpp"

#include <cstdint>
#include <limits>

#include "budstikke/v1/ebxml_store.pb.h"

namespace budstikke::store {
namespace {

std::int64_t number(Timestamp time) {
    return time.time_since_epoch().count();
}

Timestamp time(std::int64_t count) {
    return Timestamp(Duration(count));
}

template <typename Stored>
bool parse(Stored& stored, std::string_view bytes) {
    return bytes.size() <= std::numeric_limits<std::int32_t>::max() &&
           stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

std::unexpected<Error> unreadable() {
    return fail(Errc::corrupt, "ebxml store: a record does not decode");
}

/// As in every record: absent is empty, and what is there must be one.
std::optional<HerId> her_id(const std::string& text) {
    return text.empty() ? HerId{} : HerId::parse(text);
}

}  // namespace

std::string encode(const OutboundEbxml& message) {
    v1::StoredOutbound stored;
    stored.set_message(std::string(message.delivery.message.raw()));
    stored.set_recipient(message.delivery.recipient.text());
    stored.set_from(message.from.text());
    stored.set_to(message.to.text());
    stored.set_conversation_id(message.conversation_id);
    stored.set_cpa_id(message.cpa_id);
    stored.set_endpoint(message.endpoint);
    stored.set_content_type(message.content_type);
    for (const auto& reference : message.references) {
        stored.add_references(reference);
    }
    stored.set_state(static_cast<std::uint32_t>(message.state));
    stored.set_attempts(message.attempts);
    stored.set_failures(message.failures);
    stored.set_failures_in_a_row(message.failures_in_a_row);
    stored.set_attempts_max(message.attempts_max);
    stored.set_retry_interval(message.retry_interval.count());
    stored.set_next_attempt(number(message.next_attempt));
    stored.set_expires_at(number(message.expires_at));
    stored.set_reason(message.reason);
    stored.set_no_signal(!message.awaits_signal);
    return stored.SerializeAsString();
}

Result<OutboundEbxml> decode_outbound(std::string_view message_id, std::string_view bytes) {
    v1::StoredOutbound stored;
    if (!parse(stored, bytes)) {
        return unreadable();
    }
    const auto message = MessageId::from_raw(stored.message());
    const auto recipient = her_id(stored.recipient());
    const auto from = her_id(stored.from());
    const auto to = her_id(stored.to());
    const bool known_state = stored.state() >= static_cast<std::uint32_t>(OutboundState::waiting) &&
                             stored.state() <= static_cast<std::uint32_t>(OutboundState::exhausted);
    if (!message || !recipient || !from || !to || !known_state) {
        return unreadable();
    }
    return OutboundEbxml{
        .message_id = std::string(message_id),
        .delivery = {.message = *message, .recipient = *recipient},
        .from = *from,
        .to = *to,
        .conversation_id = stored.conversation_id(),
        .cpa_id = stored.cpa_id(),
        .endpoint = stored.endpoint(),
        .content_type = stored.content_type(),
        .body = {},
        .references = {stored.references().begin(), stored.references().end()},
        .state = static_cast<OutboundState>(stored.state()),
        .attempts = stored.attempts(),
        .failures = stored.failures(),
        .failures_in_a_row = stored.failures_in_a_row(),
        .attempts_max = stored.attempts_max(),
        .retry_interval = Duration(stored.retry_interval()),
        .next_attempt = time(stored.next_attempt()),
        .expires_at = time(stored.expires_at()),
        .reason = stored.reason(),
        .awaits_signal = !stored.no_signal(),
    };
}

std::string encode(const InboundEbxml& message) {
    v1::StoredInbound stored;
    stored.set_to(message.to.text());
    stored.set_conversation_id(message.conversation_id);
    for (const auto& digest : message.digests) {
        stored.add_digests(digest);
    }
    stored.set_received_at(number(message.received_at));
    stored.set_business_id(message.business_id);
    stored.set_content_type(message.content_type);
    stored.set_body(message.body);
    stored.set_transfer_encoding(message.transfer_encoding);
    return stored.SerializeAsString();
}

Result<InboundEbxml> decode_inbound(
    const HerId& from, std::string_view message_id, std::string_view bytes
) {
    v1::StoredInbound stored;
    if (!parse(stored, bytes)) {
        return unreadable();
    }
    const auto to = her_id(stored.to());
    if (!to) {
        return unreadable();
    }
    return InboundEbxml{
        .from = from,
        .to = *to,
        .message_id = std::string(message_id),
        .conversation_id = stored.conversation_id(),
        .digests = {stored.digests().begin(), stored.digests().end()},
        .received_at = time(stored.received_at()),
        .business_id = stored.business_id(),
        .content_type = stored.content_type(),
        .body = stored.body(),
        .transfer_encoding = stored.transfer_encoding(),
    };
}

}  // namespace budstikke::store
