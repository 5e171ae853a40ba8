// Commands about queues: what waits for whom, pausing and resuming.
#include <utility>

#include <boost/json/array.hpp>

#include "broker/admin/command_functions.hpp"
#include "broker/admin/values.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::admin::run {

namespace json = boost::json;

namespace {

json::array json_rows(const pipeline::QueueDetail& detail) {
    json::array rows;
    for (const pipeline::QueueRow& row : detail.rows) {
        rows.push_back(
            {{"delivery", row.delivery.text()},
             {"sender", row.sender.text()},
             {"priority", name(row.priority)},
             {"attempts", row.attempts},
             {"in_flight", row.in_flight},
             {"due", json_time(row.due)}}
        );
    }
    return rows;
}

void pause(Call call, bool paused) {
    auto her_id = her_id_of(call.invocation.arguments[0]);
    if (!her_id) return call.done(std::unexpected(std::move(her_id).error()));
    const bool dry_run = call.invocation.dry_run;
    // A queue outlives its party, so an unknown one is no error; a mistyped HER-id should be seen.
    const bool known = call.context.broker.directory()->find(*her_id) != nullptr;
    json::object answer{
        {"queue", her_id->text()}, {"paused", paused}, {"party_known", known}, {"dry_run", dry_run}
    };
    if (dry_run) return call.done(std::move(answer));
    pipeline::Broker& broker = call.context.broker;
    pipeline::Authority by = std::move(call.by);
    broker.pause(
        std::move(by), *std::move(her_id), paused, finish(std::move(call), std::move(answer))
    );
}

}  // namespace

void queue_list(Call call) {
    const pipeline::Broker& broker = call.context.broker;
    broker.queues([call = std::move(call)](std::vector<pipeline::QueueStatus> queues) mutable {
        const auto& defer = call.context.defer;
        defer([call = std::move(call), queues = std::move(queues)]() mutable {
            json::array rows;
            const bool more = queues.size() > limits::listing_rows_max;
            if (more) queues.resize(limits::listing_rows_max);
            for (const auto& queue : queues)
                rows.push_back(json_queue(queue));
            call.done(json::object{{"queues", std::move(rows)}, {"more", more}});
        });
    });
}

void queue_show(Call call) {
    auto her_id = her_id_of(call.invocation.arguments[0]);
    if (!her_id) return call.done(std::unexpected(std::move(her_id).error()));
    const auto rows_max = rows_of(call.invocation);
    if (!rows_max) return call.done(std::unexpected(rows_max.error()));
    const pipeline::Broker& broker = call.context.broker;
    auto answer = [call = std::move(call)](pipeline::QueueDetail detail) mutable {
        const auto& defer = call.context.defer;
        defer([call = std::move(call), detail = std::move(detail)]() mutable {
            json::object values = json_queue(detail.status);
            values["deliveries"] = json_rows(detail);
            call.done(std::move(values));
        });
    };
    broker.queue(*std::move(her_id), *rows_max, std::move(answer));
}

void queue_pause(Call call) {
    pause(std::move(call), true);
}
void queue_resume(Call call) {
    pause(std::move(call), false);
}

}  // namespace budstikke::admin::run
