#include "tests/crash/oracle.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <numeric>
#include <utility>

namespace budstikke::crash {
namespace {

constexpr std::size_t report_lines_max = 50;

}  // namespace

std::string_view name(Fault fault) {
    constexpr std::array<std::string_view, fault_kinds> names{
        "lost", "duplicated", "reordered", "damaged", "unsent", "answer", "changed", "outcome",
    };
    return names[static_cast<std::size_t>(fault)];
}

std::uint64_t Counts::all_faults() const {
    return std::accumulate(faults.begin(), faults.end(), std::uint64_t{0});
}

void Oracle::note(Fault kind, const std::string& what) {
    ++counts_.faults[static_cast<std::size_t>(kind)];
    if (report_.size() < report_lines_max) {
        report_.push_back(std::string(name(kind)) + ": " + what);
    }
}

void Oracle::progress() {
    ++steps_;
    changed_.notify_all();
}

std::uint64_t Oracle::open_of(const Message& message) {
    if (!message.acknowledged) {
        return 1;
    }
    return static_cast<std::uint64_t>(std::ranges::count_if(message.traces, [](const Trace& trace) {
        return !trace.settled;
    }));
}

Oracle::Message* Oracle::find(const std::string& id) {
    const auto found = index_.find(id);
    return found == index_.end() ? nullptr : &messages_[found->second];
}

Oracle::Trace* Oracle::find(Message& message, const std::string& recipient) {
    const auto found = std::ranges::find(message.traces, recipient, &Trace::recipient);
    return found == message.traces.end() ? nullptr : &*found;
}

void Oracle::share(const std::string& recipient) {
    const std::lock_guard lock(mutex_);
    shared_[recipient] = true;
}

void Oracle::sent(Sent message) {
    const std::lock_guard lock(mutex_);
    const auto [at, added] = index_.try_emplace(message.id, messages_.size());
    if (!added) {
        return;  // sent again: it is judged as the one that it is
    }
    Message& row = messages_.emplace_back();
    row.number = ++counts_.sent;
    row.traces.reserve(message.recipients.size());
    for (auto& recipient : std::exchange(message.recipients, {})) {
        row.traces.emplace_back().recipient = std::move(recipient);
    }
    row.sent = std::move(message);
    open_ += open_of(row);
}

void Oracle::accepted(const std::string& id, const std::string& broker_id, bool repeated) {
    const std::size_t known_as = std::hash<std::string>()(broker_id);
    const std::lock_guard lock(mutex_);
    Message* const message = find(id);
    if (message == nullptr) {
        note(Fault::answer, "a receipt for what nobody sent: " + id);
    } else if (broker_id.empty()) {
        note(Fault::answer, "accepted without an id of the broker: " + id);
    } else if (message->acknowledged && message->broker_id != known_as) {
        note(Fault::duplicated, "accepted a second time as another message: " + id);
    } else if (message->acknowledged && !repeated) {
        note(Fault::answer, "a repetition is not called one: " + id);
    } else if (!message->acknowledged) {
        open_ -= open_of(*message);
        message->acknowledged = true;
        message->broker_id = known_as;
        open_ += open_of(*message);
        ++counts_.acknowledged;
    }
    progress();
}

void Oracle::judge_order(const Message& message, const std::string& recipient) {
    if (!message.sent.by_one_connection) {
        return;
    }
    const std::string what = message.sent.id + " to " + recipient;
    if (!message.sent.conversation.empty()) {
        auto& last = conversations_[{message.sent.sender, recipient, message.sent.conversation}];
        if (message.number < last) {
            note(Fault::reordered, what + " came after its successor in the conversation");
        }
        last = std::max(last, message.number);
        return;
    }
    // A conversation waits for the settlement of its last delivery, and others overtake it
    // meanwhile; one that is the only one of its conversation waits for nobody.
    Pair& pair = pairs_[{message.sent.sender, recipient}];
    if (message.number < pair.last && !pair.released && !shared_.contains(recipient)) {
        note(Fault::reordered, what + " came after a later one of the same sender");
    }
    pair.last = std::max(pair.last, message.number);
}

void Oracle::received(const Received& delivery) {
    const std::string what = delivery.id + " to " + delivery.recipient;
    const std::size_t delivery_id = std::hash<std::string>()(delivery.delivery_id);
    const std::lock_guard lock(mutex_);
    Message* const message = find(delivery.id);
    Trace* const trace = message == nullptr ? nullptr : find(*message, delivery.recipient);
    if (trace == nullptr) {
        note(Fault::unsent, what);
        return progress();
    }
    if (delivery.digest != message->sent.digest) {
        note(Fault::damaged, what);
    }
    trace->settling = false;
    if (!trace->came) {
        trace->came = true;
        trace->delivery_id = delivery_id;
        ++counts_.delivered;
        judge_order(*message, delivery.recipient);
        if (!message->sent.answers.empty()) {
            answered_.insert({message->sent.answers, message->sent.sender});
        }
    } else if (trace->delivery_id != delivery_id) {
        note(Fault::duplicated, what + " came a second time as another delivery");
    } else if (trace->settled) {
        note(Fault::duplicated, what + " came again after its settlement was confirmed");
    } else if (!delivery.redelivered) {
        note(Fault::duplicated, what + " came again unmarked");
    } else {
        ++counts_.redelivered;
    }
    progress();
}

void Oracle::released(const std::string& id, const std::string& recipient) {
    const std::lock_guard lock(mutex_);
    if (const Message* const message = find(id); message != nullptr) {
        pairs_[{message->sent.sender, recipient}].released = true;
    }
    progress();
}

void Oracle::settling(const std::string& id, const std::string& recipient) {
    const std::lock_guard lock(mutex_);
    Message* const message = find(id);
    if (Trace* const trace = message == nullptr ? nullptr : find(*message, recipient)) {
        trace->settling = true;
    }
}

void Oracle::settle(Message& message, Trace& trace) {
    open_ -= open_of(message);
    trace.settled = true;
    open_ += open_of(message);
}

void Oracle::settled(const std::string& id, const std::string& recipient) {
    const std::lock_guard lock(mutex_);
    Message* const message = find(id);
    if (Trace* const trace = message == nullptr ? nullptr : find(*message, recipient)) {
        settle(*message, *trace);
    }
    progress();
}

void Oracle::ended(const std::string& id, const std::string& recipient) {
    const std::lock_guard lock(mutex_);
    Message* const message = find(id);
    Trace* const trace = message == nullptr ? nullptr : find(*message, recipient);
    if (trace == nullptr || !trace->settling) {
        note(Fault::lost, id + " to " + recipient + " is called ended, and nobody settled it");
    } else {
        settle(*message, *trace);
    }
    progress();
}

void Oracle::fault(Fault kind, const std::string& what) {
    const std::lock_guard lock(mutex_);
    note(kind, what);
    progress();
}

bool Oracle::wait_until_quiet(Duration stall_max) {
    std::unique_lock lock(mutex_);
    while (open_ > 0) {
        const std::uint64_t before = steps_;
        if (!changed_.wait_for(lock, stall_max, [&] { return open_ == 0 || steps_ != before; })) {
            return false;
        }
    }
    return true;
}

void Oracle::judge_open() {
    const std::lock_guard lock(mutex_);
    for (const Message& message : messages_) {
        if (!message.acknowledged) {
            note(Fault::answer, message.sent.id + " was never answered");
            continue;
        }
        for (const Trace& trace : message.traces) {
            if (!trace.came) {
                note(Fault::lost, message.sent.id + " to " + trace.recipient);
            } else if (!trace.settled) {
                note(
                    Fault::lost, message.sent.id + " is open for " + trace.recipient +
                                     ", but does not come again"
                );
            }
        }
    }
}

std::vector<Oracle::Waiting> Oracle::unconfirmed_since(std::uint64_t first) const {
    const std::lock_guard lock(mutex_);
    std::vector<Waiting> waiting;
    for (std::size_t at = first; at < messages_.size(); ++at) {
        const Message& message = messages_[at];
        for (const Trace& trace : message.traces) {
            if (trace.came && !trace.settled) {
                waiting.push_back({
                    .id = message.sent.id,
                    .sender = message.sent.sender,
                    .recipient = trace.recipient,
                });
            }
        }
    }
    return waiting;
}

std::vector<Oracle::Acknowledged> Oracle::acknowledged_since(std::uint64_t first) const {
    const std::lock_guard lock(mutex_);
    std::vector<Acknowledged> rows;
    for (std::size_t at = first; at < messages_.size(); ++at) {
        const Message& message = messages_[at];
        if (!message.acknowledged) {
            continue;
        }
        auto& row = rows.emplace_back();
        row.number = message.number;
        row.id = message.sent.id;
        row.sender = message.sent.sender;
        for (const Trace& trace : message.traces) {
            row.recipients.push_back(trace.recipient);
        }
    }
    return rows;
}

bool Oracle::was_answered(const std::string& id, const std::string& recipient) const {
    const std::lock_guard lock(mutex_);
    return answered_.contains({id, recipient});
}

Counts Oracle::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

std::vector<std::string> Oracle::report() const {
    const std::lock_guard lock(mutex_);
    return report_;
}

}  // namespace budstikke::crash
