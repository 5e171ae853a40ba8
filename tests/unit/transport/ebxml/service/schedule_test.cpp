// When a message is sent again, and when it is over.
#include "broker/transport/ebxml/service/schedule.hpp"

#include <gtest/gtest.h>

#include "broker/crypto/system_random.hpp"

namespace budstikke::ebxml::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Timestamp start{Duration(1'790'000'000'000)};

store::OutboundEbxml message() {
    crypto::SystemRandom random;
    store::OutboundEbxml message;
    message.message_id = MessageId::make(start, random).text();
    message.attempts_max = 3;
    message.retry_interval = hours(12);
    message.next_attempt = start;
    message.expires_at = Timestamp::max();
    return message;
}

TEST(Schedule, IntervalsRunFromWhenAnAttemptWasDue) {
    auto one = message();
    count_attempt(one, start + seconds(1));
    EXPECT_EQ(one.next_attempt, start + hours(12));
    count_attempt(one, start + hours(12) + seconds(2));
    EXPECT_EQ(one.next_attempt, start + hours(24));
    EXPECT_EQ(one.attempts, 2U);
}

TEST(Schedule, WhatWasMissedIsNotMadeUpFor) {
    auto one = message();
    count_attempt(one, start + hours(30));
    EXPECT_EQ(one.next_attempt, start + hours(42));
    auto early = message();
    early.next_attempt = start + hours(1);
    count_attempt(early, start);
    EXPECT_EQ(early.next_attempt, start + hours(12));
}

TEST(Schedule, ItIsOverAnIntervalAfterTheLastAttempt) {
    auto one = message();
    one.attempts = 3;
    one.next_attempt = start + hours(36);
    EXPECT_FALSE(is_over(one, start + hours(36) - Duration(1)));
    EXPECT_TRUE(is_over(one, start + hours(36)));
    one.attempts = 2;
    EXPECT_FALSE(is_over(one, start + hours(36)));
}

TEST(Schedule, ItIsOverWhenItsTimeToLiveIs) {
    auto one = message();
    one.expires_at = start + hours(1);
    EXPECT_FALSE(is_over(one, start + hours(1) - Duration(1)));
    EXPECT_TRUE(is_over(one, start + hours(1)));
}

TEST(Schedule, AFailureCostsNoAttemptAndIsTriedAgainEverMoreSlowly) {
    auto one = message();
    Timestamp now = start;
    for (const Duration wait :
         {Duration(minutes(1)), Duration(minutes(5)), Duration(minutes(15)), Duration(hours(1)),
          Duration(hours(4)), Duration(hours(4))}) {
        count_failure(one, now);
        EXPECT_EQ(one.next_attempt, now + wait);
        now = one.next_attempt;
    }
    EXPECT_EQ(one.attempts, 0U);
    EXPECT_EQ(one.failures, 6U);
    EXPECT_EQ(attempt_number(one), 6U);
}

TEST(Schedule, AFailureIsNotWaitedForLongerThanAnInterval) {
    auto one = message();
    one.retry_interval = seconds(2);
    count_failure(one, start);
    EXPECT_EQ(one.next_attempt, start + seconds(2));
}

TEST(Schedule, WhoIsOutOfReachIsGivenUpWhenAllAttemptsWouldHaveBeenMade) {
    auto one = message();
    one.failures_in_a_row = 1;
    EXPECT_FALSE(is_over(one, start + hours(36) - Duration(1)));
    EXPECT_TRUE(is_over(one, start + hours(36)));
    // One that was reached last time has its interval.
    one.failures_in_a_row = 0;
    EXPECT_FALSE(is_over(one, start + hours(36)));
    count_failure(one, start + hours(36) - minutes(1));
    EXPECT_EQ(one.next_attempt, start + hours(36));
}

}  // namespace
}  // namespace budstikke::ebxml::test
