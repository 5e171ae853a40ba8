// How fast a payload must come for which the broker holds room: at a minimum rate, after a grace,
// and in a bounded time. Times in which the broker did not read do not count. May not know where
// the bytes are.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "broker/transport/exchange_limits.hpp"

namespace budstikke::transport {

class UploadPace {
 public:
    void begin(SteadyTime now) {
        since_ = now;
        reading_ = {};
    }

    /// The broker did not read from `since` until `now`.
    void excuse(SteadyTime since, SteadyTime now) {
        since_ += now - std::clamp(since_, since, now);
    }

    /// The peer was taking what is sent to it. Up to `submission_time_max` in all: who takes longer
    /// holds room that others want.
    void excuse_reading(SteadyTime since, SteadyTime now, const ExchangeLimits& limits) {
        const SteadyTime::duration left = limits.submission_time_max - reading_;
        const auto excused = std::min(now - since, left);
        reading_ += excused;
        excuse(now - excused, now);
    }

    /// Whether it is too slow where `bytes` have come, or has taken too long altogether.
    bool is_overdue(SteadyTime now, std::size_t bytes, const ExchangeLimits& limits) const {
        const auto elapsed = std::chrono::floor<Duration>(now - since_);
        if (elapsed > limits.submission_time_max) {
            return true;
        }
        const Duration counted = std::max(elapsed - limits.upload_grace, Duration(0));
        const auto expected = static_cast<std::uint64_t>(counted.count()) *
                              limits.upload_bytes_per_second_min / Duration::period::den;
        return bytes < expected;
    }

 private:
    SteadyTime since_{};
    SteadyTime::duration reading_{};  ///< excused so far
};

}  // namespace budstikke::transport
