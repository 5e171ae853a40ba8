// Following redirects.
#include "broker/directory/resolve.hpp"

#include "broker/base/limits.hpp"

namespace budstikke::directory {

Resolution resolve(const Directory& directory, const HerId& recipient, Timestamp now) {
    Resolution result{.outcome = ResolutionOutcome::unknown, .party = nullptr, .path = {}};
    const Party* party = directory.find(recipient);
    if (party == nullptr) {
        return result;
    }
    result.path.push_back(recipient);
    while (party->redirect_to && party->redirect_validity.contains(now)) {
        // The limit also ends loops, which the loader refuses; a snapshot made otherwise may have
        // them.
        const Party* next = directory.find(*party->redirect_to);
        if (next == nullptr || result.path.size() > limits::redirects_max) {
            result.outcome =
                next == nullptr ? ResolutionOutcome::unknown : ResolutionOutcome::redirect_loop;
            result.party = next == nullptr ? nullptr : party;
            return result;
        }
        party = next;
        result.path.push_back(party->her_id);
    }
    result.party = party;
    if (party->validity.from && now < *party->validity.from) {
        result.outcome = ResolutionOutcome::not_valid_yet;
    } else if (!party->validity.contains(now)) {
        result.outcome = ResolutionOutcome::expired;
    } else if (party->endpoint.empty()) {
        result.outcome = ResolutionOutcome::unreachable;
    } else {
        result.outcome = ResolutionOutcome::found;
    }
    return result;
}

std::string_view name(ResolutionOutcome outcome) {
    switch (outcome) {
        case ResolutionOutcome::found:
            return "found";
        case ResolutionOutcome::unknown:
            return "unknown";
        case ResolutionOutcome::not_valid_yet:
            return "not_valid_yet";
        case ResolutionOutcome::expired:
            return "expired";
        case ResolutionOutcome::redirect_loop:
            return "redirect_loop";
        case ResolutionOutcome::unreachable:
            return "unreachable";
    }
    return "unknown";
}

}  // namespace budstikke::directory
