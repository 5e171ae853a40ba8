// Times as they are stored and shown.
#include "broker/base/clock.hpp"

#include <gtest/gtest.h>

namespace budstikke {
namespace {

Timestamp at(std::int64_t milliseconds) {
    return Timestamp(Duration(milliseconds));
}

TEST(Clock, WritesRfc3339InUtcWithMilliseconds) {
    EXPECT_EQ(to_rfc3339(at(0)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_rfc3339(at(1'456'704'000'123)), "2016-02-29T00:00:00.123Z");
    EXPECT_EQ(to_rfc3339(at(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Clock, SystemTimeGoesForward) {
    const SystemClock clock;
    const auto steady = clock.steady_now();
    EXPECT_GE(clock.steady_now(), steady);
    EXPECT_GT(clock.now(), at(1'700'000'000'000));
}

}  // namespace
}  // namespace budstikke
