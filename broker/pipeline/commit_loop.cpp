#include "broker/pipeline/commit_loop.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "broker/base/background.hpp"

namespace budstikke::pipeline {
namespace {

// Of a lane in one write while others have work as well. Small, since its neighbours wait for two
// such writes; large enough to be worth a synced one.
constexpr std::size_t share = 64;
// And of one that has the loop to itself: about two full writes, so that who comes newly, or what
// has no lane, does not wait for a long backlog.
constexpr std::size_t share_alone = 1024;
// Others count as having work for so many writes after they had: who sends now and then is in
// between most of the time.
constexpr std::size_t writes_alone = 64;

}  // namespace

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

template <typename Add>
void CommitLoop::post_with(Add add) {
    bool was_idle = false;
    {
        const std::scoped_lock lock(mutex_);
        if (failed_) {
            return;
        }
        was_idle = !has_work();
        add();
        crowded_ = not_done() >= waiting_max_;
    }
    if (was_idle) {
        arrived_.notify_one();
    }
}

void CommitLoop::post(Operation operation) {
    post_with([&] { waiting_.push_back(std::move(operation)); });
}

void CommitLoop::post(std::string_view lane, Operation operation) {
    post_with([&] {
        const auto [row, added] = lanes_.try_emplace(std::string(lane));
        if (added) {
            turns_.push_back(row->first);
        }
        row->second.push_back(std::move(operation));
        ++in_lanes_;
    });
}

/// What the next cycle does: all that has no lane, and of each lane its share.
void CommitLoop::take(std::vector<Operation>& operations) {
    std::swap(operations, waiting_);
    const bool alone = turns_.size() <= 1 && served_alone_ >= writes_alone;
    ++served_alone_;
    for (std::size_t left = turns_.size(); left > 0; --left) {
        const auto lane = lanes_.find(turns_.front());
        turns_.pop_front();
        auto& waiting = lane->second;
        if (lane->first != last_lane_) {
            last_lane_ = lane->first;
            served_alone_ = 0;
        }
        const std::size_t count = std::min(alone ? share_alone : share, waiting.size());
        const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(count);
        std::move(waiting.begin(), end, std::back_inserter(operations));
        waiting.erase(waiting.begin(), end);
        in_lanes_ -= count;
        if (waiting.empty()) {
            lanes_.erase(lane);
        } else {
            turns_.push_back(lane->first);
        }
    }
    taken_ = operations.size();
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
    // Senders and recipients wait for each write, and it for nobody's long computation.
    interrupt_others();
    std::vector<Operation> operations;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [this] { return stopping_ || has_work() || cycle_.has_more(); });
            if (stopping_ && !has_work()) {
                return;
            }
            take(operations);
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
                lanes_.clear();
                turns_.clear();
                in_lanes_ = 0;
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
