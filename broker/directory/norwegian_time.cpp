#include "broker/directory/norwegian_time.hpp"

namespace budstikke::directory {

Timestamp norwegian_to_utc(std::chrono::local_time<Duration> local) {
    using namespace std::chrono;
    const year of = year_month_day(floor<days>(local)).year();
    const auto summer_from = local_days(of / March / Sunday[last]) + 2h;
    const auto summer_until = local_days(of / October / Sunday[last]) + 3h;
    // In the hour that summer time leaves out (02:00 to 03:00 in March) a clock that still shows
    // winter time is the only one that could have written it.
    const bool left_out = local >= summer_from && local < summer_from + 1h;
    const bool summer = local >= summer_from && local < summer_until && !left_out;
    return Timestamp(local.time_since_epoch() - (summer ? 2h : 1h));
}

}  // namespace budstikke::directory
