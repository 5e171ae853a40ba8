// The log: one JSON object a line on standard error, where systemd's journal picks it up. Promises
// that no value can forge a line or a field, valid UTF-8, and no event below the level. May not
// know what the events mean.
#pragma once

#include <memory>
#include <string>

#include "broker/app/config.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"

namespace budstikke::app {

/// `{"time":"2026-11-22T13:05:09.123Z","level":"info","event":"ready",...}` with the fields in the
/// order given, all of them strings.
class JsonEventLog final : public EventLog {
 public:
    /// `clock` outlives it.
    explicit JsonEventLog(const Clock& clock);
    ~JsonEventLog() override;

    void write(EventLevel level, std::string_view id, std::initializer_list<EventField> fields)
        override;
    void set_level(LogLevel level);
    /// Before the process ends without running destructors.
    void flush();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The line without its line feed.
std::string event_line(
    Timestamp now, EventLevel level, std::string_view id, std::initializer_list<EventField> fields
);

}  // namespace budstikke::app
