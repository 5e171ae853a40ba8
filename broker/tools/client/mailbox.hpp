// Things that arrive on one thread and are waited for on another, until nothing more can come.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"

namespace budstikke::client {

template <typename T>
class Mailbox {
 public:
    void put(T thing) {
        const std::lock_guard lock(mutex_);
        things_.push_back(std::move(thing));
        changed_.notify_one();
    }

    void end(const Error& why) {
        const std::lock_guard lock(mutex_);
        ended_ = why;
        changed_.notify_all();
    }

    /// Nothing where none came in time; the error of the end once all were taken.
    Result<std::optional<T>> next(Duration time_max) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, time_max, [this] { return !things_.empty() || ended_; });
        if (things_.empty()) {
            if (ended_) {
                return std::unexpected(*ended_);
            }
            return std::optional<T>();
        }
        std::optional<T> thing(std::move(things_.front()));
        things_.pop_front();
        return thing;
    }

 private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<T> things_;
    std::optional<Error> ended_;
};

}  // namespace budstikke::client
