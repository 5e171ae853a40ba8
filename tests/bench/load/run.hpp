// What the load generators share beside plan and sheet: one sheet for each pair, the moment at
// which all begin, what came of it as JSON.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <string>

#include "tests/bench/load/plan.hpp"
#include "tests/bench/load/sheet.hpp"

namespace budstikke::bench {

class Run {
 public:
    explicit Run(const Plan& plan);

    const Plan& plan() const { return plan_; }
    Sheet& sheet(std::uint32_t pair) { return sheets_[pair - plan_.first_pair]; }

    /// Once everybody is connected: from now on messages are sent, and soon measured.
    void begin();
    Pace pace(std::uint32_t pair) const;
    /// A sender has no more to send.
    bool sender_is_done(std::uint32_t pair, std::int64_t now) const;
    /// Of the time that what was sent may take to arrive.
    bool patience_is_over(std::int64_t now) const { return now > give_up_; }

    /// Ends the run for all, with the first reason that is given.
    void fail(const std::string& why);
    bool failed() const { return failed_.load(std::memory_order_relaxed); }

    /// Prints the result; true where nothing was lost, doubled, strange, left over or failed.
    bool report(std::int64_t ended) const;

 private:
    Plan plan_;
    std::deque<Sheet> sheets_;
    std::int64_t start_ = 0;
    std::int64_t measured_from_ = 0;
    std::int64_t measured_until_ = 0;
    std::int64_t give_up_ = 0;
    double cpu_before_ = 0;
    std::atomic<bool> failed_{false};
    mutable std::mutex mutex_;
    std::string why_;
};

}  // namespace budstikke::bench
