#include "broker/transport/ebxml/agreement/terms.hpp"

#include <algorithm>

#include "broker/base/text.hpp"

namespace budstikke::ebxml {
namespace {

const AgreementParty* party_of(const Agreement& agreement, std::string_view her_id) {
    const auto at = std::ranges::find_if(agreement.parties, [her_id](const AgreementParty& party) {
        return party.has_her_id(her_id);
    });
    return at == agreement.parties.end() ? nullptr : &*at;
}

bool names_service(const AgreementParty& party, const std::string& service) {
    return std::ranges::any_of(party.roles, [&service](const CollaborationRole& role) {
        return same_service(role.service, service);
    });
}

/// What one side says of the message.
struct Side {
    const CollaborationRole* role = nullptr;
    const ActionBinding* action = nullptr;
};

/// The same process stands in a template once per version; the first one decides.
Side side_of(
    const AgreementParty& party, const ServiceAction& what, const std::string& role_name,
    Direction direction
) {
    for (const auto& role : party.roles) {
        if (!same_service(role.service, what.service) || role.role != role_name) {
            continue;
        }
        for (const auto& action : role.actions) {
            if (action.direction == direction && action.action == what.action) {
                return {.role = &role, .action = &action};
            }
        }
    }
    return {};
}

void add_sending(const AgreementParty& sender, const ActionBinding& action, Terms& terms) {
    if (action.channels.empty()) {
        return;
    }
    const auto* channel = sender.channel(action.channels.front());
    if (channel == nullptr) {
        return;
    }
    terms.ack_requested = channel->ack_requested != "never";
    terms.synchronous = channel->sync_reply_mode != "none" && !channel->sync_reply_mode.empty();
    if (const auto* exchange = sender.doc_exchange(channel->doc_exchange)) {
        terms.retries = exchange->retries.value_or(terms.retries);
        if (exchange->retry_interval) {
            terms.retry_interval = *exchange->retry_interval;
        }
        terms.persist_duration = exchange->persist_duration.value_or(terms.persist_duration);
    }
}

void add_receiving(const AgreementParty& recipient, const Side& side, Terms& terms) {
    for (const auto& id : side.action->channels) {
        const auto* channel = recipient.channel(id);
        const auto* transport =
            channel == nullptr ? nullptr : recipient.transport(channel->transport);
        if (transport == nullptr) {
            continue;
        }
        for (const auto& endpoint : transport->endpoints) {
            terms.endpoints.push_back(endpoint.uri);
        }
    }
    const auto* certificate = recipient.certificate(side.role->application_certificate);
    if (certificate != nullptr) {
        terms.encryption_certificate = certificate->der;
    }
}

bool has(const AgreementPackage& package, std::string_view media_type) {
    return std::ranges::find(package.encapsulations, media_type) != package.encapsulations.end();
}

/// Clear text only where the document says of other messages that they are encrypted, and not of
/// this one: some templates name no encapsulation at all.
void add_packaging(const Agreement& agreement, const std::string& id, Terms& terms) {
    constexpr std::string_view cms = "application/pkcs7-mime";
    const auto& packages = agreement.packages;
    const auto at = std::ranges::find(packages, id, &AgreementPackage::id);
    if (at == packages.end()) {
        return;
    }
    terms.compressed = has(*at, "application/x-gzip");
    const bool says = std::ranges::any_of(packages, [cms](const AgreementPackage& package) {
        return has(package, cms);
    });
    terms.encrypted = !says || has(*at, cms);
}

}  // namespace

std::string_view name(Obstacle obstacle) {
    switch (obstacle) {
        case Obstacle::sender_no_party:
            return "sender_no_party";
        case Obstacle::recipient_no_party:
            return "recipient_no_party";
        case Obstacle::not_yet_valid:
            return "not_yet_valid";
        case Obstacle::expired:
            return "expired";
        case Obstacle::service_unknown:
            return "service_unknown";
        case Obstacle::sender_may_not:
            return "sender_may_not";
        case Obstacle::recipient_takes_not:
            return "recipient_takes_not";
    }
    return {};
}

std::string default_cpa_id(std::string_view her_id, std::string_view other_her_id) {
    const bool in_order = compare_digits(her_id, other_her_id) < 0;
    std::string id(in_order ? her_id : other_her_id);
    id += '_';
    id += in_order ? other_her_id : her_id;
    return id;
}

Terms default_terms(std::string_view from, std::string_view to) {
    Terms terms;
    terms.cpa_id = default_cpa_id(from, to);
    return terms;
}

std::expected<Terms, Obstacle> terms_of(
    const Agreement& agreement, std::string_view from, std::string_view to,
    const ServiceAction& what, Timestamp now
) {
    const auto* sender = party_of(agreement, from);
    const auto* recipient = party_of(agreement, to);
    if (sender == nullptr) return std::unexpected(Obstacle::sender_no_party);
    if (recipient == nullptr) return std::unexpected(Obstacle::recipient_no_party);
    if (agreement.start && now < *agreement.start) return std::unexpected(Obstacle::not_yet_valid);
    if (agreement.end && now > *agreement.end) return std::unexpected(Obstacle::expired);
    if (!names_service(*sender, what.service) && !names_service(*recipient, what.service)) {
        return std::unexpected(Obstacle::service_unknown);
    }
    const auto sending = side_of(*sender, what, what.from_role, Direction::send);
    if (sending.action == nullptr) return std::unexpected(Obstacle::sender_may_not);
    const auto receiving = side_of(*recipient, what, what.to_role, Direction::receive);
    if (receiving.action == nullptr) return std::unexpected(Obstacle::recipient_takes_not);
    Terms terms;
    terms.cpa_id = agreement.id;
    terms.is_signed = sending.action->non_repudiation;
    add_packaging(agreement, sending.action->package, terms);
    add_sending(*sender, *sending.action, terms);
    add_receiving(*recipient, receiving, terms);
    return terms;
}

}  // namespace budstikke::ebxml
