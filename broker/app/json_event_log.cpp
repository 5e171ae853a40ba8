// The log on standard error through spdlog; json_event_log.hpp says what it promises.
#include "broker/app/json_event_log.hpp"

#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "broker/admin/tokenizer.hpp"

namespace budstikke::app {

namespace {

std::string_view name(EventLevel level) {
    switch (level) {
        case EventLevel::info:
            return "info";
        case EventLevel::warning:
            return "warning";
        case EventLevel::error:
            return "error";
    }
    std::unreachable();
}

spdlog::level::level_enum spdlog_level(EventLevel level) {
    switch (level) {
        case EventLevel::info:
            return spdlog::level::info;
        case EventLevel::warning:
            return spdlog::level::warn;
        case EventLevel::error:
            return spdlog::level::err;
    }
    std::unreachable();
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    std::unreachable();
}

/// The serializer escapes control characters but trusts that strings are UTF-8.
std::string utf8_of(std::string_view text) {
    std::string safe(text);
    if (admin::is_utf8(safe)) return safe;
    for (char& c : safe) {
        if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
    return safe;
}

}  // namespace

struct JsonEventLog::Impl {
    explicit Impl(const Clock& own_clock)
        : clock(own_clock),
          logger("budstikked", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
        logger.set_pattern("%v");
    }

    const Clock& clock;
    spdlog::logger logger;
};

JsonEventLog::JsonEventLog(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}
JsonEventLog::~JsonEventLog() = default;

void JsonEventLog::write(
    EventLevel level, std::string_view id, std::initializer_list<EventField> fields
) {
    const auto spdlog_severity = spdlog_level(level);
    if (!impl_->logger.should_log(spdlog_severity)) return;
    const std::string line = event_line(impl_->clock.now(), level, id, fields);
    impl_->logger.log(spdlog_severity, spdlog::string_view_t(line));
}

void JsonEventLog::set_level(LogLevel level) {
    impl_->logger.set_level(spdlog_level(level));
}

void JsonEventLog::flush() {
    impl_->logger.flush();
}

std::string event_line(
    Timestamp now, EventLevel level, std::string_view id, std::initializer_list<EventField> fields
) {
    boost::json::object line{
        {"time", to_rfc3339(now)}, {"level", name(level)}, {"event", utf8_of(id)}
    };
    // emplace: a field cannot take the place of what stands before it.
    for (const EventField& field : fields)
        line.emplace(utf8_of(field.name), utf8_of(field.value));
    return boost::json::serialize(line);
}

}  // namespace budstikke::app
