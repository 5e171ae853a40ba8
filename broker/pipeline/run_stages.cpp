// The list of the stages, and the receipt that each may end with.
#include <algorithm>
#include <utility>

#include "broker/pipeline/stages.hpp"

namespace budstikke::pipeline {

std::vector<RecipientVerdict> verdicts(const Draft& draft) {
    std::vector<RecipientVerdict> verdicts;
    verdicts.reserve(draft.routes.size());
    for (const auto& route : draft.routes) {
        RecipientVerdict verdict;
        verdict.her_id = route.her_id;
        verdict.role = route.role;
        verdict.accepted = route.accepted();
        if (verdict.accepted && route.queue != route.recipient) {
            verdict.redirected_to = route.queue;
        }
        verdict.findings = route.findings;
        verdicts.push_back(std::move(verdict));
    }
    return verdicts;
}

namespace {

std::optional<Claim> claim_of(const Draft& draft) {
    if (draft.sender.empty()) {
        return std::nullopt;
    }
    Claim claim{
        .sender = draft.sender,
        .message_id = draft.envelope.message_id,
        .digest = draft.digest,
        .recipients = {},
    };
    const auto& chosen = draft.submission.recipients;
    for (const auto& receiver : draft.envelope.receivers) {
        const std::string her_id = receiver.party.her_id.value_or("");
        const bool wanted = chosen.empty() || std::ranges::find(chosen, her_id) != chosen.end();
        if (const auto recipient = HerId::parse(her_id); wanted && recipient) {
            claim.recipients.push_back(*recipient);
        }
    }
    return claim;
}

}  // namespace

Refusal refusal(Draft&& draft) {
    Refusal refused{.receipt = {}, .claim = claim_of(draft)};
    Receipt& receipt = refused.receipt;
    receipt.message_id = std::move(draft.envelope.message_id);
    receipt.recipients = verdicts(draft);
    for (auto& verdict : receipt.recipients) {
        verdict.accepted = false;  // refused as a whole: nobody gets it
        verdict.redirected_to.reset();
    }
    receipt.findings = std::move(draft.findings);
    return refused;
}

Stage run_stages(const View& view, Submission submission) {
    auto draft = decode(view, std::move(submission));
    if (draft) {
        draft = authorise(view, *std::move(draft));
    }
    if (draft) {
        draft = route(view, *std::move(draft));
    }
    if (draft) {
        draft = validate(view, *std::move(draft));
    }
    return draft;
}

}  // namespace budstikke::pipeline
