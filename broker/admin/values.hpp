// How the broker's values are written in answers: times, ids, states. One place, so that a name
// means the same in every command.
#pragma once

#include <optional>

#include <boost/json/value.hpp>

#include "broker/base/clock.hpp"
#include "broker/pipeline/status.hpp"

namespace budstikke::admin {

/// RFC 3339; null for the time that is none.
boost::json::value json_time(std::optional<Timestamp> time);

std::string_view name(store::Priority priority);

boost::json::object json_queue(const pipeline::QueueStatus& queue);

/// What operations may see of a message: never the texts that its parties wrote.
boost::json::object json_message(const pipeline::MessageStatus& status);

}  // namespace budstikke::admin
