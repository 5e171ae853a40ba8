// Signals and Faults that go by themselves, after the exchange that they answer. Promises that one
// slow partner holds up no listener, that memory is bounded, and that each is tried once: whoever
// misses a signal sends his message again, and gets it then. May not know what a signal says.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "broker/base/event_log.hpp"
#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/mime/writer.hpp"
#include "broker/transport/ebxml/service/carrier.hpp"

namespace budstikke::ebxml {

struct WaitingSignal {
    std::string endpoint;
    Package package;
    std::string from_address;
    std::string mail_id;
    std::string in_reply_to;
};

class SignalQueue {
 public:
    /// `carrier` and `events` outlive it.
    SignalQueue(
        Carrier& carrier, EventLog& events, std::size_t senders,
        std::size_t waiting_max = limits::ebxml_signals_waiting_max
    );
    ~SignalQueue();  ///< stop()
    SignalQueue(const SignalQueue&) = delete;
    SignalQueue& operator=(const SignalQueue&) = delete;

    /// Any thread. False where too many wait, or it was stopped: then it is left out.
    bool push(WaitingSignal signal);
    /// Waits for those under way; the others are left out.
    void stop();
    std::size_t waiting() const;

 private:
    void work(const std::stop_token& stopping);

    Carrier& carrier_;
    EventLog& events_;
    std::size_t waiting_max_;
    mutable std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::deque<WaitingSignal> waiting_;
    bool stopped_ = false;
    std::vector<std::jthread> senders_;  ///< the last member: they use all others
};

}  // namespace budstikke::ebxml
