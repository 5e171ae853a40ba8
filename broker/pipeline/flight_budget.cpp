#include "broker/pipeline/flight_budget.hpp"

#include <utility>
#include <vector>

namespace budstikke::pipeline {

void FlightBudget::take(std::size_t bytes, std::move_only_function<void()> granted) {
    {
        const std::scoped_lock lock(mutex_);
        const bool fits = bytes <= free_ || free_ == bytes_max_;
        if (!waiting_.empty() || !fits) {
            waiting_.push_back({.bytes = bytes, .granted = std::move(granted)});
            return;
        }
        // What is larger than the whole budget takes all of it and gives all of it back.
        free_ -= std::min(bytes, bytes_max_);
    }
    granted();
}

void FlightBudget::give(std::size_t bytes) {
    std::vector<std::move_only_function<void()>> granted;
    {
        const std::scoped_lock lock(mutex_);
        free_ += std::min(bytes, bytes_max_);
        while (!waiting_.empty()) {
            const std::size_t wanted = std::min(waiting_.front().bytes, bytes_max_);
            if (wanted > free_) {
                break;
            }
            free_ -= wanted;
            granted.push_back(std::move(waiting_.front().granted));
            waiting_.pop_front();
        }
    }
    for (auto& call : granted) {
        call();
    }
}

std::size_t FlightBudget::in_flight() const {
    const std::scoped_lock lock(mutex_);
    return bytes_max_ - free_;
}

}  // namespace budstikke::pipeline
