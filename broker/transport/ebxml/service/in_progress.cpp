#include "broker/transport/ebxml/service/in_progress.hpp"

namespace budstikke::ebxml {

InProgress::Claim::Claim(InProgress& all, Key key, std::promise<Outcome> promise)
    : all_(&all), key_(std::move(key)), promise_(std::move(promise)) {}

InProgress::Claim::Claim(Claim&& other) noexcept
    : all_(std::exchange(other.all_, nullptr)),
      key_(std::move(other.key_)),
      promise_(std::move(other.promise_)) {}

InProgress::Claim::~Claim() {
    if (all_ != nullptr) {
        finish({});
    }
}

void InProgress::Claim::finish(const Outcome& outcome) {
    {
        // A copy that comes from here on finds the stored signal.
        const std::scoped_lock lock(all_->mutex_);
        all_->entries_.erase(key_);
    }
    promise_.set_value(outcome);
    all_ = nullptr;
}

std::variant<InProgress::Claim, InProgress::Joined, InProgress::Contradiction> InProgress::enter(
    const Key& key, const Digests& digests
) {
    const std::scoped_lock lock(mutex_);
    if (const auto at = entries_.find(key); at != entries_.end()) {
        if (at->second.digests != digests) {
            return Contradiction{};
        }
        return at->second.outcome;
    }
    std::promise<Outcome> promise;
    entries_.emplace(key, Entry{.digests = digests, .outcome = promise.get_future().share()});
    return Claim(*this, key, std::move(promise));
}

bool InProgress::contains(const Key& key) const {
    const std::scoped_lock lock(mutex_);
    return entries_.contains(key);
}

}  // namespace budstikke::ebxml
