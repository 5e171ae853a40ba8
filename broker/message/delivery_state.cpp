#include "broker/message/delivery_state.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>
#include <vector>

namespace budstikke {
namespace {

using enum DeliveryState;
using enum DeliveryCause;

/// A row of the table: from any of these states, by any of these causes, to that state.
struct Row {
    std::array<DeliveryState, 4> from;
    DeliveryState to;
    std::array<DeliveryCause, 5> causes;
};

// `none` pads the columns: the only change from `none` itself is the first row.
constexpr auto unused = DeliveryCause{0};
constexpr std::array<Row, 12> table{{
    {{accepted}, queued, {routed, redirected, unused, unused, unused}},
    {{queued}, in_flight, {offered, unused, unused, unused, unused}},
    {{in_flight}, queued, {released, connection_lost, attempt_failed, restarted, unused}},
    {{in_flight}, delivered, {settled_accepted, transport_receipt, unused, unused, unused}},
    {{in_flight}, dead_lettered, {settled_rejected, unused, unused, unused, unused}},
    {{queued, in_flight}, dead_lettered, {attempts_exhausted, endpoint_gone, unused, unused, unused}
    },
    {{queued, in_flight}, expired, {time_to_live_ended, unused, unused, unused, unused}},
    {{accepted, queued}, cancelled, {withdrawn, unused, unused, unused, unused}},
    {{accepted, queued, dead_lettered}, cancelled, {discarded, unused, unused, unused, unused}},
    {{in_flight, delivered, expired, dead_lettered},
     confirmed,
     {apprec_ok, apprec_ok_error_in_part, unused, unused, unused}},
    {{in_flight, delivered, expired, dead_lettered},
     rejected,
     {apprec_rejected, unused, unused, unused, unused}},
    {{dead_lettered, expired}, queued, {retried, unused, unused, unused, unused}},
}};

constexpr std::array<std::pair<DeliveryState, std::string_view>, 10> state_names{{
    {none, "none"},
    {accepted, "accepted"},
    {queued, "queued"},
    {in_flight, "in_flight"},
    {delivered, "delivered"},
    {dead_lettered, "dead_lettered"},
    {expired, "expired"},
    {cancelled, "cancelled"},
    {confirmed, "confirmed"},
    {rejected, "rejected"},
}};

constexpr std::array<std::pair<DeliveryCause, std::string_view>, 24> cause_names{{
    {committed, "committed"},
    {routed, "routed"},
    {offered, "offered"},
    {released, "released"},
    {connection_lost, "connection_lost"},
    {attempt_failed, "attempt_failed"},
    {settled_accepted, "settled_accepted"},
    {transport_receipt, "transport_receipt"},
    {settled_rejected, "settled_rejected"},
    {attempts_exhausted, "attempts_exhausted"},
    {endpoint_gone, "endpoint_gone"},
    {time_to_live_ended, "time_to_live_ended"},
    {withdrawn, "withdrawn"},
    {discarded, "discarded"},
    {apprec_ok, "apprec_ok"},
    {apprec_ok_error_in_part, "apprec_ok_error_in_part"},
    {apprec_rejected, "apprec_rejected"},
    {retried, "retried"},
    {restarted, "restarted"},
    {apprec_early, "apprec_early"},
    {apprec_repeated, "apprec_repeated"},
    {apprec_contradicts, "apprec_contradicts"},
    {apprec_overdue, "apprec_overdue"},
    {redirected, "redirected"},
}};

template <typename Names>
constexpr auto keys(const Names& names) {
    std::array<typename Names::value_type::first_type, std::tuple_size_v<Names>> all{};
    std::ranges::transform(names, all.begin(), [](const auto& entry) { return entry.first; });
    return all;
}

constexpr auto all_states = keys(state_names);
constexpr auto all_causes = keys(cause_names);

}  // namespace

std::string_view name(DeliveryState state) {
    const auto* const row = std::ranges::find(state_names, state, [](auto& e) { return e.first; });
    return row == state_names.end() ? "unknown" : row->second;
}

std::string_view name(DeliveryCause cause) {
    const auto* const row = std::ranges::find(cause_names, cause, [](auto& e) { return e.first; });
    return row == cause_names.end() ? "unknown" : row->second;
}

std::optional<DeliveryState> transition(DeliveryState from, DeliveryCause cause) {
    if (from == none) {
        return cause == committed ? std::optional(accepted) : std::nullopt;
    }
    if (cause == unused) {
        return std::nullopt;
    }
    for (const auto& row : table) {
        if (std::ranges::find(row.from, from) != row.from.end() &&
            std::ranges::find(row.causes, cause) != row.causes.end()) {
            return row.to;
        }
    }
    return std::nullopt;
}

bool may_become(DeliveryState from, DeliveryState to) {
    std::vector<DeliveryState> reached{from};
    for (std::size_t at = 0; at < reached.size(); ++at) {
        for (const DeliveryCause cause : all_causes) {
            const auto next = transition(reached[at], cause);
            if (next && std::ranges::find(reached, *next) == reached.end()) {
                reached.push_back(*next);
            }
        }
    }
    return std::ranges::find(reached, to) != reached.end();
}

bool is_open(DeliveryState state) {
    return state == accepted || state == queued || state == in_flight;
}

std::span<const DeliveryState> delivery_states() {
    return all_states;
}
std::span<const DeliveryCause> delivery_causes() {
    return all_causes;
}

}  // namespace budstikke
