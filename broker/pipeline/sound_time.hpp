// Time for what cannot be undone: lives that end, records that are erased. Promises never to run
// ahead of the steady clock, so that a wall clock that leaps years forth ends nothing before
// somebody has seen it. A wall clock that was behind at the start and is put right holds such ends
// back until the next start: late is mended by itself, too early by nothing.
#pragma once

#include <algorithm>
#include <optional>

#include "broker/base/clock.hpp"

namespace budstikke::pipeline {

/// Of one thread.
class SoundTime {
 public:
    /// How far the two clocks may part without anybody's fault, as where a leap second is smeared
    /// or a clock is set by hand.
    static constexpr Duration leeway = std::chrono::minutes(5);

    /// `wall`, or less where it has run ahead of `steady` by more than `leeway` since the first
    /// call.
    Timestamp of(Timestamp wall, SteadyTime steady) {
        if (!first_) {
            first_ = Point{.wall = wall, .steady = steady};
        }
        const auto lived = std::chrono::duration_cast<Duration>(steady - first_->steady);
        return std::min(wall, first_->wall + lived + leeway);
    }

 private:
    struct Point {
        Timestamp wall;
        SteadyTime steady;
    };

    std::optional<Point> first_;
};

}  // namespace budstikke::pipeline
