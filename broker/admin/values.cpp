// The broker's values as JSON; values.hpp says what it promises.
#include "broker/admin/values.hpp"

#include <utility>

#include <boost/json/array.hpp>

namespace budstikke::admin {

namespace json = boost::json;

namespace {

json::value apprec_name(std::optional<AppRecStatus> status) {
    if (!status) return nullptr;
    switch (*status) {
        case AppRecStatus::ok:
            return "ok";
        case AppRecStatus::rejected:
            return "rejected";
        case AppRecStatus::ok_error_in_part:
            return "ok_error_in_part";
    }
    std::unreachable();
}

json::array json_timeline(const store::DeliveryRecord& delivery) {
    json::array rows;
    for (const store::DeliveryEvent& event : delivery.events) {
        // DeliveryEvent::detail is for the parties of the message only.
        rows.push_back(
            {{"at", to_rfc3339(event.at)},
             {"state", name(event.state)},
             {"cause", name(event.cause)}}
        );
    }
    return rows;
}

json::object json_delivery(const store::DeliveryRecord& delivery) {
    const bool has_apprec = delivery.apprec.has_value();
    return {
        {"recipient", delivery.id.recipient.text()},
        {"queue", delivery.queue.text()},
        {"role", name(delivery.role)},
        {"state", name(delivery.state)},
        {"attempts", delivery.attempts},
        {"due", is_open(delivery.state) ? json_time(delivery.due) : nullptr},
        {"expires_at", json_time(delivery.expires_at)},
        {"apprec_deadline", json_time(delivery.apprec_deadline)},
        {"apprec", apprec_name(delivery.apprec)},
        {"apprec_message", has_apprec ? json::value(delivery.apprec_message.text()) : nullptr},
        {"timeline", json_timeline(delivery)},
    };
}

}  // namespace

json::value json_time(std::optional<Timestamp> time) {
    if (!time || *time == Timestamp{}) return nullptr;
    return json::value(to_rfc3339(*time));
}

std::string_view name(store::Priority priority) {
    switch (priority) {
        case store::Priority::high:
            return "high";
        case store::Priority::normal:
            return "normal";
        case store::Priority::low:
            return "low";
    }
    std::unreachable();
}

json::object json_queue(const pipeline::QueueStatus& queue) {
    return {
        {"queue", queue.queue.text()},
        {"waiting", queue.waiting},
        {"in_flight", queue.in_flight},
        {"consumers", queue.consumers},
        {"paused", queue.paused},
        {"held", queue.held},
        {"oldest", json_time(queue.oldest)},
    };
}

json::object json_message(const pipeline::MessageStatus& status) {
    const store::MessageRecord& message = status.message;
    json::array deliveries;
    for (const auto& delivery : status.deliveries)
        deliveries.push_back(json_delivery(delivery));
    return {
        {"id", message.id.text()},
        {"message_id", message.envelope.message_id},
        {"sender", message.sender.text()},
        {"submitted_by", message.submitted_by},
        {"accepted_at", json_time(message.accepted_at)},
        {"format", message.envelope.format},
        {"standard", message.envelope.standard},
        {"version", message.envelope.version},
        {"action", message.envelope.action},
        {"priority", name(message.priority)},
        {"bytes", message.size},
        {"payload_erased", status.payload_erased},
        {"deliveries", std::move(deliveries)},
    };
}

}  // namespace budstikke::admin
