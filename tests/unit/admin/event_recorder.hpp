// An event log that a test can look into.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "broker/base/event_log.hpp"

namespace budstikke::admin {

class EventRecorder final : public EventLog {
 public:
    struct Event {
        EventLevel level;
        std::string id;
        std::map<std::string, std::string> fields;
    };

    void write(EventLevel level, std::string_view id, std::initializer_list<EventField> fields)
        override {
        Event event{.level = level, .id = std::string(id), .fields = {}};
        for (const EventField& field : fields)
            event.fields.emplace(field.name, field.value);
        const std::scoped_lock lock(mutex_);
        events_.push_back(std::move(event));
    }

    std::vector<Event> all(std::string_view id) const {
        const std::scoped_lock lock(mutex_);
        std::vector<Event> found;
        for (const Event& event : events_) {
            if (event.id == id) found.push_back(event);
        }
        return found;
    }

 private:
    mutable std::mutex mutex_;
    std::vector<Event> events_;
};

}  // namespace budstikke::admin
