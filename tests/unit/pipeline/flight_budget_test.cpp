// The cap on bytes in flight: that it holds, who waits and in which order, and that no organisation
// takes it from the others.
#include "broker/pipeline/flight_budget.hpp"

#include <future>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"

namespace budstikke::pipeline {
namespace {

using limits::kib;
using limits::mib;

constexpr std::size_t cap = 64 * mib;
constexpr std::size_t largest = 8 * mib;
constexpr std::size_t small_lane = cap / 4;
constexpr std::size_t large_lane = cap - small_lane;
constexpr std::size_t small_bytes = limits::flight_small_bytes_max;

using Coming = FlightBudget::Coming;

/// Keeps what was granted under a letter, and the letters in the order of their grants.
class Askers {
 public:
    explicit Askers(FlightBudget& budget) : budget_(budget) {}
    /// Nobody is granted anything while the rest goes.
    ~Askers() {
        for (const auto& [who, asked] : tickets_) {
            budget_.cancel(asked.first, asked.second);
        }
    }
    Askers(const Askers&) = delete;
    Askers& operator=(const Askers&) = delete;

    void ask(
        char who, const std::string& organisation, std::size_t bytes,
        Coming coming = Coming::on_its_way
    ) {
        auto later = [this, who](FlightBudget::Grant room) { keep(who, std::move(room)); };
        auto taken = budget_.take(organisation, bytes, std::move(later), coming);
        if (taken) {
            keep(who, *std::move(taken));
        } else {
            tickets_[who] = {organisation, taken.error()};
        }
    }
    bool cancel(char who) {
        const auto& [organisation, ticket] = tickets_.at(who);
        return budget_.cancel(organisation, ticket);
    }
    void give(char who) { held_.at(who).release(); }
    std::size_t held(char who) const { return held_.at(who).bytes(); }
    /// As many of `bytes` as are granted at once.
    std::size_t fill(
        const std::string& organisation, std::size_t bytes, Coming coming = Coming::on_its_way
    ) {
        for (;;) {
            auto taken =
                budget_.take(organisation, bytes, [](const FlightBudget::Grant&) {}, coming);
            if (!taken) {
                EXPECT_TRUE(budget_.cancel(organisation, taken.error()));
                return hoard_.size();
            }
            hoard_.push_back(*std::move(taken));
        }
    }
    void give_one_of_the_hoard() { hoard_.pop_back(); }
    void give_the_hoard() { hoard_.clear(); }
    const std::string& order() const { return order_; }

 private:
    void keep(char who, FlightBudget::Grant room) {
        order_ += who;
        held_[who] = std::move(room);
    }

