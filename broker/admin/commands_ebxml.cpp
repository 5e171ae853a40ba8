// Commands about the ebXML message service: its state, agreements, ways, what waits, partners.
#include <algorithm>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include "broker/admin/command_functions.hpp"
#include "broker/admin/values.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::admin::run {

namespace json = boost::json;

namespace {

/// nullptr after the call was ended: the broker speaks no ebXML.
EbxmlHost* ebxml_of(Call& call) {
    EbxmlHost* const host = call.context.host.ebxml();
    if (host == nullptr) {
        call.done(fail(Errc::unavailable, "this broker has no [ebxml] in its configuration"));
    }
    return host;
}

json::object json_way(const EbxmlWay& way) {
    json::object answer{
        {"may", way.code.empty()},    {"direction", way.inward ? "in" : "out"},
        {"service", way.service},     {"action", way.action},
        {"from_role", way.from_role}, {"to_role", way.to_role},
        {"code", way.code},           {"text_en", way.text_en},
        {"text_no", way.text_no},
    };
    if (!way.code.empty()) return answer;
    answer["agreement"] = way.agreement;
    if (!way.inward) answer["endpoint_host"] = way.endpoint_host;
    answer["signed"] = way.is_signed;
    answer["encrypted"] = way.encrypted;
    answer["retries"] = way.retries;
    answer["retry_interval_seconds"] = way.retry_interval.count();
    answer["certificate_until"] = json_time(way.certificate_until);
    return answer;
}

}  // namespace

void ebxml_status(Call call) {
    EbxmlHost* const ebxml = ebxml_of(call);
    if (ebxml == nullptr) return;
    const EbxmlStatus status = ebxml->status();
    const auto age = std::chrono::floor<std::chrono::seconds>(
        call.context.clock.now() - status.agreements_read_at
    );
    json::array faults;
    for (const EbxmlFault& fault : status.faults) {
        faults.push_back({{"fault", fault.fault}, {"attempts", fault.attempts}});
    }
    call.done(json::object{
        {"agreements", status.agreements},
        {"agreements_read_at", json_time(status.agreements_read_at)},
        {"agreements_age_seconds", age.count()},
        {"partners", status.partners},
        {"attempts_done", status.attempts},
        {"attempts_failed", std::move(faults)},
    });
}

void ebxml_agreements(Call call) {
    EbxmlHost* const ebxml = ebxml_of(call);
    if (ebxml == nullptr) return;
    const auto rows_max = rows_of(call.invocation);
    if (!rows_max) return call.done(std::unexpected(rows_max.error()));
    EbxmlAgreements all = ebxml->agreements();
    std::ranges::sort(all.agreements, {}, &EbxmlAgreement::file);
    const Timestamp now = call.context.clock.now();
    const auto age = std::chrono::floor<std::chrono::seconds>(now - all.read_at);
    auto agreement = all.agreements.begin();
    if (const std::string* after = call.invocation.option("--after")) {
        agreement = std::ranges::upper_bound(all.agreements, *after, {}, &EbxmlAgreement::file);
    }
    json::array rows;
    for (; agreement != all.agreements.end() && rows.size() < *rows_max; ++agreement) {
        const bool begun = !agreement->start || *agreement->start <= now;
        const bool over = agreement->end && *agreement->end < now;
        rows.push_back(
            {{"id", agreement->id},
             {"kind", agreement->profile ? "profile" : "agreement"},
             {"parties", json::value_from(agreement->parties)},
             {"start", json_time(agreement->start)},
             {"end", json_time(agreement->end)},
             {"valid", begun && !over},
             {"file", agreement->file}}
        );
    }
    const bool more = agreement != all.agreements.end();
    call.done(json::object{
        {"read_at", json_time(all.read_at)},
        {"age_seconds", age.count()},
        {"agreements", std::move(rows)},
        {"more", more},
    });
}

void ebxml_way(Call call) {
    const auto from = her_id_of(call.invocation.arguments[0]);
    if (!from) return call.done(std::unexpected(from.error()));
    const auto to = her_id_of(call.invocation.arguments[1]);
    if (!to) return call.done(std::unexpected(to.error()));
    EbxmlHost* const ebxml = ebxml_of(call);
    if (ebxml == nullptr) return;
    const bool apprec = call.invocation.option("--apprec") != nullptr;
    const auto way = ebxml->way(*from, *to, call.invocation.arguments[2], apprec);
    if (!way) return call.done(std::unexpected(way.error()));
    call.done(json_way(*way));
}

void ebxml_waiting(Call call) {
    EbxmlHost* const ebxml = ebxml_of(call);
    if (ebxml == nullptr) return;
    const auto rows_max = rows_of(call.invocation);
    if (!rows_max) return call.done(std::unexpected(rows_max.error()));
    const std::string* after = call.invocation.option("--after");
    auto waiting = ebxml->waiting(after == nullptr ? "" : *after, *rows_max + 1);
    if (!waiting) return call.done(std::unexpected(std::move(waiting).error()));
    const bool more = waiting->size() > *rows_max;
    if (more) waiting->resize(*rows_max);
    json::array rows;
    for (const EbxmlWaiting& message : *waiting) {
        rows.push_back(
            {{"message_id", message.message_id},
             {"delivery", message.delivery},
             {"to", message.to.text()},
             {"attempts", message.attempts},
             {"failed", message.failed},
             {"attempts_max", message.attempts_max},
             {"next_attempt", json_time(message.next_attempt)},
             {"expires_at", json_time(message.expires_at)},
             {"endpoint_host", message.endpoint_host}}
        );
    }
    call.done(json::object{{"waiting", std::move(rows)}, {"more", more}});
}

void ebxml_partners(Call call) {
    EbxmlHost* const ebxml = ebxml_of(call);
    if (ebxml == nullptr) return;
    const auto rows_max = rows_of(call.invocation);
    if (!rows_max) return call.done(std::unexpected(rows_max.error()));
    const std::vector<EbxmlPartner> all = ebxml->partners();
    auto partner = all.begin();
    if (const std::string* after = call.invocation.option("--after")) {
        const auto her_id = her_id_of(*after);
        if (!her_id) return call.done(std::unexpected(her_id.error()));
        partner = std::ranges::upper_bound(all, *her_id, {}, &EbxmlPartner::her_id);
    }
    json::array rows;
    for (; partner != all.end() && rows.size() < *rows_max; ++partner) {
        rows.push_back(
            {{"her_id", partner->her_id.text()},
             {"name", partner->name},
             {"reported_at", json_time(partner->reported_at)},
             {"software", partner->software}}
        );
    }
    call.done(json::object{{"partners", std::move(rows)}, {"more", partner != all.end()}});
}

}  // namespace budstikke::admin::run
