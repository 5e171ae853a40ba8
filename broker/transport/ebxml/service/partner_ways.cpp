// See partner_ways.hpp.
#include "broker/transport/ebxml/service/partner_ways.hpp"

#include <algorithm>
#include <array>

#include "broker/message/finding_catalogue.hpp"
#include "broker/transport/ebxml/service/compose.hpp"

namespace budstikke::ebxml {
namespace {

bool is_partner_in(const directory::Directory& directory, const HerId& her_id) {
    const auto* const party = directory.find(her_id);
    return party != nullptr && party->endpoint == "ebxml";
}

/// Time, or a list that is fetched every few hours, opens it without anybody's doing.
bool may_open(std::string_view code) {
    constexpr std::array<std::string_view, 2> by_themselves{"not_yet_valid", "revocation_stale"};
    return std::ranges::find(by_themselves, code) != by_themselves.end();
}

const FindingSpec& spec_of(const NoRoute& lack) {
    if (lack.code == "no_endpoint") {
        return finding::recipient_unreachable;
    }
    if (lack.code == "no_certificate") {
        return finding::recipient_no_certificate;
    }
    switch (lack.of) {
        case NoRoute::Of::agreement:
            return finding::recipient_not_agreed;
        case NoRoute::Of::certificate:
            return finding::recipient_certificate_not_trusted;
        case NoRoute::Of::broker:
            break;
    }
    return finding::recipient_no_way;
}

}  // namespace

std::expected<Route, NoRoute> way_to(
    const Surroundings& known, const WayOf& message, Timestamp now
) {
    const auto* const party = known.directory().find(message.to);
    if (party == nullptr || !known.directory().may_act_for(party->organisation, message.to)) {
        return std::unexpected(NoRoute{"recipient_not_acted_for"});
    }
    auto route = known.route(message.from, message.to, message.what, now);
    if (!route) {
        return route;
    }
    if (auto permitted = mail_permits(*route, message.content_type); !permitted) {
        return std::unexpected(std::move(permitted.error()));
    }
    return route;
}

PartnerWays::PartnerWays(store::Store& store, std::shared_ptr<const Surroundings> surroundings)
    : store_(store), surroundings_(std::move(surroundings)) {}

/// As the outbox asks: by the message that an AppRec answers, where we carried it.
std::expected<ServiceAction, NoRoute> PartnerWays::service(const pipeline::WayQuestion& question
) const {
    const budstikke::Envelope& envelope = question.envelope;
    std::string answered_action;
    if (envelope.is_apprec && !envelope.original_message_id.empty()) {
        const auto known = store_.find_identity(question.to, envelope.original_message_id);
        if (known && *known) {
            const auto answered = store_.find_message((*known)->message);
            if (answered && *answered) {
                answered_action = (*answered)->envelope.action;
            }
        }
    }
    return service_of(envelope, answered_action);
}

const FindingSpec* PartnerWays::obstacle(const pipeline::WayQuestion& question) const {
    if (!is_partner_in(question.directory, question.to)) {
        return nullptr;
    }
    const budstikke::Envelope& envelope = question.envelope;
    const auto known = surroundings_.load();
    auto what = service(question);
    // Of AppRecs at large only their message says which Service it is.
    const bool at_large = envelope.is_apprec && question.content_type.empty();
    if (!what && !at_large) {
        return &finding::recipient_no_service;
    }
    const auto open = way_to(
        *known,
        {.from = question.from,
         .to = question.to,
         .what = what.value_or(ServiceAction{}),
         .content_type = question.content_type},
        question.now
    );
    if (open || (at_large && open.error().of == NoRoute::Of::agreement)) {
        return nullptr;
    }
    const bool waits = envelope.is_apprec || may_open(open.error().code) ||
                       &known->directory() != &question.directory || known->is_old(question.now);
    return waits ? &finding::recipient_way_not_open : &spec_of(open.error());
}

}  // namespace budstikke::ebxml
