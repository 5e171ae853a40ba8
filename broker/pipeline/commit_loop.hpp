// The one commit loop: takes what waits, runs it on the books, writes once, then releases the
// answers. There is no timer: the time of a synced write is the batching window (performance.md
// 3.1). Each lane gets a like share of a write, so that one who floods the broker delays the others
// by little (security.md T13).
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "broker/base/limits.hpp"
#include "broker/base/result.hpp"

namespace budstikke::pipeline {

/// What the loop drives; all calls come from its thread.
class Cycle {
 public:
    virtual ~Cycle() = default;
    virtual void begin() = 0;
    /// Whether to commit before the next operation.
    virtual bool is_full() const = 0;
    /// Makes the operations since `begin` durable and releases their answers. An error ends the
    /// loop: nothing is acknowledged any more.
    virtual Result<void> finish() = 0;
    virtual void failed(Error error) = 0;
    /// Whether another cycle is wanted although nothing new came.
    virtual bool has_more() const = 0;
};

class CommitLoop {
 public:
    using Operation = std::move_only_function<void()>;

    explicit CommitLoop(Cycle& cycle, std::size_t waiting_max = limits::operations_waiting_max)
        : cycle_(cycle), waiting_max_(waiting_max) {}
    ~CommitLoop() { stop(); }
    CommitLoop(const CommitLoop&) = delete;
    CommitLoop& operator=(const CommitLoop&) = delete;

    void start();
    /// Runs what waits, then ends. Operations that come later are dropped.
    void stop();
    /// From any thread. After a failure operations are dropped: their answers never come. What has
    /// no lane is run before what has one.
    void post(Operation operation);
    /// The same in a lane, in which all goes in the order of posting.
    void post(std::string_view lane, Operation operation);

    /// Whether `waiting_max` operations are not done yet. Who takes work in from outside then waits
    /// for `when_calm` before it takes more; what it has taken in it still posts. From any thread.
    bool crowded() const { return crowded_; }
    /// Calls once there is room: now, on this thread, or later, from the commit thread, in the
    /// order of asking and as many as there is room for. Never after a failure. From any thread.
    void when_calm(Operation call);

 private:
    /// Adds by `add` and wakes the thread where it has nothing to do.
    template <typename Add>
    void post_with(Add add);
    void take(std::vector<Operation>& operations);
    void run();
    bool run_cycle(std::vector<Operation>& operations);
    void done(std::size_t operations);
    bool has_work() const { return !waiting_.empty() || !turns_.empty(); }
    std::size_t not_done() const { return taken_ + waiting_.size() + in_lanes_; }

    Cycle& cycle_;
    const std::size_t waiting_max_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Operation> waiting_;
    std::unordered_map<std::string, std::deque<Operation>> lanes_;  ///< those with work
    std::deque<std::string> turns_;                                 ///< the same, the next first
    std::size_t in_lanes_ = 0;
    std::string last_lane_;         ///< that was served
    std::size_t served_alone_ = 0;  ///< takings since another was
    std::size_t taken_ = 0;         ///< by the commit thread, and not done yet
    std::deque<Operation> calls_;   ///< for when there is room
    std::atomic<bool> crowded_{false};
    bool stopping_ = false;
    bool failed_ = false;
    std::thread thread_;
};

}  // namespace budstikke::pipeline
