// Every count of the admission, one below, at and above its limit, and seats that are given up.
#include "broker/transport/admission.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace budstikke::transport {
namespace {

ExchangeLimits wide() {
    ExchangeLimits limits;
    limits.connections_max = 100;
    limits.connections_per_address_max = 100;
    limits.connections_per_organisation_max = 100;
    limits.handshakes_pending_max = 100;
    limits.handshakes_pending_per_address_max = 100;
    return limits;
}

TEST(Admission, RefusesTheConnectionAboveTheTotal) {
    ExchangeLimits limits = wide();
    limits.connections_max = 3;
    Admission admission(limits);
    std::vector<Admission::Seat> seats;
    for (int i = 0; i < 3; ++i) {
        auto seat = admission.admit("10.0.0." + std::to_string(i));
        ASSERT_TRUE(seat);
        seat->handshake_done();
        seats.push_back(std::move(*seat));
    }
    const auto refused = admission.admit("10.0.0.9");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), AdmissionRefusal::connections);
    EXPECT_EQ(admission.connections(), 3U);
    seats.pop_back();
    EXPECT_TRUE(admission.admit("10.0.0.9"));
}

TEST(Admission, RefusesTheConnectionAboveTheAddressLimitOfThatAddressOnly) {
    ExchangeLimits limits = wide();
    limits.connections_per_address_max = 2;
    Admission admission(limits);
    const auto first = admission.admit("10.0.0.1");
    const auto second = admission.admit("10.0.0.1");
    ASSERT_TRUE(first && second);
    const auto refused = admission.admit("10.0.0.1");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), AdmissionRefusal::address);
    EXPECT_TRUE(admission.admit("10.0.0.2"));
}

TEST(Admission, RefusesMoreHandshakesThanMayBePending) {
    ExchangeLimits limits = wide();
    limits.handshakes_pending_max = 2;
    Admission admission(limits);
    auto first = admission.admit("10.0.0.1");
    const auto second = admission.admit("10.0.0.2");
    ASSERT_TRUE(first && second);
    const auto refused = admission.admit("10.0.0.3");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), AdmissionRefusal::handshakes);
    first->handshake_done();
    first->handshake_done();
    EXPECT_TRUE(admission.admit("10.0.0.3"));
}

TEST(Admission, LetsNoAddressHaveAllTheHandshakesThatMayBePending) {
    ExchangeLimits limits = wide();
    limits.handshakes_pending_per_address_max = 2;
    Admission admission(limits);
    auto first = admission.admit("10.0.0.1");
    auto second = admission.admit("10.0.0.1");
    ASSERT_TRUE(first && second);
    const auto refused = admission.admit("10.0.0.1");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), AdmissionRefusal::address_handshakes);
    EXPECT_TRUE(admission.admit("10.0.0.2")) << "the others are served";
    first->handshake_done();
    first->handshake_done();
    auto third = admission.admit("10.0.0.1");
    ASSERT_TRUE(third);
    EXPECT_FALSE(admission.admit("10.0.0.1"));
    {
        const Admission::Seat given_up = std::move(*second);
    }
    EXPECT_TRUE(admission.admit("10.0.0.1"));
}

TEST(Admission, GivesAnAddressAnEighthOfThePendingHandshakesByDefault) {
    const ExchangeLimits limits;
    EXPECT_EQ(limits.handshakes_pending_per_address_max, limits.handshakes_pending_max / 8);
    EXPECT_GE(limits.handshakes_pending_per_address_max, 1U);
}

TEST(Admission, RefusesTheConnectionAboveTheOrganisationLimit) {
    ExchangeLimits limits = wide();
    limits.connections_per_organisation_max = 1;
    Admission admission(limits);
    auto first = admission.admit("10.0.0.1");
    auto second = admission.admit("10.0.0.1");
    ASSERT_TRUE(first && second);
    EXPECT_TRUE(first->join("900000001"));
    EXPECT_FALSE(second->join("900000001"));
    EXPECT_TRUE(second->join("900000002"));
    {
        const Admission::Seat given_up = std::move(*first);
    }
    auto third = admission.admit("10.0.0.1");
    ASSERT_TRUE(third);
    EXPECT_TRUE(third->join("900000001"));
}

}  // namespace
}  // namespace budstikke::transport
