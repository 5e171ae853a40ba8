// Norwegian time at and around the two changes of the clock.
#include "broker/directory/norwegian_time.hpp"

#include <gtest/gtest.h>

namespace budstikke::directory {
namespace {

using namespace std::chrono_literals;

/// What `date TZ=Europe/Oslo` says; written as local time and expected UTC.
std::string utc_of(int year, unsigned month, unsigned day, int hour, int minute) {
    const auto local =
        std::chrono::local_days(
            std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)
        ) +
        std::chrono::hours(hour) + std::chrono::minutes(minute);
    return to_rfc3339(norwegian_to_utc(local)).substr(0, 16);
}

TEST(NorwegianTime, is_one_hour_ahead_in_winter_and_two_in_summer) {
    EXPECT_EQ(utc_of(2026, 1, 1, 0, 0), "2025-12-31T23:00");
    EXPECT_EQ(utc_of(2026, 7, 1, 0, 0), "2026-06-30T22:00");
}

TEST(NorwegianTime, summer_begins_on_the_last_sunday_of_march) {
    EXPECT_EQ(utc_of(2026, 3, 29, 1, 59), "2026-03-29T00:59");
    EXPECT_EQ(utc_of(2026, 3, 29, 3, 0), "2026-03-29T01:00");
    EXPECT_EQ(utc_of(2024, 3, 31, 3, 0), "2024-03-31T01:00");
}

TEST(NorwegianTime, an_hour_that_is_left_out_counts_from_winter_time) {
    EXPECT_EQ(utc_of(2026, 3, 29, 2, 0), "2026-03-29T01:00");
    EXPECT_EQ(utc_of(2026, 3, 29, 2, 30), "2026-03-29T01:30");
}

TEST(NorwegianTime, summer_ends_on_the_last_sunday_of_october) {
    EXPECT_EQ(utc_of(2026, 10, 25, 1, 59), "2026-10-24T23:59");
    EXPECT_EQ(utc_of(2026, 10, 25, 3, 0), "2026-10-25T02:00");
    EXPECT_EQ(utc_of(2027, 10, 31, 3, 0), "2027-10-31T02:00");
}

TEST(NorwegianTime, an_hour_that_is_there_twice_means_its_first_pass) {
    EXPECT_EQ(utc_of(2026, 10, 25, 2, 30), "2026-10-25T00:30");
}

}  // namespace
}  // namespace budstikke::directory
