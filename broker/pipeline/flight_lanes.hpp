// How the cap on payload bytes under way is divided between small payloads and the others. Apart
// from flight_budget.hpp, so that the check of a configuration can tell what a cap will mean.
#pragma once

#include <algorithm>
#include <cstddef>

#include "broker/base/limits.hpp"

namespace budstikke::pipeline {

inline constexpr std::size_t small_lane_part = 4;  ///< of the cap is for what is small
/// A lane that so few have room in would only be in the way.
inline constexpr std::size_t small_lane_bytes_least = 16 * limits::flight_small_bytes_max;

/// Bytes for what is small (limits::flight_small_bytes_max), where `largest` must find room beside
/// them; zero where too little is left for such a lane.
constexpr std::size_t small_lane_bytes(std::size_t bytes_max, std::size_t largest) {
    const std::size_t bytes =
        std::min(bytes_max / small_lane_part, bytes_max - std::min(bytes_max, largest));
    return bytes < small_lane_bytes_least ? 0 : bytes;
}

/// The lowest cap that has a lane for what is small.
constexpr std::size_t least_cap_with_small_lane(std::size_t largest) {
    return std::max(small_lane_bytes_least * small_lane_part, largest + small_lane_bytes_least);
}

}  // namespace budstikke::pipeline
