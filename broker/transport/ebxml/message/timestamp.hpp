// xs:dateTime as ebMS uses it: eb:Timestamp and eb:TimeToLive.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"

namespace budstikke::ebxml {

/// A date of the years 1 to 9999 with a time; fractions beyond milliseconds are cut off (SEEN:
/// seven digits). Without a zone it is UTC (ebMS 3.1.6.2). Nothing where it is no xs:dateTime.
std::optional<Timestamp> parse_date_time(std::string_view text);

/// `2026-11-22T13:05:09Z`: whole seconds, as every message service reads it.
std::string to_date_time(Timestamp time);

}  // namespace budstikke::ebxml
