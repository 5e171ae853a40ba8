// The cap on bytes in flight: what waits, and in which order it is let in.
#include "broker/pipeline/flight_budget.hpp"

#include <string>

#include <gtest/gtest.h>

namespace budstikke::pipeline {
namespace {

class BudgetOfTen : public testing::Test {
 protected:
    auto granted(char who) {
        return [this, who] { order_ += who; };
    }

    FlightBudget budget_{10};
    std::string order_;
};

TEST_F(BudgetOfTen, GrantsAtOnceWhatFits) {
    budget_.take(9, granted('a'));
    budget_.take(1, granted('b'));
    EXPECT_EQ(order_, "ab");
    EXPECT_EQ(budget_.in_flight(), 10U);
}

TEST_F(BudgetOfTen, LetsWaitWhatDoesNotFitUntilBytesComeBack) {
    budget_.take(10, granted('a'));
    budget_.take(1, granted('b'));
    EXPECT_EQ(order_, "a");
    budget_.give(10);
    EXPECT_EQ(order_, "ab");
    EXPECT_EQ(budget_.in_flight(), 1U);
}

TEST_F(BudgetOfTen, KeepsTheOrderOfAskingSoThatTheLargeAreNotStarved) {
    budget_.take(6, granted('a'));
    budget_.take(8, granted('b'));
    budget_.take(1, granted('c'));
    EXPECT_EQ(order_, "a");
    budget_.give(6);
    EXPECT_EQ(order_, "abc");
}

TEST_F(BudgetOfTen, GivesAllOfItselfToWhatIsLargerThanIt) {
    budget_.take(1, granted('a'));
    budget_.take(11, granted('b'));
    EXPECT_EQ(order_, "a");
    budget_.give(1);
    EXPECT_EQ(order_, "ab");
    EXPECT_EQ(budget_.in_flight(), 10U);
    budget_.give(11);
    EXPECT_EQ(budget_.in_flight(), 0U);
}

}  // namespace
}  // namespace budstikke::pipeline
