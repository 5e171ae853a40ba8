// The third stage: where the message goes, one verdict per recipient that it names.
#include <algorithm>
#include <set>

#include "broker/base/limits.hpp"
#include "broker/directory/resolve.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "broker/pipeline/stages.hpp"

namespace budstikke::pipeline {
namespace {

const FindingSpec& spec_of(directory::ResolutionOutcome outcome) {
    switch (outcome) {
        case directory::ResolutionOutcome::not_valid_yet:
        case directory::ResolutionOutcome::expired:
            return finding::recipient_not_valid_now;
        case directory::ResolutionOutcome::redirect_loop:
            return finding::recipient_redirect_loop;
        case directory::ResolutionOutcome::unreachable:
            return finding::recipient_unreachable;
        default:
            return finding::recipient_unknown;
    }
}

const FindingSpec& spec_of(directory::AgreementRefusal refusal) {
    switch (refusal) {
        case directory::AgreementRefusal::type:
            return finding::recipient_refuses_type;
        case directory::AgreementRefusal::version:
            return finding::recipient_refuses_version;
        case directory::AgreementRefusal::format:
            break;
    }
    return finding::recipient_refuses_format;
}

void add(Findings& findings, const FindingSpec& spec, const char* path) {
    findings.push_back({.spec = &spec, .location = {.line = 0, .path = path}});
}

/// The recipients that the sender asked for, of those that the message names.
std::vector<MessageReceiver> wanted(Draft& draft) {
    const auto& named = draft.envelope.receivers;
    const auto& chosen = draft.submission.recipients;
    if (chosen.empty()) {
        return named;
    }
    std::vector<MessageReceiver> wanted;
    for (const auto& receiver : named) {
        if (receiver.party.her_id &&
            std::ranges::find(chosen, *receiver.party.her_id) != chosen.end()) {
            wanted.push_back(receiver);
        }
    }
    const bool all_named = std::ranges::all_of(chosen, [&](const std::string& her_id) {
        return std::ranges::any_of(named, [&](const MessageReceiver& receiver) {
            return receiver.party.her_id == her_id;
        });
    });
    if (!all_named) {
        add(draft.findings, finding::recipient_not_named, "recipients");
    }
    return wanted;
}

/// Facts that no later stage can do without.
void check_routable(const View& view, Draft& draft) {
    if (draft.envelope.message_id.empty()) {
        const bool known = std::ranges::any_of(draft.findings, [](const Finding& finding) {
            return finding.spec == &finding::message_id_missing;
        });
        if (!known) {
            add(draft.findings, finding::message_id_missing, "message_id");
        }
    }
    const auto& expires_at = draft.submission.expires_at;
    if (expires_at &&
        (*expires_at <= view.now || *expires_at > view.now + limits::time_to_live_max)) {
        add(draft.findings, finding::expiry_invalid, "expires_at");
    }
}

}  // namespace

Route route_to(
    const View& view, std::string_view her_id, ReceiverRole role, std::string_view action,
    std::string_view version, std::string_view format
) {
    Route route;
    route.her_id = her_id;
    route.role = role;
    const auto recipient = HerId::parse(her_id);
    if (!recipient) {
        add(route.findings,
            her_id.empty() ? finding::receiver_her_missing : finding::receiver_her_not_digits,
            "recipient");
        return route;
    }
    const auto resolution = directory::resolve(*view.directory, *recipient, view.now);
    if (resolution.outcome != directory::ResolutionOutcome::found) {
        add(route.findings, spec_of(resolution.outcome), "recipient");
        return route;
    }
    route.recipient = *recipient;
    route.queue = resolution.party->her_id;
    if (view.held->contains(route.queue) || view.held->contains(route.recipient)) {
        add(route.findings, finding::recipient_held, "recipient");
    }
    const auto agreed = directory::agreement(*resolution.party, action, version, format);
    if (agreed) {
        route.level = *agreed;
    } else {
        add(route.findings, spec_of(agreed.error()), "recipient");
    }
    return route;
}

void ask_way(
    const View& view, Route& route, const HerId& sender, const Envelope& envelope,
    std::string_view content_type
) {
    if (view.ways == nullptr || !route.accepted()) {
        return;
    }
    const auto* const obstacle = view.ways->obstacle({
        .directory = *view.directory,
        .from = sender,
        .to = route.queue,
        .envelope = envelope,
        .content_type = content_type,
        .now = view.now,
    });
    if (obstacle != nullptr) {
        add(route.findings, *obstacle, "recipient");
    }
}

Stage route(const View& view, DraftPtr draft) {
    check_routable(view, *draft);
    const Envelope& envelope = draft->envelope;
    std::set<std::string> seen;
    for (const auto& receiver : wanted(*draft)) {
        const std::string her_id = receiver.party.her_id.value_or("");
        // Main and copy recipient at once: one delivery, in the role named first.
        if (!her_id.empty() && !seen.insert(her_id).second) {
            continue;
        }
        auto& route = draft->routes.emplace_back(route_to(
            view, her_id, receiver.role, envelope.action, envelope.version, envelope.format
        ));
        ask_way(view, route, draft->sender, envelope, draft->submission.content_type);
    }
    if (draft->routes.empty()) {
        add(draft->findings, finding::receiver_missing, "recipients");
    }
    const bool impossible = std::ranges::any_of(draft->findings, [](const Finding& finding) {
        return finding.spec == &finding::receiver_missing ||
               finding.spec == &finding::message_id_missing ||
               finding.spec == &finding::recipient_not_named ||
               finding.spec == &finding::expiry_invalid ||
               finding.spec == &finding::declared_mismatch;
    });
    if (impossible) {
        return std::unexpected(refusal(std::move(*draft)));
    }
    return draft;
}

}  // namespace budstikke::pipeline
