#include "broker/transport/ebxml/service/schedule.hpp"

#include <algorithm>
#include <array>

#include "broker/transport/ebxml/service/compose.hpp"

namespace budstikke::ebxml {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Waits before a server that could not be reached is tried again; the last one repeats.
constexpr std::array<Duration, 5> failure_waits{
    minutes(1), minutes(5), minutes(15), hours(1), hours(4)
};

/// When it is over for a partner that never could be reached.
Timestamp end_of_attempts(const store::OutboundEbxml& message) {
    return composed_at(message.message_id) + message.attempts_max * message.retry_interval;
}

}  // namespace

bool is_over(const store::OutboundEbxml& message, Timestamp now) {
    const bool all_made = message.attempts >= message.attempts_max && now >= message.next_attempt;
    const bool out_of_reach = message.failures_in_a_row > 0 && now >= end_of_attempts(message);
    return all_made || out_of_reach || now >= message.expires_at;
}

void count_attempt(store::OutboundEbxml& message, Timestamp now) {
    ++message.attempts;
    message.failures_in_a_row = 0;
    // From when it was due, not from when a tick saw it, or the intervals would grow; but what was
    // due long ago, before a restart say, is not made up for.
    const bool late = now - message.next_attempt >= message.retry_interval;
    const Timestamp from = late || now < message.next_attempt ? now : message.next_attempt;
    message.next_attempt = from + message.retry_interval;
}

void count_failure(store::OutboundEbxml& message, Timestamp now) {
    ++message.failures;
    ++message.failures_in_a_row;
    const std::size_t step =
        std::min<std::size_t>(message.failures_in_a_row, failure_waits.size()) - 1;
    const Duration wait = std::min(failure_waits[step], message.retry_interval);
    message.next_attempt = std::min(now + wait, std::max(now, end_of_attempts(message)));
}

std::uint64_t attempt_number(const store::OutboundEbxml& message) {
    return std::uint64_t{message.attempts} + message.failures;
}

}  // namespace budstikke::ebxml
