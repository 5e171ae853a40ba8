// The list of the stages, and the receipt that each may end with.
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

Receipt refusal(Draft draft) {
    Receipt receipt;
    receipt.message_id = std::move(draft.envelope.message_id);
    receipt.recipients = verdicts(draft);
    for (auto& verdict : receipt.recipients) {
        verdict.accepted = false;  // refused as a whole: nobody gets it
        verdict.redirected_to.reset();
    }
    receipt.findings = std::move(draft.findings);
    return receipt;
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
