// The lines of refusal_log.hpp.
#include "broker/transport/refusal_log.hpp"

#include "broker/base/limits.hpp"

namespace budstikke::transport {

void RefusalLog::note(AdmissionRefusal why, std::string address) {
    auto key = std::pair(why, std::move(address));
    if (lines_.size() >= limits::refusal_log_addresses_max && !lines_.contains(key)) {
        key.second = "others";
    }
    const auto [found, is_new] = lines_.try_emplace(std::move(key));
    ++found->second.unsaid;
    if (is_new || is_time(found->second)) {
        say(*found);
    }
}

void RefusalLog::tick() {
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

void RefusalLog::flush() {
    for (auto& line : lines_) {
        if (line.second.unsaid > 0) {
            say(line);
        }
    }
}

bool RefusalLog::is_time(const Line& line) const {
    return clock_.steady_now() - line.said_at >= time_min_;
}

void RefusalLog::say(Lines::reference which) {
    auto& [key, line] = which;
    events_.write(
        EventLevel::warning, event_id(key.first),
        {{"address", key.second}, {"count", std::to_string(line.unsaid)}}
    );
    line = {.said_at = clock_.steady_now(), .unsaid = 0};
}

}  // namespace budstikke::transport
