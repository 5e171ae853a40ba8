// The counting of placement.hpp.
#include "broker/transport/placement.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace budstikke::transport {

Placement::Place::Place(Place&& other) noexcept
    : placement_(std::exchange(other.placement_, nullptr)),
      organisation_(std::move(other.organisation_)),
      thread_(other.thread_) {}

Placement::Place::~Place() {
    if (placement_ != nullptr) {
        placement_->leave(*this);
    }
}

Placement::Place Placement::place(std::string organisation) {
    const std::lock_guard lock(mutex_);
    Counts& own = by_organisation_.try_emplace(organisation, total_.size()).first->second;
    std::size_t thread = 0;
    for (std::size_t i = 1; i < total_.size(); ++i) {
        if (std::tie(own[i], total_[i]) < std::tie(own[thread], total_[thread])) {
            thread = i;
        }
    }
    ++own[thread];
    ++total_[thread];
    return {*this, std::move(organisation), thread};
}

void Placement::leave(const Place& place) {
    const std::lock_guard lock(mutex_);
    --total_[place.thread_];
    const auto row = by_organisation_.find(place.organisation_);
    --row->second[place.thread_];
    if (std::ranges::all_of(row->second, [](std::uint32_t count) { return count == 0; })) {
        by_organisation_.erase(row);
    }
}

}  // namespace budstikke::transport
