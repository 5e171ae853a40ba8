#include "broker/pipeline/commit_loop.hpp"

#include <algorithm>
#include <utility>

namespace budstikke::pipeline {

void CommitLoop::start() {
    thread_ = std::thread([this] { run(); });
}

void CommitLoop::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void CommitLoop::post(Operation operation) {
    bool was_empty = false;
    {
        const std::scoped_lock lock(mutex_);
        if (failed_) {
            return;
        }
        was_empty = waiting_.empty();
        waiting_.push_back(std::move(operation));
        crowded_ = not_done() >= waiting_max_;
    }
    if (was_empty) {
        arrived_.notify_one();
    }
}

void CommitLoop::when_calm(Operation call) {
    {
        const std::scoped_lock lock(mutex_);
        if (crowded_) {
            calls_.push_back(std::move(call));
            return;
        }
    }
    call();
}

void CommitLoop::done(std::size_t operations) {
    std::vector<Operation> calls;
    {
        const std::scoped_lock lock(mutex_);
        taken_ -= operations;
        const std::size_t left = not_done();
        crowded_ = left >= waiting_max_;
        // Whoever is called may have nothing to post, so the last of a crowd calls everybody.
        const std::size_t room =
            left == 0 ? calls_.size() : waiting_max_ - std::min(left, waiting_max_);
        while (!calls_.empty() && calls.size() < room) {
            calls.push_back(std::move(calls_.front()));
            calls_.pop_front();
        }
    }
    for (auto& call : calls) {
        call();
    }
}

void CommitLoop::run() {
    std::vector<Operation> operations;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [this] {
                return stopping_ || !waiting_.empty() || cycle_.has_more();
            });
            if (stopping_ && waiting_.empty()) {
                return;
            }
            std::swap(operations, waiting_);
            taken_ = operations.size();
        }
        if (!run_cycle(operations)) {
            return;
        }
        operations.clear();
    }
}

bool CommitLoop::run_cycle(std::vector<Operation>& operations) {
    std::size_t run = 0;
    const auto finish = [this, &run] {
        auto finished = cycle_.finish();
        if (!finished) {
            {
                const std::scoped_lock lock(mutex_);
                failed_ = true;
                waiting_.clear();
                calls_.clear();
            }
            cycle_.failed(std::move(finished).error());
        } else {
            done(std::exchange(run, 0));
        }
        return finished.has_value();
    };
    cycle_.begin();
    for (auto& operation : operations) {
        operation();
        ++run;
        if (cycle_.is_full()) {
            if (!finish()) {
                return false;
            }
            cycle_.begin();
        }
    }
    return finish();
}

}  // namespace budstikke::pipeline
