// A clock that runs as the system's does, and leaps when a test says so: deadlines that only those
// who misbehave may miss are as long as in the product, and over at once. However long the machine
// stands still meanwhile, nobody else misses one. May not know whose deadlines they are.
#pragma once

#include <atomic>
#include <functional>

#include "broker/base/clock.hpp"

namespace budstikke::transport::test {

class LeapingClock final : public Clock {
 public:
    Timestamp now() const override { return system_.now(); }
    SteadyTime steady_now() const override {
        const SteadyTime now = stood_still_at_.load();
        return (now == SteadyTime{} ? system_.steady_now() : now) + Duration(ahead_.load());
    }
    /// From now on steady time leaps only: what is rationed stays used, however long this takes.
    void stand_still() { stood_still_at_ = system_.steady_now(); }
    /// Steady time only, and a millisecond further: what may take `time` has taken too long.
    void leap_past(Duration time) { ahead_ += (time + Duration(1)).count(); }
    /// Leaps until `happened`, which waits a moment for it, says so: for one whose time begins anew
    /// with all that it gets done, and may get something done after a leap. False: it does not
    /// come.
    bool leap_until(Duration time, const std::function<bool()>& happened) {
        const SteadyTime end = system_.steady_now() + std::chrono::minutes(2);
        while (!happened()) {
            if (system_.steady_now() > end) {
                return false;
            }
            leap_past(time);
        }
        return true;
    }

 private:
    SystemClock system_;
    std::atomic<Duration::rep> ahead_ = 0;
    std::atomic<SteadyTime> stood_still_at_ = SteadyTime{};
};

}  // namespace budstikke::transport::test
