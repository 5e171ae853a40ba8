// Norwegian local time as UTC, for dates that operators write without an offset. Promises the rule
// of the EU since 1996 (directive 2000/84/EC) for every year; knows no time zone database, since
// the compiler's library has none and the rule is two Sundays.
#pragma once

#include "broker/base/clock.hpp"

namespace budstikke::directory {

/// Summer time from the last Sunday of March 02:00 to the last Sunday of October 03:00, local time.
/// An hour that is there twice means its first pass; one that is not there counts from winter time.
Timestamp norwegian_to_utc(std::chrono::local_time<Duration> local);

}  // namespace budstikke::directory
