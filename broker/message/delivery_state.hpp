// The life of one delivery: one message to one recipient. The table of allowed changes is the one
// of ARCHITECTURE.md; a change that is not in it is refused. Pure values, so that the test walks
// the whole square of states and causes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace budstikke {

/// Numbers are stored: append only.
enum class DeliveryState : std::uint8_t {
    none = 0,
    accepted = 1,  ///< the synced write that holds message and delivery returned
    queued = 2,
    in_flight = 3,  ///< offered to a consumer or partner
    delivered = 4,  ///< settled by the consumer, or transport receipt from the partner
    dead_lettered = 5,
    expired = 6,
    cancelled = 7,
    confirmed = 8,  ///< AppRec status 1 or 3
    rejected = 9,   ///< AppRec status 2
};

/// What happened. Numbers are stored: append only.
enum class DeliveryCause : std::uint8_t {
    committed = 1,
    routed = 2,
    offered = 3,
    released = 4,  ///< the consumer asked for it later
    connection_lost = 5,
    attempt_failed = 6,
    settled_accepted = 7,
    transport_receipt = 8,
    settled_rejected = 9,
    attempts_exhausted = 10,
    endpoint_gone = 11,
    time_to_live_ended = 12,
    withdrawn = 13,  ///< by the sender
    discarded = 14,  ///< by an administrator, with a reason
    apprec_ok = 15,
    apprec_ok_error_in_part = 16,
    apprec_rejected = 17,
    retried = 18,    ///< by an administrator
    restarted = 19,  ///< the broker was restarted while it was offered
    // Events that change no state:
    apprec_early =
        20,  ///< an AppRec for a delivery that waits in its queue; kept until it is settled
    apprec_repeated = 21,     ///< says the same as the first one
    apprec_contradicts = 22,  ///< says other than the first one: an incident
    apprec_overdue = 23,      ///< the deadline passed without one
    redirected = 24,          ///< the recipient's successor gets it
};

std::string_view name(DeliveryState state);
std::string_view name(DeliveryCause cause);

/// The state after `cause`, or nothing where the table does not allow it from `from`.
std::optional<DeliveryState> transition(DeliveryState from, DeliveryCause cause);

/// Some chain of allowed changes leads from the one to the other; each state leads to itself.
bool may_become(DeliveryState from, DeliveryState to);

/// Waiting for the recipient: accepted, queued or in flight.
bool is_open(DeliveryState state);

/// All states and causes, for tests and documentation.
std::span<const DeliveryState> delivery_states();
std::span<const DeliveryCause> delivery_causes();

}  // namespace budstikke
