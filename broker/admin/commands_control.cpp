// Commands about the process: its audit, reload, drain and stop.
#include <limits>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include "broker/admin/command_functions.hpp"
#include "broker/admin/values.hpp"

namespace budstikke::admin::run {

namespace json = boost::json;

namespace {

/// Records the command, and only then, on the admin's own thread, does it.
template <typename Act>
void record_and(Call call, Act act) {
    pipeline::Broker& broker = call.context.broker;
    pipeline::Authority by = std::move(call.by);
    auto recorded = [call = std::move(call), act = std::move(act)](Result<void> result) mutable {
        if (!result) return call.done(std::unexpected(std::move(result).error()));
        const auto& defer = call.context.defer;
        defer([call = std::move(call), act = std::move(act)]() mutable {
            call.done(act(call.context));
        });
    };
    broker.audit(std::move(by), std::move(recorded));
}

Outcome reload_answer(const ReloadReport& report, bool dry_run) {
    if (!report.faults.empty()) {
        std::string detail = "nothing was changed:";
        std::string_view before = " ";
        for (const directory::Fault& fault : report.faults) {
            detail.append(before).append(directory::to_text(fault));
            before = "; ";
        }
        return fail(Errc::invalid_argument, std::move(detail));
    }
    return json::object{
        {"reloaded", json::value_from(report.reloaded)},
        {"restart_needed", json::value_from(report.restart_needed)},
        {"dry_run", dry_run},
    };
}

}  // namespace

void audit_list(Call call) {
    const auto rows_max = rows_of(call.invocation);
    if (!rows_max) return call.done(std::unexpected(rows_max.error()));
    store::Position after = 0;
    if (const std::string* text = call.invocation.option("--after")) {
        const auto position = number_of(*text, std::numeric_limits<std::uint64_t>::max());
        if (!position) return call.done(std::unexpected(position.error()));
        after = *position;
    }
    const auto records = call.context.broker.audit_records(after, *rows_max);
    if (!records) return call.done(std::unexpected(records.error()));
    json::array rows;
    for (const store::AuditRecord& record : *records) {
        rows.push_back(
            {{"position", record.position},
             {"at", json_time(record.at)},
             {"who", record.who},
             {"role", record.role},
             {"outcome", record.outcome},
             {"command", record.command},
             {"reason", record.reason}}
        );
    }
    call.done(json::object{{"records", std::move(rows)}});
}

void reload(Call call) {
    if (call.invocation.dry_run) {
        return call.done(reload_answer(call.context.host.reload(true), true));
    }
    record_and(std::move(call), [](Context& context) {
        return reload_answer(context.host.reload(false), false);
    });
}

void drain(Call call) {
    const bool draining = call.invocation.option("--off") == nullptr;
    const bool dry_run = call.invocation.dry_run;
    json::object answer{{"draining", draining}, {"dry_run", dry_run}};
    if (dry_run) return call.done(std::move(answer));
    record_and(
        std::move(call),
        [draining, answer = std::move(answer)](Context& context) -> Outcome {
            context.host.drain(draining);
            return answer;
        }
    );
}

void stop(Call call) {
    const bool dry_run = call.invocation.dry_run;
    json::object answer{{"stopping", true}, {"dry_run", dry_run}};
    if (dry_run) return call.done(std::move(answer));
    record_and(std::move(call), [answer = std::move(answer)](Context& context) -> Outcome {
        context.host.stop();
        return answer;
    });
}

}  // namespace budstikke::admin::run