    FlightBudget& budget_;
    std::string order_;
    std::map<char, FlightBudget::Grant> held_;
    std::map<char, std::pair<std::string, FlightBudget::Ticket>> tickets_;
    std::vector<FlightBudget::Grant> hoard_;
};

class FlightBudgetTest : public testing::Test {
 protected:
    FlightBudget budget_{cap, largest};
    Askers askers_{budget_};
};

TEST_F(FlightBudgetTest, GrantsAtOnceWhatFitsAndTakesItBack) {
    askers_.ask('a', "A", largest);
    askers_.ask('b', "B", small_bytes);
    EXPECT_EQ(askers_.order(), "ab");
    EXPECT_EQ(budget_.in_flight(), largest + small_bytes);
    askers_.give('a');
    askers_.give('b');
    EXPECT_EQ(budget_.in_flight(), 0U);
}

TEST_F(FlightBudgetTest, LeavesLargeRoomForOthersBesideAnOrganisationThatTakesAllItGets) {
    askers_.fill("hog", mib);
    EXPECT_EQ(budget_.in_flight(), large_lane / 2);
    askers_.ask('a', "A", largest);
    askers_.ask('b', "B", largest);
    askers_.ask('h', "hog", mib);
    EXPECT_EQ(askers_.order(), "ab");
}

TEST_F(FlightBudgetTest, LeavesSmallRoomForOthersBesideAnOrganisationThatTakesAllItGets) {
    askers_.fill("hog", small_bytes);
    EXPECT_EQ(budget_.in_flight(), small_lane / 2);
    askers_.ask('a', "A", small_bytes);
    askers_.ask('h', "hog", small_bytes);
    EXPECT_EQ(askers_.order(), "a");
}

TEST_F(FlightBudgetTest, GivesAnOrganisationItsShareWhenAllElseIsTaken) {
    const std::size_t share = large_lane / 4;
    askers_.fill("A", mib);
    askers_.fill("B", mib);
    EXPECT_EQ(budget_.in_flight(), large_lane / 2 + share) << "B gets no more than a quarter now";
    askers_.fill("C", mib);
    EXPECT_EQ(budget_.in_flight(), large_lane);
}

TEST_F(FlightBudgetTest, CountsAShareToTheByte) {
    const std::size_t share = large_lane / 4;
    askers_.fill("hog", mib);
    askers_.ask('a', "A", share - mib);
    askers_.ask('b', "A", mib - 1);
    askers_.ask('c', "B", share - mib);
    askers_.ask('d', "B", mib + 1);
    EXPECT_EQ(askers_.order(), "abc");
}

TEST_F(FlightBudgetTest, LetsSmallOnesPassWhileLargeOnesWait) {
    for (const char* organisation : {"A", "B", "C"}) {
        askers_.fill(organisation, mib);
    }
    askers_.ask('l', "D", mib);
    askers_.ask('k', "D", small_bytes + 1);
    askers_.ask('s', "D", small_bytes);
    askers_.ask('t', "A", small_bytes - 1);
    EXPECT_EQ(askers_.order(), "st");
    askers_.give_the_hoard();
    EXPECT_EQ(askers_.order(), "stlk");
}

TEST_F(FlightBudgetTest, LetsNoneThatIsLessPassALargeOneThatHasTheTurn) {
    for (const char* organisation : {"A", "B", "C"}) {
        askers_.fill(organisation, mib);
    }
    askers_.ask('l', "D", 4 * mib);
    askers_.ask('e', "E", mib);
    for (int freed = 1; freed < 4; ++freed) {
        askers_.give_one_of_the_hoard();
        askers_.ask(static_cast<char>('0' + freed), "F", mib);
        EXPECT_EQ(askers_.order(), "") << freed;
    }
    askers_.give_one_of_the_hoard();
    EXPECT_EQ(askers_.order(), "l");
    askers_.give_one_of_the_hoard();
    EXPECT_EQ(askers_.order(), "le");
}

TEST_F(FlightBudgetTest, ServesOrganisationsByTurnsAndEachInItsOrder) {
    for (const char* organisation : {"A", "B", "C"}) {
        askers_.fill(organisation, mib);
    }
    for (const char who : {'a', 'b', 'c'}) {
        askers_.ask(who, "D", mib);
    }
    for (const char who : {'x', 'y'}) {
        askers_.ask(who, "E", mib);
    }
    for (int i = 0; i < 5; ++i) {
        askers_.give_one_of_the_hoard();
    }
    EXPECT_EQ(askers_.order(), "axbyc");
}

TEST_F(FlightBudgetTest, DoesNotLetOneThatWaitsForItsOwnShareHoldUpOthers) {
    askers_.fill("hog", mib);
    askers_.ask('h', "hog", mib);
    askers_.ask('a', "A", largest);
    EXPECT_EQ(askers_.order(), "a");
    askers_.give_the_hoard();
    EXPECT_EQ(askers_.order(), "ah");
}

TEST_F(FlightBudgetTest, GrantsAllOfALaneToWhatIsLargerThanIt) {
    askers_.ask('a', "A", mib);
    askers_.ask('b', "B", cap);
    EXPECT_EQ(askers_.order(), "a");
    askers_.give('a');
    EXPECT_EQ(askers_.order(), "ab");
    EXPECT_EQ(askers_.held('b'), large_lane);
    askers_.give('b');
    EXPECT_EQ(budget_.in_flight(), 0U);
}

TEST_F(FlightBudgetTest, ForgetsWhoCancelsAndServesThoseBehind) {
    for (const char* organisation : {"A", "B", "C"}) {
        askers_.fill(organisation, mib);
    }
    askers_.ask('l', "D", 2 * mib);
    askers_.ask('e', "E", mib);
    askers_.give_one_of_the_hoard();
    EXPECT_EQ(askers_.order(), "");
    EXPECT_TRUE(askers_.cancel('l'));
    EXPECT_EQ(askers_.order(), "e");
    EXPECT_FALSE(askers_.cancel('l'));
    EXPECT_FALSE(askers_.cancel('e')) << "it has what it waited for";
    askers_.give_the_hoard();
    askers_.give('e');
    EXPECT_EQ(askers_.order(), "e");
    EXPECT_EQ(budget_.in_flight(), 0U);
}

/// Where one organisation has sent most of late, and another some.
class FlightBudgetBesideAFlood : public FlightBudgetTest {
 protected:
    static constexpr std::size_t bound = limits::flight_beside_others_bytes_max;
    static constexpr std::size_t small = limits::submission_bytes_min;

