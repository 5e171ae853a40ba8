// When a message is sent again, and when it is over (ebMS 6.4.4; HIS 1037 5.2). Pure functions of
// the stored record and the time, so that a restart changes nothing.
#pragma once

#include <cstdint>

#include "broker/base/clock.hpp"
#include "broker/store/ebxml_store.hpp"

namespace budstikke::ebxml {

/// No attempt is left and the last interval has passed; or its time to live has; or nobody could be
/// reached for as long as all attempts together would have taken.
bool is_over(const store::OutboundEbxml& message, Timestamp now);

/// An attempt was made that began at `now`: the next one is due an interval after this one was.
void count_attempt(store::OutboundEbxml& message, Timestamp now);

/// One did not reach the partner's server, so the partner has lost none of its chances: the next
/// one is due sooner, at first after a minute.
void count_failure(store::OutboundEbxml& message, Timestamp now);

/// How many there have been, failed ones too; the next one's number is one more, so that no two
/// mails get one id.
std::uint64_t attempt_number(const store::OutboundEbxml& message);

}  // namespace budstikke::ebxml
