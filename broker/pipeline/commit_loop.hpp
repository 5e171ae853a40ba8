// The one commit loop: takes everything that waits, runs it on the books, writes once, then
// releases the answers. There is no timer: the time of a synced write is the batching window
// (performance.md 3.1).
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

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

    explicit CommitLoop(Cycle& cycle) : cycle_(cycle) {}
    ~CommitLoop() { stop(); }
    CommitLoop(const CommitLoop&) = delete;
    CommitLoop& operator=(const CommitLoop&) = delete;

    void start();
    /// Runs what waits, then ends. Operations that come later are dropped.
    void stop();
    /// From any thread. After a failure operations are dropped: their answers never come.
    void post(Operation operation);

 private:
    void run();
    bool run_cycle(std::vector<Operation>& operations);

    Cycle& cycle_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Operation> waiting_;
    bool stopping_ = false;
    bool failed_ = false;
    std::thread thread_;
};

}  // namespace budstikke::pipeline
