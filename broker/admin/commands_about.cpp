// Commands about the broker itself: help, status, sessions, keys.
#include <utility>

#include <boost/json/array.hpp>

#include "broker/admin/command_functions.hpp"
#include "broker/admin/values.hpp"

namespace budstikke::admin::run {

namespace json = boost::json;

namespace {

json::array json_roles(RoleSet admits) {
    json::array roles;
    for (const Role role : {Role::viewer, Role::operator_, Role::admin, Role::auditor}) {
        // The ladder: what admits the viewer admits the operator too.
        if (with_lower(role).meets(admits)) roles.push_back(json::value(name(role)));
    }
    return roles;
}

json::object explain(const CommandSpec& spec) {
    return {
        {"usage", usage(spec)},    {"roles", json_roles(spec.admits)}, {"changing", spec.changing},
        {"text_en", spec.text_en}, {"text_no", spec.text_no},
    };
}

json::object json_counters(const pipeline::Counters& counters) {
    return {
        {"accepted", counters.accepted},
        {"repeated", counters.repeated},
        {"refused", counters.refused},
        {"conflicts", counters.conflicts},
        {"offered", counters.offered},
        {"settled", counters.settled},
        {"confirmed", counters.confirmed},
        {"rejected", counters.rejected},
        {"dead_lettered", counters.dead_lettered},
        {"expired", counters.expired},
        {"apprec_incidents", counters.apprec_incidents},
        {"refused_changes", counters.refused_changes},
        {"commits", counters.commits},
        {"compaction_failures", counters.compaction_failures},
    };
}

json::value json_disk(const Result<store::Store::Usage>& usage) {
    if (!usage) return json::object{{"error", name(usage.error().code)}};
    return json::object{
        {"store_bytes", usage->bytes_on_disk},
        {"free_bytes", usage->bytes_free},
        {"total_bytes", usage->bytes_total},
    };
}

json::array json_certificates(const HostFacts& facts, Timestamp now) {
    json::array rows;
    for (const CertificateFacts& certificate : facts.certificates) {
        const auto left = std::chrono::floor<std::chrono::days>(certificate.not_after - now);
        rows.push_back(
            {{"use", certificate.use},
             {"not_after", json_time(certificate.not_after)},
             {"days_left", left.count()},
             {"subject", certificate.subject}}
        );
    }
    return rows;
}

json::array json_revocation(const HostFacts& facts, Timestamp now) {
    json::array rows;
    for (const RevocationFacts& list : facts.revocation_lists) {
        const auto age = std::chrono::floor<std::chrono::seconds>(now - list.this_update);
        rows.push_back(
            {{"age_seconds", age.count()},
             {"next_update", json_time(list.next_update)},
             {"stale", list.next_update <= now},
             {"issuer", list.issuer}}
        );
    }
    return rows;
}

json::array json_listeners(const HostFacts& facts) {
    json::array rows;
    for (const ListenerFacts& listener : facts.listeners) {
        rows.push_back({{"name", listener.name}, {"address", listener.address}});
    }
    return rows;
}

json::object status_answer(Context& context, const std::vector<pipeline::QueueStatus>& queues) {
    const HostFacts facts = context.host.facts();
    const pipeline::Counters counters = context.broker.counters();
    const Timestamp now = context.clock.now();
    const auto uptime = std::chrono::floor<std::chrono::seconds>(now - facts.started_at);
    json::array held;
    for (const HerId& her_id : context.broker.held())
        held.push_back(json::value(her_id.text()));
    json::array paused;
    for (const auto& queue : queues) {
        if (queue.paused) paused.push_back(json::value(queue.queue.text()));
    }
    return {
        {"version", facts.version},
        {"started_at", json_time(facts.started_at)},
        {"uptime_seconds", uptime.count()},
        {"accepting", counters.accepting},
        {"draining", context.broker.draining()},
        {"schemas", facts.has_schemas},
        {"sessions", facts.sessions},
        {"consumers", counters.consumers},
        {"open_deliveries", counters.open_deliveries},
        {"bytes_in_flight", counters.bytes_in_flight},
        {"held_parties", std::move(held)},
        {"paused_queues", std::move(paused)},
        {"counters", json_counters(counters)},
        {"disk", json_disk(context.host.usage())},
        {"listeners", json_listeners(facts)},
        {"certificates", json_certificates(facts, now)},
        {"revocation_lists", json_revocation(facts, now)},
    };
}

}  // namespace

void help(Call call) {
    const auto& words = call.invocation.arguments;
    if (!words.empty()) {
        const CommandSpec* spec =
            find_command(words.size() == 1 ? words[0] : words[0] + ' ' + words[1]);
        if (spec == nullptr) return call.done(fail(Errc::not_found, "no such command"));
        return call.done(explain(*spec));
    }
    const std::string* language = call.invocation.option("--lang");
    if (language != nullptr && *language != "en" && *language != "no") {
        return call.done(fail(Errc::invalid_argument, "--lang is en or no"));
    }
    const bool norwegian = language != nullptr && *language == "no";
    json::array rows;
    for (const CommandSpec& spec : commands()) {
        rows.push_back(
            {{"usage", usage(spec)},
             {"roles", json_roles(spec.admits)},
             {"text", norwegian ? spec.text_no : spec.text_en}}
        );
    }
    call.done(json::object{{"commands", std::move(rows)}});
}

void status(Call call) {
    pipeline::Broker& broker = call.context.broker;
    broker.queues([call = std::move(call)](std::vector<pipeline::QueueStatus> queues) mutable {
        // The rest asks the disk and the host, which the commit thread must not wait for.
        const auto& defer = call.context.defer;
        defer([call = std::move(call), queues = std::move(queues)]() mutable {
            call.done(status_answer(call.context, queues));
        });
    });
}

void sessions(Call call) {
    json::array rows;
    for (const SessionFacts& session : call.context.host.sessions()) {
        rows.push_back(
            {{"listener", session.listener},
             {"organisation", session.organisation},
             {"address", session.address},
             {"since", json_time(session.since)},
             {"submissions", session.submissions},
             {"deliveries", session.deliveries},
             {"software", session.software}}
        );
    }
    call.done(json::object{{"sessions", std::move(rows)}});
}

void keys(Call call) {
    const auto facts = call.context.host.keys();
    if (!facts) return call.done(std::unexpected(facts.error()));
    json::array rows;
    for (const KeyFacts::Key& key : facts->keys) {
        rows.push_back(
            {{"id", key.id}, {"current", key.current}, {"loaded", key.loaded}, {"wraps", key.wraps}}
        );
    }
    call.done(json::object{
        {"rotating", facts->rotating},
        {"rewrapped", facts->rewrapped},
        {"complete", facts->complete},
        {"keys", std::move(rows)},
    });
}

}  // namespace budstikke::admin::run
