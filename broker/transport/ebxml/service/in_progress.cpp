#include "broker/transport/ebxml/service/in_progress.hpp"

namespace budstikke::ebxml {

InProgress::Claim::Claim(std::shared_ptr<State> all, Key key, std::promise<Outcome> promise)
    : all_(std::move(all)), key_(std::move(key)), promise_(std::move(promise)) {}

InProgress::Claim::~Claim() {
    if (all_) {
        finish(dropped_);
    }
}

void InProgress::Claim::finish(const Outcome& outcome) {
    {
        // A copy that comes from here on finds the stored signal.
        const std::scoped_lock lock(all_->mutex);
        all_->entries.erase(key_);
    }
    promise_.set_value(outcome);
    all_.reset();
}

InProgress::InProgress() : state_(std::make_shared<State>()) {}

std::variant<InProgress::Claim, InProgress::Joined, InProgress::Contradiction> InProgress::enter(
    const Key& key, const Digests& digests
) {
    const std::scoped_lock lock(state_->mutex);
    if (const auto at = state_->entries.find(key); at != state_->entries.end()) {
        if (at->second.digests != digests) {
            return Contradiction{};
        }
        return at->second.outcome;
    }
    std::promise<Outcome> promise;
    state_->entries.emplace(
        key, Entry{.digests = digests, .outcome = promise.get_future().share()}
    );
    return Claim(state_, key, std::move(promise));
}

bool InProgress::contains(const Key& key) const {
    const std::scoped_lock lock(state_->mutex);
    return state_->entries.contains(key);
}

}  // namespace budstikke::ebxml
