// Work for the threads that send, in turn by partner: whoever has much to do, or answers slowly,
// holds up no other. A partner that could not be reached rests, and costs nobody a thread until it
// is tried again. May not know what the work is.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"

namespace budstikke::ebxml {

/// Any thread.
class FairQueue {
 public:
    using Job = std::move_only_function<void()>;

    /// Of each partner at most `at_once_max` jobs are under way.
    FairQueue(std::size_t at_once_max, const Clock& clock)
        : at_once_max_(at_once_max), clock_(clock) {}

    void put(const std::string& partner, Job job);
    /// Runs jobs until stop(): each worker thread calls it once.
    void work();
    /// True where a job of that partner may go now: the caller then counts as one until leave().
    bool try_enter(const std::string& partner);
    void leave(const std::string& partner);
    /// The partner's jobs wait until then; after that one at a time goes, until recover().
    void rest(const std::string& partner, SteadyTime until);
    void recover(const std::string& partner);
    bool is_resting(const std::string& partner) const { return rest_left(partner) > Duration(); }
    /// How long it still rests; zero where it does not.
    Duration rest_left(const std::string& partner) const;
    /// Looks again who has rested long enough.
    void wake();
    /// Jobs under way go on, those that wait are dropped.
    void stop();
    std::size_t size() const;  ///< jobs that wait
    /// The same of one partner.
    std::size_t size_of(const std::string& partner) const;

 private:
    struct Line {
        std::deque<Job> jobs;
        std::size_t under_way = 0;
        std::optional<SteadyTime> rests_until;
    };
    using Lines = std::map<std::string, Line, std::less<>>;

    bool has_room(const Line& line, SteadyTime now) const;
    Lines::iterator next();
    void end_job(Lines::iterator line);

    const std::size_t at_once_max_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Lines lines_;
    std::string last_;  ///< whose turn it was
    std::size_t size_ = 0;
    bool stopping_ = false;
};

/// One that may go now, if it is: leaves the line that it entered, on every way out.
class Entered {
 public:
    Entered(FairQueue& queue, std::string partner)
        : queue_(queue), partner_(std::move(partner)), inside_(queue.try_enter(partner_)) {}
    ~Entered() {
        if (inside_) {
            queue_.leave(partner_);
        }
    }
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;
    explicit operator bool() const { return inside_; }

 private:
    FairQueue& queue_;
    const std::string partner_;
    const bool inside_;
};

}  // namespace budstikke::ebxml
