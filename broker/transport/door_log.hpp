// What the log says of connections at the door, where a flood would otherwise fill the disk: the
// first at once, then one line in a time for each address and event, with how many it stands for.
// Promises that each is counted in one line. May not know sockets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"

namespace budstikke::transport {

/// Belongs to the thread that accepts.
class DoorLog {
 public:
    /// `events` and `clock` outlive it. Zero as `time_min`: a line for each.
    DoorLog(EventLog& events, const Clock& clock, Duration time_min, EventLevel level)
        : events_(events), clock_(clock), time_min_(time_min), level_(level) {}

    /// Beyond limits::refusal_log_addresses_max, the address stands as `others`.
    void note(std::string event_id, std::string address);
    /// Says what was counted and whose time has come. Now and then, so that the end of a flood is
    /// told, too.
    void tick();
    /// Says all that was counted.
    void flush();

 private:
    struct Line {
        SteadyTime said_at;
        std::uint64_t unsaid = 0;
    };
    using Lines = std::map<std::pair<std::string, std::string>, Line>;  ///< by event and address

    bool is_time(const Line& line) const;
    void say(Lines::reference which);

    EventLog& events_;
    const Clock& clock_;
    const Duration time_min_;
    const EventLevel level_;
    Lines lines_;
};

}  // namespace budstikke::transport
