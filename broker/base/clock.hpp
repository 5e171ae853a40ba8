// Time as a parameter: wall time for stamps, steady time for deadlines. Tests bring their own
// clock.
#pragma once

#include <chrono>
#include <string>

namespace budstikke {

using Duration = std::chrono::milliseconds;
/// Wall time, UTC, in milliseconds; what is stored and shown.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
    virtual SteadyTime steady_now() const = 0;
};

class SystemClock final : public Clock {
 public:
    Timestamp now() const override;
    SteadyTime steady_now() const override;
};

/// RFC 3339 in UTC with milliseconds: `2026-11-22T13:05:09.123Z`.
std::string to_rfc3339(Timestamp time);

}  // namespace budstikke
