#include "broker/transport/ebxml/service/compose.hpp"

#include <algorithm>
#include <array>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/message/message.hpp"
#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/message/writer.hpp"
#include "broker/transport/ebxml/mime/writer.hpp"
#include "broker/transport/ebxml/rules/schema_versions.hpp"

namespace budstikke::ebxml {
namespace {

constexpr std::string_view mail_scheme = "mailto:";
constexpr std::string_view encrypted_type = "application/pkcs7-mime";
constexpr std::string_view clear_type = "application/xml";

std::unexpected<NoRoute> no_route(std::string code) {
    return std::unexpected(NoRoute{std::move(code)});
}

bool is_encrypted_already(std::string_view content_type) {
    return content_type.starts_with(encrypted_type);
}

/// The payload as it stands in its part, before base64.
std::expected<OutgoingPart, NoRoute> part_of(
    const Composition& composition, std::string_view message_id
) {
    OutgoingPart part;
    part.content_id =
        "payload." + std::string(message_id) + '@' + std::string(composition.mail_domain);
    if (is_encrypted_already(composition.message.content_type)) {
        part.bytes = composition.payload;
        return part;
    }
    const Terms& terms = composition.route.terms;
    if (!terms.encrypted) {
        part.content_type = clear_type;
        part.bytes = composition.payload;
        return part;
    }
    auto encrypted = crypto::cms::encrypt(
        terms.compressed ? crypto::cms::gzip(composition.payload)
                         : crypto::cms::mime_part(composition.payload),
        composition.route.encryption_certificate
    );
    if (!encrypted) {
        return no_route("not_encrypted");
    }
    part.bytes = *std::move(encrypted);
    return part;
}

/// HITS 1210: the namespace of the business document, and the version of its standard.
std::optional<SchemaName> schema_of(const budstikke::Envelope& envelope) {
    const auto* known = find_schema(envelope.xml_namespace);
    if (known == nullptr) {
        return std::nullopt;
    }
    return SchemaName{
        .location = envelope.xml_namespace,
        .version = known->version.empty() ? envelope.version : std::string(known->version),
    };
}

Party party_of(const HerId& her_id, const std::string& role) {
    return {
        .ids = {{.type = std::string(her_type), .value = her_id.text()}},
        .role = role,
    };
}

/// HIS 1037 6.2.2: a UUID. What the sender calls a conversation need not be one.
std::string conversation_of(const Composition& composition, const std::string& message_id) {
    if (!composition.conversation.empty()) {
        return std::string(composition.conversation);
    }
    const auto& own = composition.message.envelope.conversation();
    return is_uuid(own) ? own : message_id;
}

/// How long the partner may still take it (ebMS 3.1.6.4): as long as we deliver.
Timestamp end_of(const store::MessageRecord& message, Timestamp now) {
    // What operations tried again lives on, whatever its sender had said.
    const bool ends = message.expires_at && *message.expires_at > now;
    return ends ? *message.expires_at : Timestamp::max();
}

OutgoingHeader header_of(
    const Composition& composition, const std::string& message_id, Timestamp now
) {
    OutgoingHeader header;
    header.from = party_of(composition.message.sender, composition.what.from_role);
    header.to = party_of(composition.to, composition.what.to_role);
    header.cpa_id = composition.route.terms.cpa_id;
    header.conversation_id = conversation_of(composition, message_id);
    header.service = composition.what.service;
    header.service_type = "string";
    header.action = composition.what.action;
    header.message_id = message_id;
    header.timestamp = now;
    if (const auto end = end_of(composition.message, now); end != Timestamp::max()) {
        header.time_to_live = end;
    }
    header.description = composition.description;
    header.test = composition.identity.test_partner;
    header.ack_requested = composition.route.terms.ack_requested;
    header.sync_reply =
        composition.route.terms.synchronous && !composition.route.endpoint.starts_with(mail_scheme);
    return header;
}

/// What an Acknowledgment has to repeat, from the signed bytes themselves.
std::vector<std::string> references_of(std::string_view envelope) {
    std::vector<std::string> references;
    const auto message = read_message(envelope);
    if (message && message->envelope) {
        for (const auto& reference : message->envelope->signature_references) {
            references.push_back(reference_text(reference.uri, reference.digest_value));
        }
    }
    std::ranges::sort(references);
    return references;
}

}  // namespace

std::expected<ServiceAction, NoRoute> service_of(
    const budstikke::Envelope& envelope, std::string_view answered_action
) {
    std::optional<ServiceAction> what;
    if (envelope.is_apprec) {
        const auto answered =
            service_action(answered_action.empty() ? envelope.original_type : answered_action);
        what = answered ? apprec_for(*answered) : std::nullopt;
    } else {
        what = service_action(envelope.action);
    }
    if (!what) {
        return no_route(std::string(no_service));
    }
    return *std::move(what);
}

bool lacks_mail_address(const Route& route) {
    return route.endpoint.starts_with(mail_scheme) && route.from_address.empty();
}

std::expected<void, NoRoute> mail_permits(const Route& route, std::string_view content_type) {
    if (!route.endpoint.starts_with(mail_scheme)) {
        return {};
    }
    if (lacks_mail_address(route)) {
        return no_route(std::string(no_mail_address));
    }
    if (!route.terms.encrypted && !is_encrypted_already(content_type)) {
        return no_route(std::string(clear_by_mail));
    }
    return {};
}

std::expected<store::OutboundEbxml, NoRoute> compose(
    const Composition& composition, Timestamp now, Random& random
) {
    const Route& route = composition.route;
    if (auto permitted = mail_permits(route, composition.message.content_type); !permitted) {
        return std::unexpected(std::move(permitted.error()));
    }
    const auto message_id = MessageId::make(now, random).text();
    auto part = part_of(composition, message_id);
    if (!part) {
        return std::unexpected(part.error());
    }
    const std::array references{OutgoingReference{
        .content_id = part->content_id,
        .schema = schema_of(composition.message.envelope),
    }};
    const auto header = header_of(composition, message_id, now);
    const auto text = write_payload(header, references);
    const std::array signed_parts{
        crypto::xmldsig::Part{.content_id = part->content_id, .bytes = part->bytes}
    };
    const auto signature = composition.identity.signer.sign(text.before, text.after, signed_parts);
    if (!signature) {
        return no_route("not_signed");
    }
    const auto envelope = text.with(*signature);
    auto package = package_payload(envelope, std::array{*std::move(part)}, header.test);
    const Terms& terms = route.terms;
    return store::OutboundEbxml{
        .message_id = message_id,
        .delivery = composition.delivery,
        .from = composition.message.sender,
        .to = composition.to,
        .conversation_id = header.conversation_id,
        .cpa_id = header.cpa_id,
        .endpoint = route.endpoint,
        .content_type = std::move(package.content_type),
        .body = std::move(package.body),
        .references = references_of(envelope),
        .attempts_max = 1 + std::min<std::uint32_t>(terms.retries, limits::ebxml_retries_max),
        .retry_interval =
            std::max<Duration>(terms.retry_interval, limits::ebxml_retry_interval_min),
        .next_attempt = now,
        .expires_at = end_of(composition.message, now),
        .reason = {},
        .awaits_signal = terms.ack_requested,
    };
}

bool may_go_to(std::string_view endpoint, std::string_view package_body) {
    // Every part is base64, so only the header of one can say this.
    const auto header = "\r\nContent-Type: " + std::string(clear_type) + "\r\n";
    return !endpoint.starts_with(mail_scheme) ||
           package_body.find(header) == std::string_view::npos;
}

Timestamp composed_at(std::string_view message_id) {
    const auto id = MessageId::parse(message_id);
    return id ? id->time() : Timestamp{};
}

std::string reference_text(std::string_view uri, std::string_view digest_value) {
    std::string text(uri);
    text += ' ';
    text += digest_value;
    return text;
}

}  // namespace budstikke::ebxml
