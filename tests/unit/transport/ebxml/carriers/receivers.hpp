// Receivers that tests stand behind listeners: one that remembers and answers as told, and can be
// held up. And a log that can be waited for.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "broker/base/event_log.hpp"
#include "broker/transport/ebxml/service/receiver.hpp"

namespace budstikke::ebxml::test {

class RememberingReceiver final : public Receiver {
 public:
    using Answer = std::function<Reception(const Arrival&)>;

    Reception receive(const Arrival& arrival) override {
        Answer answer;
        {
            std::unique_lock lock(mutex_);
            packages_.emplace_back(arrival.bytes);
            sources_.emplace_back(arrival.source);
            changed_.notify_all();
            changed_.wait(lock, [this] { return !held_; });
            answer = answer_;
        }
        return answer ? answer(arrival) : Reception{};
    }

    void set_answer(Answer answer) {
        const std::lock_guard lock(mutex_);
        answer_ = std::move(answer);
    }
    /// What comes waits until release().
    void hold() { set_held(true); }
    void release() { set_held(false); }
    /// False where so many do not come in time.
    bool wait_for(std::size_t count, std::chrono::seconds patience = std::chrono::seconds(120)) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return packages_.size() >= count; });
    }
    std::vector<std::string> packages() const {
        const std::lock_guard lock(mutex_);
        return packages_;
    }
    std::vector<std::string> sources() const {
        const std::lock_guard lock(mutex_);
        return sources_;
    }

 private:
    void set_held(bool held) {
        const std::lock_guard lock(mutex_);
        held_ = held;
        changed_.notify_all();
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> packages_;
    std::vector<std::string> sources_;
    Answer answer_;
    bool held_ = false;
};

class Events final : public EventLog {
 public:
    void write(EventLevel level, std::string_view id, std::initializer_list<EventField> fields)
        override {
        static_cast<void>(level);
        std::string text(id);
        for (const EventField& field : fields) {
            text += " " + std::string(field.name) + "=" + std::string(field.value);
        }
        const std::lock_guard lock(mutex_);
        events_.push_back(text);
        changed_.notify_all();
    }
    /// An event whose text begins so; false where none comes in time.
    bool wait_for(
        std::string_view start, std::size_t count = 1,
        std::chrono::milliseconds patience = std::chrono::seconds(120)
    ) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return counted(start) >= count; });
    }
    std::size_t count(std::string_view start) const {
        const std::lock_guard lock(mutex_);
        return counted(start);
    }

 private:
    std::size_t counted(std::string_view start) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            events_, [&](const std::string& event) { return event.starts_with(start); }
        ));
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> events_;
};

}  // namespace budstikke::ebxml::test
