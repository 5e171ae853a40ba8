// The ration of handshakes: who keeps within it never waits, who exceeds it waits for its own turn
// and nobody else's, and what is remembered of addresses is bounded.
#include "broker/transport/handshake_ration.hpp"

#include <gtest/gtest.h>

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime begin{1h};
constexpr std::uint32_t per_second = 10;
constexpr auto interval = 100ms;

constexpr std::uint32_t saved_at(std::uint32_t rate) {
    return rate * static_cast<std::uint32_t>(limits::handshakes_saved_time_max / 1s);
}

TEST(HandshakeRation, LetsAnAddressBeginAtOnceWhatItHasSavedUp) {
    HandshakeRation ration(per_second);
    static_assert(saved_at(per_second) > per_second);
    for (std::uint32_t i = 0; i < saved_at(per_second); ++i) {
        EXPECT_EQ(ration.turn("192.0.2.1", begin), begin) << "up to the limit: " << i;
    }
    EXPECT_EQ(ration.turn("192.0.2.1", begin), begin + interval) << "one above";
    EXPECT_EQ(ration.turn("192.0.2.1", begin), begin + 2 * interval);
}

TEST(HandshakeRation, NeverLetsOneWaitWhoKeepsToIt) {
    HandshakeRation ration(per_second);
    for (int i = 0; i < 1000; ++i) {
        const SteadyTime now = begin + i * interval;
        EXPECT_EQ(ration.turn("192.0.2.1", now), now);
    }
}

TEST(HandshakeRation, GivesBackWithTimeAndNoMoreThanMayBeSaved) {
    HandshakeRation ration(per_second);
    for (std::uint32_t i = 0; i < saved_at(per_second); ++i) {
        ration.turn("192.0.2.1", begin);
    }
    SteadyTime now = begin + 2 * interval;
    EXPECT_EQ(ration.turn("192.0.2.1", now), now);
    EXPECT_EQ(ration.turn("192.0.2.1", now), now);
    EXPECT_EQ(ration.turn("192.0.2.1", now), now + interval);
    now += 1h;
    for (std::uint32_t i = 0; i < saved_at(per_second); ++i) {
        EXPECT_EQ(ration.turn("192.0.2.1", now), now);
    }
    EXPECT_EQ(ration.turn("192.0.2.1", now), now + interval) << "an hour saves no more";
}

TEST(HandshakeRation, MakesNobodyWaitForAnotherAddress) {
    HandshakeRation ration(per_second);
    for (int i = 0; i < 1000; ++i) {
        ration.turn("192.0.2.1", begin);
    }
    EXPECT_EQ(ration.turn("192.0.2.2", begin), begin);
    EXPECT_EQ(ration.turn("2001:db8::1", begin), begin);
    EXPECT_EQ(ration.turn("::ffff:192.0.2.2", begin), begin);
    EXPECT_EQ(ration.turn("::ffff:192.0.2.3", begin), begin);
    EXPECT_EQ(ration.addresses(), 5U);
}

TEST(HandshakeRation, TakesANetworkOfIpv6AsOneAddress) {
    HandshakeRation ration(1);
    EXPECT_EQ(ration.turn("2001:db8:0:1::1", begin), begin);
    EXPECT_EQ(ration.turn("2001:db8:0:1::2", begin), begin);
    EXPECT_EQ(ration.turn("2001:db8:0:1:ffff:ffff:ffff:ffff", begin), begin + 1s);
    EXPECT_EQ(ration.turn("2001:db8:0:2::1", begin), begin) << "the next network";
}

TEST(HandshakeRation, IsAsLargeAsTheConfigurationAllows) {
    for (const auto rate : {limits::handshakes_per_second_min, limits::handshakes_per_second_max}) {
        HandshakeRation ration(rate);
        for (std::uint32_t i = 0; i < saved_at(rate); ++i) {
            ASSERT_EQ(ration.turn("192.0.2.1", begin), begin) << i << " of " << rate;
        }
        EXPECT_EQ(ration.turn("192.0.2.1", begin), begin + SteadyTime::duration(1s) / rate);
    }
}

TEST(HandshakeRation, LetsAWholeHospitalBehindOneAddressBackInWithinSeconds) {
    HandshakeRation ration(limits::handshakes_per_second_per_address);
    constexpr int systems = 2'000;
    SteadyTime last = begin;
    for (int i = 0; i < systems; ++i) {
        last = ration.turn("192.0.2.1", begin);
    }
    EXPECT_LE(last - begin, 8s);
}

TEST(HandshakeRation, LetsAllWhoMayWaitInBeforeTheirTimeIsOver) {
    // With the smallest ration that may be configured, and all who may be pending at once.
    EXPECT_LT(
        limits::handshakes_pending_per_address_max / limits::handshakes_per_second_min * 1s,
        limits::handshake_time_max
    );
}

TEST(HandshakeRation, ForgetsThoseWhoHaveSavedUpAllBeyondItsLimit) {
    HandshakeRation ration(per_second, 3);
    ration.turn("192.0.2.1", begin);
    ration.turn("192.0.2.2", begin);
    ration.turn("192.0.2.3", begin + 2 * interval);
    EXPECT_EQ(ration.addresses(), 3U) << "at";
    ration.turn("192.0.2.4", begin + 2 * interval);
    EXPECT_EQ(ration.addresses(), 2U) << "above: the third and the fourth";
    HandshakeRation usual(per_second);
    for (std::size_t i = 0; i < limits::handshake_addresses_kept_max; ++i) {
        usual.turn("a" + std::to_string(i), begin);
    }
    EXPECT_EQ(usual.addresses(), limits::handshake_addresses_kept_max);
    usual.turn("above", begin + 1h);
    EXPECT_EQ(usual.addresses(), 1U);
}

}  // namespace
}  // namespace budstikke::transport
