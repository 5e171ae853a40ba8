// What an operator may set of the pipeline; the defaults are those of base/limits.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::pipeline {

struct Settings {
    /// Waits before the 2nd, 3rd, ... attempt; the last one repeats.
    std::vector<Duration> retry_ladder{std::chrono::minutes(1),  std::chrono::minutes(5),
                                       std::chrono::minutes(15), std::chrono::hours(1),
                                       std::chrono::hours(6),    std::chrono::hours(24)};
    /// Each wait is changed by up to this part of it, up or down, so that retries do not march.
    std::uint32_t retry_jitter_percent = 20;
    std::uint32_t attempts_max = limits::attempts_max;
    Duration time_to_live = limits::time_to_live_default;
    Duration apprec_deadline = limits::apprec_deadline_default;
    Duration duplicate_memory = limits::duplicate_memory_default;
    Duration payload_retention = limits::payload_retention_default;
    Duration event_retention = limits::event_retention_default;
    std::size_t payload_bytes_max = limits::payload_bytes_max;
    std::size_t bytes_in_flight_max = limits::bytes_in_flight_max;
    std::uint32_t open_deliveries_max = limits::open_deliveries_max;
    double disk_free_ratio_min = limits::disk_free_ratio_min;
    std::size_t operations_waiting_max = limits::operations_waiting_max;  ///< no key of its own

    bool operator==(const Settings&) const = default;
};

}  // namespace budstikke::pipeline
