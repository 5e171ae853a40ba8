// What has to be done as time passes: the ticks of the node's parts, and a look at the dates of
// certificates and revocation lists before they hurt. On a thread of its own. May not know sockets.
#pragma once

#include <memory>
#include <optional>

#include "broker/app/node.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"

namespace budstikke::app {

class Caretaker {
 public:
    /// Works until it goes; all references outlive it.
    Caretaker(Node& node, const Clock& clock, EventLog& events);
    ~Caretaker();  ///< waits for a tick that runs
    Caretaker(const Caretaker&) = delete;
    Caretaker& operator=(const Caretaker&) = delete;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The alarm that a date deserves: the days of the step that was passed last, nothing while the
/// date is further away than the first step.
std::optional<int> alarm_days(Timestamp now, Timestamp end);

}  // namespace budstikke::app