    void SetUp() override {
        for (std::uint32_t i = 0; i < Prevalence::lead_least + 2; ++i) {
            pass("flood");
        }
        pass("A");
    }
    /// Asked for and given back at once.
    void pass(const std::string& organisation) {
        ASSERT_TRUE(budget_.take(
            organisation, small, [](const FlightBudget::Grant&) {}, Coming::is_here
        ));
    }
};

TEST_F(FlightBudgetBesideAFlood, HoldsItToLittleOfWhatIsHere) {
    EXPECT_EQ(askers_.fill("flood", small, Coming::is_here), bound / small);
    static_assert(bound / small < 'Z' - 'A');
    askers_.give_one_of_the_hoard();
    askers_.ask('a', "flood", small + 1, Coming::is_here);
    EXPECT_EQ(askers_.order(), "") << "one above";
    EXPECT_TRUE(askers_.cancel('a'));
    askers_.ask('b', "flood", small - 1, Coming::is_here);
    EXPECT_EQ(askers_.order(), "b") << "one below";
    askers_.give('b');
    askers_.ask('c', "flood", small, Coming::is_here);
    EXPECT_EQ(askers_.order(), "bc") << "at the bound";
    for (char who = 'A'; who <= 'Z'; ++who) {
        askers_.ask(who, "A", small, Coming::is_here);
    }
    EXPECT_EQ(askers_.order(), "bcABCDEFGHIJKLMNOPQRSTUVWXYZ") << "nobody else is";
}

TEST_F(FlightBudgetBesideAFlood, GoesOnAsSoonAsSomeOfItIsStored) {
    askers_.fill("flood", small, Coming::is_here);
    for (const char who : {'b', 'c'}) {
        askers_.ask(who, "flood", small, Coming::is_here);
    }
    askers_.ask('x', "A", small, Coming::is_here);
    EXPECT_EQ(askers_.order(), "x");
    askers_.give_one_of_the_hoard();
    EXPECT_EQ(askers_.order(), "xb");
    askers_.give_one_of_the_hoard();
    EXPECT_EQ(askers_.order(), "xbc");
}

TEST_F(FlightBudgetBesideAFlood, DoesNotLetWhatComesSlowlyHoldUpWhatIsHere) {
    for (const char who : {'s', 't', 'u', 'v'}) {
        askers_.ask(who, "flood", small_bytes, Coming::on_its_way);
    }
    EXPECT_EQ(askers_.order(), "stuv");
    EXPECT_EQ(askers_.fill("flood", small, Coming::is_here), bound / small);
}

TEST_F(FlightBudgetBesideAFlood, LeavesWhatIsLargeAlone) {
    askers_.fill("flood", small, Coming::is_here);
    askers_.ask('l', "flood", largest, Coming::is_here);
    askers_.ask('m', "flood", largest, Coming::is_here);
    EXPECT_EQ(askers_.order(), "lm");
}

TEST(FlightBudgetSizes, HaveOneLaneWhereTheLargestLeavesTooLittleBesideIt) {
    const std::size_t lane_min = 16 * small_bytes;
    for (const auto& [beside, lane] :
         {std::pair{lane_min - 1, std::size_t{0}}, {lane_min, lane_min}}) {
        FlightBudget budget(35 * mib + beside, 35 * mib);
        Askers askers(budget);
        askers.ask('a', "A", 36 * mib);
        EXPECT_EQ(askers.held('a'), 35 * mib + beside - lane);
        askers.ask('s', "B", small_bytes);
        EXPECT_EQ(askers.order(), lane == 0 ? "a" : "as");
    }
}

TEST(FlightBudgetThreads, HoldTheCapAndLeaveNothingBehind) {
    FlightBudget budget(cap, largest);
    const auto work = [&budget](unsigned seed, const std::string& organisation) {
        std::minstd_rand random(seed);
        for (int i = 0; i < 400; ++i) {
            const std::size_t bytes = i % 3 == 0 ? random() % largest : random() % small_bytes;
            std::promise<FlightBudget::Grant> promise;
            auto later = promise.get_future();
            auto taken = budget.take(organisation, bytes, [&promise](FlightBudget::Grant room) {
                promise.set_value(std::move(room));
            });
            if (!taken && i % 5 == 0 && budget.cancel(organisation, taken.error())) {
                continue;
            }
            const FlightBudget::Grant room = taken ? *std::move(taken) : later.get();
            EXPECT_LE(budget.in_flight(), cap);
            EXPECT_GE(budget.in_flight(), room.bytes());
        }
    };
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < 24; ++i) {
        threads.emplace_back(work, i + 1, std::string(1, static_cast<char>('A' + i % 3)));
    }
    threads.clear();
    EXPECT_EQ(budget.in_flight(), 0U);
}

}  // namespace
}  // namespace budstikke::pipeline
