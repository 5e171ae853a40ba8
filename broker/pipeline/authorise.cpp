// The second stage: may this organisation send as the sender that the message names, now?
#include "broker/message/finding_catalogue.hpp"
#include "broker/pipeline/stages.hpp"

namespace budstikke::pipeline {
namespace {

Finding at_sender(const FindingSpec& spec) {
    return {.spec = &spec, .location = {.line = 0, .path = "sender"}};
}

}  // namespace

Findings check_sender(const View& view, std::string_view organisation, std::string_view her_id) {
    const auto sender = HerId::parse(her_id);
    if (!sender) {
        return {
            at_sender(her_id.empty() ? finding::sender_her_missing : finding::sender_her_not_digits)
        };
    }
    // First of all: an organisation learns nothing about a HER-id that it may not act for.
    if (!view.directory->may_act_for(organisation, *sender)) {
        return {at_sender(finding::sender_not_allowed)};
    }
    const auto* const party = view.directory->find(*sender);
    if (party == nullptr) {
        return {at_sender(finding::sender_unknown)};
    }
    const auto* const owner = view.directory->organisation(organisation);
    if (!party->validity.contains(view.now) ||
        (owner != nullptr && !owner->validity.contains(view.now))) {
        return {at_sender(finding::sender_not_valid_now)};
    }
    if (view.held->contains(*sender)) {
        return {at_sender(finding::sender_held)};
    }
    return {};
}

Stage authorise(const View& view, DraftPtr draft) {
    const std::string her_id = draft->envelope.sender.her_id.value_or("");
    const Findings problems = check_sender(view, draft->submission.organisation, her_id);
    if (!problems.empty()) {
        // What was found in the message itself is kept: it may be the reason for the refusal.
        draft->findings.insert(draft->findings.end(), problems.begin(), problems.end());
        return std::unexpected(refusal(std::move(*draft)));
    }
    draft->sender = *HerId::parse(her_id);
    return draft;
}

}  // namespace budstikke::pipeline
