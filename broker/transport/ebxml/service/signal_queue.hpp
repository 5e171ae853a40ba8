// Signals and Faults that go by themselves, after the exchange that they answer. Promises that one
// slow partner holds up neither a listener nor another partner's signals, that memory is bounded,
// and that each is tried once: whoever misses a signal sends his message again, and gets it then.
// May not know what a signal says.
#pragma once

#include <cstddef>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/mime/writer.hpp"
#include "broker/transport/ebxml/service/carrier.hpp"
#include "broker/transport/ebxml/service/fair_queue.hpp"

namespace budstikke::ebxml {

struct WaitingSignal {
    std::string line;  ///< the partner's organisation: it waits for nobody else's
    std::string endpoint;
    Package package;
    std::string from_address;
    std::string mail_id;
    std::string in_reply_to;
};

/// The line of what goes to whoever sent us a mail.
inline constexpr std::string_view strangers_line = " strangers";

class SignalQueue {
 public:
    /// The others outlive it. Of each line at most half of `senders` are under way, and at most a
    /// quarter of `waiting_max` wait. After an attempt that reached nobody the line rests as long
    /// as the attempt took, between one second and thirty, and then goes one at a time until one
    /// arrives.
    SignalQueue(
        Carrier& carrier, EventLog& events, const Clock& clock, std::size_t senders,
        std::size_t waiting_max = limits::ebxml_signals_waiting_max
    );
    ~SignalQueue();  ///< stop()
    SignalQueue(const SignalQueue&) = delete;
    SignalQueue& operator=(const SignalQueue&) = delete;

    /// Any thread. False where too many wait, or it was stopped: then it is left out.
    bool push(WaitingSignal signal);
    /// Looks again who has rested long enough: about once a second.
    void tick();
    /// Ends those under way, and waits for them; the others are left out.
    void stop();
    std::size_t waiting() const;

 private:
    void send(const WaitingSignal& signal);

    Carrier& carrier_;
    EventLog& events_;
    const Clock& clock_;
    const std::size_t waiting_max_;
    FairQueue queue_;
    std::stop_source stopping_;          ///< of the attempts under way
    std::mutex mutex_;                   ///< one pusher at a time: none takes another's room
    bool stopped_ = false;               ///< by mutex_
    std::vector<std::jthread> senders_;  ///< the last member: they use all others
};

}  // namespace budstikke::ebxml
