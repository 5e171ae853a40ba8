// What operations reads in the log: events with a stable id and fields, written by every layer and
// put on paper by the one implementation in app/. May not carry payload bytes, names of persons or
// text that a peer chose freely (security.md T9).
#pragma once

#include <initializer_list>
#include <string_view>

namespace budstikke {

enum class EventLevel { info, warning, error };

struct EventField {
    std::string_view name;   ///< lower case, a-z and _
    std::string_view value;  ///< ids, HER-ids, organisation numbers, addresses, codes, counts
};

/// Safe to write to from any thread; must not block for long and has no failure to report.
class EventLog {
 public:
    virtual ~EventLog() = default;
    /// `id` is stable for ever, for example `handshake_refused_expired`: alarms match on it.
    virtual void write(
        EventLevel level, std::string_view id, std::initializer_list<EventField> fields
    ) = 0;
};

}  // namespace budstikke
