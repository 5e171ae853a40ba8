#include "broker/transport/ebxml/service/fair_queue.hpp"

#include <utility>

namespace budstikke::ebxml {

void FairQueue::put(const std::string& partner, Job job) {
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_) {
            return;
        }
        lines_[partner].jobs.push_back(std::move(job));
        ++size_;
    }
    changed_.notify_one();
}

bool FairQueue::has_room(const Line& line, SteadyTime now) const {
    if (line.rests_until) {
        // One finds out for all whether the partner is there again.
        return *line.rests_until <= now && line.under_way == 0;
    }
    return line.under_way < at_once_max_;
}

/// The first after the last one that may go, round the circle.
FairQueue::Lines::iterator FairQueue::next() {
    const auto now = clock_.steady_now();
    auto at = lines_.upper_bound(last_);
    for (std::size_t seen = 0; seen < lines_.size(); ++seen, ++at) {
        if (at == lines_.end()) {
            at = lines_.begin();
        }
        if (!at->second.jobs.empty() && has_room(at->second, now)) {
            return at;
        }
    }
    return lines_.end();
}

void FairQueue::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        auto line = lines_.end();
        changed_.wait(lock, [&] {
            line = stopping_ ? lines_.end() : next();
            return stopping_ || line != lines_.end();
        });
        if (stopping_) {
            return;
        }
        last_ = line->first;
        Job job = std::move(line->second.jobs.front());
        line->second.jobs.pop_front();
        ++line->second.under_way;
        --size_;
        lock.unlock();
        job();
        job = nullptr;
        lock.lock();
        // No line is erased while one of its jobs is under way.
        end_job(line);
    }
}

void FairQueue::end_job(Lines::iterator line) {
    Line& done = line->second;
    --done.under_way;
    if (done.jobs.empty() && done.under_way == 0 && !done.rests_until) {
        lines_.erase(line);
    }
    changed_.notify_all();
}

bool FairQueue::try_enter(const std::string& partner) {
    const std::scoped_lock lock(mutex_);
    const auto line = lines_.find(partner);
    if (stopping_ || (line != lines_.end() && !has_room(line->second, clock_.steady_now()))) {
        return false;
    }
    ++lines_[partner].under_way;
    return true;
}

void FairQueue::leave(const std::string& partner) {
    const std::scoped_lock lock(mutex_);
    end_job(lines_.find(partner));
}

void FairQueue::rest(const std::string& partner, SteadyTime until) {
    const std::scoped_lock lock(mutex_);
    lines_[partner].rests_until = until;
}

void FairQueue::recover(const std::string& partner) {
    {
        const std::scoped_lock lock(mutex_);
        const auto line = lines_.find(partner);
        if (line == lines_.end() || !line->second.rests_until) {
            return;
        }
        line->second.rests_until.reset();
    }
    changed_.notify_all();
}

Duration FairQueue::rest_left(const std::string& partner) const {
    const std::scoped_lock lock(mutex_);
    const auto line = lines_.find(partner);
    if (line == lines_.end() || !line->second.rests_until) {
        return Duration();
    }
    const auto left = *line->second.rests_until - clock_.steady_now();
    return std::max(std::chrono::ceil<Duration>(left), Duration());
}

void FairQueue::wake() {
    changed_.notify_all();
}

void FairQueue::stop() {
    std::map<std::string, Line, std::less<>> dropped;
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        size_ = 0;
        for (auto& [partner, line] : lines_) {
            dropped[partner].jobs = std::exchange(line.jobs, {});
        }
    }
    changed_.notify_all();
}

std::size_t FairQueue::size() const {
    const std::scoped_lock lock(mutex_);
    return size_;
}

std::size_t FairQueue::size_of(const std::string& partner) const {
    const std::scoped_lock lock(mutex_);
    const auto line = lines_.find(partner);
    return line == lines_.end() ? 0 : line->second.jobs.size();
}

}  // namespace budstikke::ebxml
