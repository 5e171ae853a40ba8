// Commands about parties: what the directory says of them, and holding one.
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include "broker/admin/command_functions.hpp"
#include "broker/admin/values.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::admin::run {

namespace json = boost::json;

namespace {

json::array json_acceptances(const directory::Party& party) {
    json::array rows;
    for (const directory::Acceptance& acceptance : party.accepts) {
        const auto validation = acceptance.validation;
        rows.push_back(
            {{"type", acceptance.type},
             {"versions", json::value_from(acceptance.versions)},
             {"formats", json::value_from(acceptance.formats)},
             {"validation", validation ? json::value(name(*validation)) : nullptr}}
        );
    }
    return rows;
}

json::array json_actors(const directory::Directory& directory, const HerId& her_id) {
    json::array rows;
    for (const auto& [number, organisation] : directory.organisations()) {
        if (directory.may_act_for(number, her_id)) rows.push_back(json::value(number));
    }
    return rows;
}

json::value json_her_id(const std::optional<HerId>& her_id) {
    return her_id ? json::value(her_id->text()) : nullptr;
}

void hold(Call call, bool held) {
    auto her_id = her_id_of(call.invocation.arguments[0]);
    if (!her_id) return call.done(std::unexpected(std::move(her_id).error()));
    const bool dry_run = call.invocation.dry_run;
    json::object answer{{"her_id", her_id->text()}, {"held", held}, {"dry_run", dry_run}};
    if (dry_run) {
        // A party that left the directory may still be released. Without --dry-run the broker
        // decides, because it records what it refuses too.
        if (held && call.context.broker.directory()->find(*her_id) == nullptr) {
            return call.done(fail(Errc::not_found, "no such party"));
        }
        answer["held_before"] = call.context.broker.is_held(*her_id);
        return call.done(std::move(answer));
    }
    pipeline::Broker& broker = call.context.broker;
    pipeline::Authority by = std::move(call.by);
    auto stored = [call = std::move(call),
                   answer = std::move(answer)](Result<void> result) mutable {
        if (!result) return call.done(std::unexpected(std::move(result).error()));
        // The broker has ended the subscriptions; the sessions are the transports'.
        const auto& defer = call.context.defer;
        defer([call = std::move(call), answer = std::move(answer)]() mutable {
            call.context.host.sweep_sessions();
            call.done(std::move(answer));
        });
    };
    broker.hold(std::move(by), *std::move(her_id), held, std::move(stored));
}

}  // namespace

void parties_list(Call call) {
    const auto rows_max = rows_of(call.invocation);
    if (!rows_max) return call.done(std::unexpected(rows_max.error()));
    const auto directory = call.context.broker.directory();
    const auto& parties = directory->parties();
    auto party = parties.begin();
    if (const std::string* after = call.invocation.option("--after")) {
        const auto her_id = her_id_of(*after);
        if (!her_id) return call.done(std::unexpected(her_id.error()));
        party = parties.upper_bound(*her_id);
    }
    const Timestamp now = call.context.clock.now();
    json::array rows;
    for (; party != parties.end() && rows.size() < *rows_max; ++party) {
        const auto& [her_id, facts] = *party;
        rows.push_back(
            {{"her_id", her_id.text()},
             {"parent", json_her_id(facts.parent)},
             {"organisation", facts.organisation},
             {"kind", name(facts.kind)},
             {"endpoint", facts.endpoint},
             {"valid", facts.validity.contains(now)},
             {"held", call.context.broker.is_held(her_id)},
             {"name", facts.name}}
        );
    }
    const bool more = party != parties.end();
    call.done(json::object{{"parties", std::move(rows)}, {"more", more}});
}

void parties_show(Call call) {
    const auto her_id = her_id_of(call.invocation.arguments[0]);
    if (!her_id) return call.done(std::unexpected(her_id.error()));
    const auto directory = call.context.broker.directory();
    const directory::Party* party = directory->find(*her_id);
    if (party == nullptr) return call.done(fail(Errc::not_found, "no such party"));
    call.done(json::object{
        {"her_id", party->her_id.text()},
        {"parent", json_her_id(party->parent)},
        {"organisation", party->organisation},
        {"name", party->name},
        {"kind", name(party->kind)},
        {"endpoint", party->endpoint},
        {"validation", name(party->validation)},
        {"apprec_by", party->apprec == directory::AppRecBy::broker ? "broker" : "application"},
        {"valid_from", json_time(party->validity.from)},
        {"valid_until", json_time(party->validity.until)},
        {"redirect_to", json_her_id(party->redirect_to)},
        {"redirect_from", json_time(party->redirect_validity.from)},
        {"redirect_until", json_time(party->redirect_validity.until)},
        {"held", call.context.broker.is_held(*her_id)},
        {"acted_for_by", json_actors(*directory, *her_id)},
        {"accepts", json_acceptances(*party)},
    });
}

void party_hold(Call call) {
    hold(std::move(call), true);
}
void party_release(Call call) {
    hold(std::move(call), false);
}

}  // namespace budstikke::admin::run
