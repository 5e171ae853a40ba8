// What other threads hand to a session: the broker's answers and offers, run on the session's own
// thread. Promises one wake-up for all that gathers meanwhile, the order of arrival, and that the
// session can wait until every answer it was promised has come.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "broker/pipeline/broker.hpp"
#include "broker/transport/awaitable.hpp"

namespace budstikke::transport {

class Inbox {
 public:
    using Task = std::move_only_function<void()>;

    /// `after_batch` runs on the session's thread after each batch of tasks.
    Inbox(boost::asio::io_context& context, Task after_batch)
        : context_(context), after_batch_(std::move(after_batch)) {}

    /// From any thread.
    void put(Task task);

    /// A handler for the broker: `on_answer` runs on the session's thread. Counted until it has.
    template <typename T, typename OnAnswer>
    pipeline::Handler<T> answer(OnAnswer on_answer) {
        ++expected_;
        return [this, on_answer = std::move(on_answer)](T value) mutable {
            put([this, on_answer = std::move(on_answer), value = std::move(value)]() mutable {
                --expected_;
                on_answer(std::move(value));
            });
        };
    }

    /// The same for what has no value.
    template <typename OnDone>
    Task done(OnDone on_done) {
        ++expected_;
        return [this, on_done = std::move(on_done)]() mutable {
            put([this, on_done = std::move(on_done)]() mutable {
                --expected_;
                on_done();
            });
        };
    }

    /// Something is promised that comes by another way than a handler of these.
    void expect() { ++expected_; }
    void arrived() { --expected_; }
    /// No promised answer is missing and nothing waits to be run. On the session's thread.
    bool complete() const {
        const std::lock_guard lock(mutex_);
        return expected_ == 0 && !scheduled_;
    }

 private:
    void run_batch();

    boost::asio::io_context& context_;
    Task after_batch_;
    std::size_t expected_ = 0;  ///< of the session's thread
    mutable std::mutex mutex_;
    std::vector<Task> tasks_;
    bool scheduled_ = false;
    std::vector<Task> batch_;  ///< of the session's thread; keeps its memory between batches
};

}  // namespace budstikke::transport
