#include "broker/pipeline/commit_loop.hpp"

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
    }
    if (was_empty) {
        arrived_.notify_one();
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
        }
        if (!run_cycle(operations)) {
            return;
        }
        operations.clear();
    }
}

bool CommitLoop::run_cycle(std::vector<Operation>& operations) {
    const auto finish = [this] {
        auto finished = cycle_.finish();
        if (!finished) {
            {
                const std::scoped_lock lock(mutex_);
                failed_ = true;
                waiting_.clear();
            }
            cycle_.failed(std::move(finished).error());
        }
        return finished.has_value();
    };
    cycle_.begin();
    for (auto& operation : operations) {
        operation();
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
