#include "broker/app/ebxml_operations.hpp"

#include <algorithm>
#include <utility>

#include "broker/app/ebxml_way_texts.hpp"
#include "broker/transport/ebxml/agreement/service_action.hpp"
#include "broker/transport/ebxml/service/partner_ways.hpp"
#include "broker/transport/ebxml/service/schedule.hpp"

namespace budstikke::app {

namespace {

std::vector<std::string> her_ids_of(const ebxml::Agreement& agreement) {
    std::vector<std::string> her_ids;
    for (const auto& party : agreement.parties) {
        for (const auto& id : party.ids) {
            if (HerId::parse(id.value) && party.has_her_id(id.value)) her_ids.push_back(id.value);
        }
    }
    return her_ids;
}

/// Why it cannot be asked of the service at all; empty where it can.
std::string obstacle(const ebxml::Surroundings& known, const HerId& from, const HerId& to) {
    if (known.directory().find(from) == nullptr) return "sender_unknown";
    if (known.directory().find(to) == nullptr) return "recipient_unknown";
    return known.is_partner(to) ? "" : "recipient_not_ebxml";
}

void state_terms(admin::EbxmlWay& way, const ebxml::Terms& terms) {
    way.agreement = terms.cpa_id;
    way.is_signed = terms.is_signed;
    way.encrypted = terms.encrypted;
    way.retries = terms.retries;
    way.retry_interval = terms.retry_interval;
}

void close(admin::EbxmlWay& way, const std::string& code) {
    const WayText text = way_text(code);
    way.code = code;
    way.text_en = text.en;
    way.text_no = text.no;
}

}  // namespace

std::string endpoint_host(std::string_view endpoint) {
    constexpr std::string_view mail = "mailto:";
    if (endpoint.starts_with(mail)) {
        const auto at = endpoint.rfind('@');
        return at == std::string_view::npos ? std::string() : std::string(endpoint.substr(at + 1));
    }
    const auto scheme = endpoint.find("://");
    if (scheme == std::string_view::npos) return {};
    std::string_view host = endpoint.substr(scheme + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    host = host.substr(host.rfind('@') + 1);
    const auto port = host.rfind(':');
    const auto bracket = host.rfind(']');
    const bool has_port =
        port != std::string_view::npos && (bracket == std::string_view::npos || bracket < port);
    return std::string(has_port ? host.substr(0, port) : host);
}

admin::EbxmlStatus EbxmlOperations::status() {
    const auto known = part_.service().surroundings();
    admin::EbxmlStatus status{
        .agreements_read_at = known->read_at(),
        .agreements = known->agreements().size(),
        .partners = 0,
        .attempts = part_.carriers().done(),
        .faults = {},
    };
    status.partners = static_cast<std::size_t>(std::ranges::count_if(
        known->directory().parties(),
        [&](const auto& entry) { return known->is_partner(entry.first); }
    ));
    for (const ebxml::CarrierFault fault : CountingCarrier::faults) {
        status.faults.push_back(
            {.fault = std::string(name(fault)), .attempts = part_.carriers().failed(fault)}
        );
    }
    return status;
}

admin::EbxmlAgreements EbxmlOperations::agreements() {
    const auto known = part_.service().surroundings();
    admin::EbxmlAgreements all{.read_at = known->read_at(), .agreements = {}};
    for (const ebxml::Agreement& agreement : known->agreements()) {
        all.agreements.push_back({
            .id = agreement.id,
            .profile = agreement.profile,
            .parties = her_ids_of(agreement),
            .start = agreement.start,
            .end = agreement.end,
            .file = agreement.file,
        });
    }
    return all;
}

Result<admin::EbxmlWay> EbxmlOperations::way(
    const HerId& from, const HerId& to, std::string_view type, bool apprec
) {
    auto what = ebxml::service_action(type);
    if (what && apprec) what = ebxml::apprec_for(*what);
    if (!what) {
        return fail(Errc::invalid_argument, "TYPE must be an Action of HISD 1209, like EPIKRISE");
    }
    admin::EbxmlWay way;
    way.service = what->service;
    way.action = what->action;
    way.from_role = what->from_role;
    way.to_role = what->to_role;
    const auto known = part_.service().surroundings();
    const Timestamp now = clock_.now();
    way.inward = known->is_partner(from) && known->identity(to) != nullptr;
    if (way.inward) {
        const auto terms = known->inward(from, to, *what, now);
        if (!terms) {
            close(way, terms.error().code);
            return way;
        }
        state_terms(way, *terms);
        const auto keys = known->identity(to)->decryptor.keys();
        way.certificate_until = keys.front().certificate().facts().not_after;
        return way;
    }
    if (const std::string code = obstacle(*known, from, to); !code.empty()) {
        close(way, code);
        return way;
    }
    const auto route =
        ebxml::way_to(*known, {.from = from, .to = to, .what = *what, .content_type = {}}, now);
    if (!route) {
        close(way, route.error().code);
        return way;
    }
    state_terms(way, route->terms);
    way.endpoint_host = endpoint_host(route->endpoint);
    way.certificate_until = route->encryption_certificate.facts().not_after;
    return way;
}

Result<std::vector<admin::EbxmlWaiting>> EbxmlOperations::waiting(
    std::string_view after, std::size_t rows_max
) {
    std::vector<admin::EbxmlWaiting> rows;
    std::string last(after);
    while (rows.size() < rows_max) {
        const auto page = part_.store().all_outbound(last, rows_max);
        if (!page) return std::unexpected(page.error());
        for (const store::OutboundEbxml& message : *page) {
            if (message.state != store::OutboundState::waiting || rows.size() == rows_max) continue;
            rows.push_back({
                .message_id = message.message_id,
                .delivery = message.delivery.text(),
                .to = message.to,
                .attempts = ebxml::attempt_number(message),
                .failed = message.failures,
                .attempts_max = message.attempts_max,
                .next_attempt = message.next_attempt,
                .expires_at = message.expires_at,
                .endpoint_host = endpoint_host(message.endpoint),
            });
        }
        if (page->size() < rows_max) break;
        last = page->back().message_id;
    }
    return rows;
}

std::vector<admin::EbxmlPartner> EbxmlOperations::partners() {
    const auto known = part_.service().surroundings();
    std::vector<ebxml::PartnerVersion> versions = part_.service().versions();
    std::vector<admin::EbxmlPartner> all;
    for (const auto& [her_id, party] : known->directory().parties()) {
        if (!known->is_partner(her_id)) continue;
        admin::EbxmlPartner partner{.her_id = her_id, .name = party.name};
        const auto version = std::ranges::find(versions, her_id, &ebxml::PartnerVersion::partner);
        if (version != versions.end()) {
            partner.reported_at = version->reported_at;
            for (const auto& [key, value] : version->software) {
                partner.software.append(partner.software.empty() ? "" : ", ");
                partner.software.append(key).append(" ").append(value);
            }
        }
        all.push_back(std::move(partner));
    }
    return all;
}

}  // namespace budstikke::app
