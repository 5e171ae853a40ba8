// The lines of door_log.hpp.
#include "broker/transport/door_log.hpp"

#include "broker/base/limits.hpp"

namespace budstikke::transport {

void DoorLog::note(std::string event_id, std::string address) {
    auto key = std::pair(std::move(event_id), std::move(address));
    if (lines_.size() >= limits::refusal_log_addresses_max && !lines_.contains(key)) {
        key.second = "others";
    }
    const auto [found, is_new] = lines_.try_emplace(std::move(key));
    ++found->second.unsaid;
    if (is_new || is_time(found->second)) {
        say(*found);
    }
}

void DoorLog::tick() {
    for (auto at = lines_.begin(); at != lines_.end();) {
        if (!is_time(at->second)) {
            ++at;
        } else if (at->second.unsaid == 0) {
            at = lines_.erase(at);
        } else {
            say(*at++);
        }
    }
}

void DoorLog::flush() {
    for (auto& line : lines_) {
        if (line.second.unsaid > 0) {
            say(line);
        }
    }
}

bool DoorLog::is_time(const Line& line) const {
    return clock_.steady_now() - line.said_at >= time_min_;
}

void DoorLog::say(Lines::reference which) {
    auto& [key, line] = which;
    events_.write(
        level_, key.first, {{"address", key.second}, {"count", std::to_string(line.unsaid)}}
    );
    line = {.said_at = clock_.steady_now(), .unsaid = 0};
}

}  // namespace budstikke::transport
