// What waits for slow readers over all connections: each limit one below, at and above, what a
// connection may hold where memory is scarce, and that nothing stays counted.
#include "broker/transport/exchange/outbound_budget.hpp"

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"

namespace budstikke::transport {
namespace {

class OutboundBudgetTest : public testing::Test {
 protected:
    using Account = OutboundBudget::Account;

    bool is_scarce(const Account* account) const {
        const std::size_t bytes_max = budget_.bytes_max(account);
        EXPECT_TRUE(
            bytes_max == limits::outbound_bytes_scarce_max ||
            bytes_max == limits::outbound_bytes_max
        );
        return bytes_max == limits::outbound_bytes_scarce_max;
    }

    const ExchangeLimits limits_;
    OutboundBudget budget_{limits_};
    Account& hospital_ = budget_.account_of("900000001");
    Account& practice_ = budget_.account_of("900000003");
};

TEST_F(OutboundBudgetTest, IsScarceForAllFromItsTotalOn) {
    budget_.change(nullptr, 0, limits::outbound_bytes_total_max - 1);
    EXPECT_FALSE(is_scarce(&hospital_));
    budget_.change(nullptr, 0, 1);
    EXPECT_TRUE(is_scarce(&hospital_));
    EXPECT_TRUE(is_scarce(nullptr));
    budget_.change(nullptr, 0, 1);
    EXPECT_TRUE(is_scarce(&hospital_));
    budget_.change(nullptr, 2, 0);
    EXPECT_FALSE(is_scarce(&hospital_));
}

TEST_F(OutboundBudgetTest, IsScarceForAnOrganisationFromItsOwnLimitOnAndForNoOther) {
    budget_.change(&hospital_, 0, limits::outbound_bytes_per_organisation_max - 1);
    EXPECT_FALSE(is_scarce(&hospital_));
    budget_.change(&hospital_, 0, 1);
    EXPECT_TRUE(is_scarce(&hospital_));
    EXPECT_FALSE(is_scarce(&practice_));
    budget_.change(&hospital_, 0, 1);
    EXPECT_TRUE(is_scarce(&hospital_));
    EXPECT_FALSE(is_scarce(&practice_));
    budget_.change(&hospital_, 2, 0);
    EXPECT_FALSE(is_scarce(&hospital_));
}

TEST_F(OutboundBudgetTest, KeepsLargeOffersFromAnOrganisationThatHoldsTooMuchAndNoSmallOnes) {
    constexpr std::size_t small = limits::outbound_bytes_scarce_max;
    EXPECT_FALSE(budget_.too_large(&hospital_, small + 1));
    budget_.change(&hospital_, 0, limits::outbound_bytes_per_organisation_max);
    EXPECT_FALSE(budget_.too_large(&hospital_, small - 1));
    EXPECT_FALSE(budget_.too_large(&hospital_, small));
    EXPECT_TRUE(budget_.too_large(&hospital_, small + 1));
    EXPECT_FALSE(budget_.too_large(&practice_, small + 1));
}

TEST_F(OutboundBudgetTest, KnowsAnOrganisationAgain) {
    EXPECT_EQ(&budget_.account_of("900000001"), &hospital_);
    EXPECT_NE(&hospital_, &practice_);
}

}  // namespace
}  // namespace budstikke::transport
