// The cap on payload bytes between the sockets and the disk, over all connections. Who finds it
// empty stops reading its socket and is called when there is room again, in the order of asking.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

#include "broker/base/limits.hpp"

namespace budstikke::pipeline {

class FlightBudget {
 public:
    /// A submission counts at least this much, so that the bytes also bound the number of them.
    static constexpr std::size_t submission_bytes_min = limits::submission_bytes_min;

    explicit FlightBudget(std::size_t bytes_max) : free_(bytes_max), bytes_max_(bytes_max) {}

    /// Calls `granted` once `bytes` are reserved: now, on this thread, or later, on the thread that
    /// gives back. More than the whole budget is granted when nothing else is out.
    void take(std::size_t bytes, std::move_only_function<void()> granted);
    void give(std::size_t bytes);
    std::size_t in_flight() const;

 private:
    struct Waiting {
        std::size_t bytes;
        std::move_only_function<void()> granted;
    };

    mutable std::mutex mutex_;
    std::size_t free_;
    const std::size_t bytes_max_;
    std::deque<Waiting> waiting_;
};

}  // namespace budstikke::pipeline
