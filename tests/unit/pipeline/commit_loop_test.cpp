// What waits for the commit thread: how much is too much, that it is done all the same, and who is
// called when there is room again.
#include "broker/pipeline/commit_loop.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace budstikke::pipeline {
namespace {

/// Commits after every operation, and fails when the test says so.
class SmallCycles final : public Cycle {
 public:
    void begin() override {}
    bool is_full() const override { return true; }
    Result<void> finish() override {
        return fails_ ? Result<void>(fail(Errc::io, "the disk is gone")) : Result<void>();
    }
    void failed(Error error) override { error_ = std::move(error); }
    bool has_more() const override { return false; }

    bool fails_ = false;
    Error error_{};
};

/// Nothing runs before start(), so that what waits is what the test has posted.
class CrowdOfThree : public testing::Test {
 protected:
    auto note(char what) {
        return [this, what] { order_ += what; };
    }
    void run_all() {
        loop_.start();
        loop_.stop();
    }

    SmallCycles cycle_;
    std::string order_;  ///< written by the loop's thread alone, read when that is gone
    CommitLoop loop_{cycle_, 3};
};

TEST_F(CrowdOfThree, BeginsAtTheLimitAndDropsNothing) {
    loop_.post(note('1'));
    loop_.post(note('2'));
    EXPECT_FALSE(loop_.crowded()) << "one below";
    loop_.post(note('3'));
    EXPECT_TRUE(loop_.crowded()) << "at the limit";
    loop_.post(note('4'));
    EXPECT_TRUE(loop_.crowded()) << "above";
    run_all();
    EXPECT_EQ(order_, "1234");
    EXPECT_FALSE(loop_.crowded());
}

TEST_F(CrowdOfThree, CallsAtOnceWhereThereIsRoom) {
    loop_.post(note('1'));
    loop_.post(note('2'));
    loop_.when_calm(note('a'));
    EXPECT_EQ(order_, "a");
    run_all();
    EXPECT_EQ(order_, "a12");
}

TEST_F(CrowdOfThree, CallsAsManyAsThereIsRoomForInTheOrderOfAsking) {
    for (const char what : {'1', '2', '3', '4', '5'}) {
        loop_.post(note(what));
    }
    for (const char who : {'a', 'b', 'c', 'd', 'e'}) {
        loop_.when_calm(note(who));
    }
    EXPECT_EQ(order_, "");
    run_all();
    // With two left there is room for one, with one left for two; who is last finds nothing left.
    EXPECT_EQ(order_, "123a4bc5de");
}

TEST_F(CrowdOfThree, KeepsTheOrderOfThoseThatPostWhatTheyWaitedWith) {
    for (const char what : {'1', '2', '3'}) {
        loop_.post(note(what));
    }
    for (const char who : {'a', 'b'}) {
        loop_.when_calm([this, who] { loop_.post(note(who)); });
    }
    run_all();
    EXPECT_EQ(order_, "123ab");
}

TEST_F(CrowdOfThree, CallsNobodyAfterAFailure) {
    cycle_.fails_ = true;
    for (const char what : {'1', '2', '3'}) {
        loop_.post(note(what));
    }
    loop_.when_calm(note('a'));
    run_all();
    EXPECT_EQ(order_, "1") << "nothing is done after the write that failed";
    EXPECT_EQ(cycle_.error_.code, Errc::io);
}

/// Writes down what each write had in it, and never calls one full.
class Writes final : public Cycle {
 public:
    void begin() override { writes_.emplace_back(); }
    bool is_full() const override { return false; }
    Result<void> finish() override { return {}; }
    void failed(Error) override {}
    bool has_more() const override { return false; }
    auto note(char who) {
        return [this, who] { writes_.back() += who; };
    }

    std::vector<std::string> writes_;
};

class Lanes : public testing::Test {
 protected:
    void post(char who, std::size_t times) {
        for (std::size_t time = 0; time < times; ++time) {
            loop_.post(std::string(1, who), cycle_.note(who));
        }
    }

    Writes cycle_;
    CommitLoop loop_{cycle_};
};

TEST_F(Lanes, OneWhoFloodsDelaysTheOthersByOneWriteOnly) {
    post('f', 10'000);
    post('a', 2);
    post('b', 1);
    loop_.start();
    loop_.stop();
    const std::string& first = cycle_.writes_.front();
    EXPECT_EQ(std::ranges::count(first, 'a'), 2);
    EXPECT_EQ(std::ranges::count(first, 'b'), 1);
    EXPECT_LT(first.size(), 100U) << "the others wait for all of this write";
    std::size_t all = 0;
    for (const auto& write : cycle_.writes_) {
        all += write.size();
    }
    EXPECT_EQ(all, 10'003U) << "nothing is dropped";
}

TEST_F(Lanes, WithNobodyElseOneFillsItsWrites) {
    post('f', 10'000);
    loop_.start();
    loop_.stop();
    // The first writes are short ones: somebody else may just have been there.
    const auto longest = std::ranges::max(cycle_.writes_, {}, &std::string::size).size();
    EXPECT_GE(longest, 1'000U);
    EXPECT_LT(longest, 2'000U) << "whoever comes newly waits for all of it";
}

TEST_F(Lanes, WhoComesToOneThatHadTheLoopToItselfIsInTheNextWrite) {
    post('f', 20'000);
    std::size_t asked_in = 0;
    std::size_t done_in = 0;
    loop_.post("f", [&] {
        asked_in = cycle_.writes_.size();
        loop_.post("late", [&] { done_in = cycle_.writes_.size(); });
    });
    post('f', 20'000);
    loop_.start();
    loop_.stop();
    EXPECT_EQ(done_in, asked_in + 1);
}

TEST_F(Lanes, TakeTurnsInBeingFirst) {
    post('a', 200);
    post('b', 200);
    loop_.start();
    loop_.stop();
    ASSERT_GE(cycle_.writes_.size(), 3U);
    for (const auto& write : {cycle_.writes_[0], cycle_.writes_[1], cycle_.writes_[2]}) {
        EXPECT_EQ(std::ranges::count(write, 'a'), std::ranges::count(write, 'b'));
    }
}

TEST_F(Lanes, KeepTheirOwnOrderAndComeAfterWhatHasNone) {
    std::string order;
    for (const char what : {'1', '2', '3'}) {
        loop_.post("lane", [&order, what] { order += what; });
    }
    loop_.post([&order] { order += 'x'; });
    loop_.start();
    loop_.stop();
    EXPECT_EQ(order, "x123");
}

TEST_F(CrowdOfThree, CountsWhatWaitsInLanes) {
    loop_.post("a", note('1'));
    loop_.post("b", note('2'));
    EXPECT_FALSE(loop_.crowded()) << "one below";
    loop_.post("a", note('3'));
    EXPECT_TRUE(loop_.crowded()) << "at the limit";
    loop_.post("c", note('4'));
    EXPECT_TRUE(loop_.crowded()) << "above";
    run_all();
    EXPECT_EQ(order_.size(), 4U);
    EXPECT_FALSE(loop_.crowded());
}

TEST_F(CrowdOfThree, DropsWhatWaitsInLanesAfterAFailure) {
    cycle_.fails_ = true;
    loop_.post("a", note('1'));
    loop_.post("b", note('2'));
    run_all();
    EXPECT_EQ(order_, "1");
    loop_.post("a", note('3'));
    EXPECT_EQ(order_, "1");
}

TEST(CommitLoopLimit, IsThatOfTheHeader) {
    SmallCycles cycle;
    CommitLoop loop(cycle);
    std::size_t done = 0;
    for (std::size_t posted = 0; posted < limits::operations_waiting_max - 1; ++posted) {
        loop.post([&done] { ++done; });
    }
    EXPECT_FALSE(loop.crowded());
    loop.post([&done] { ++done; });
    EXPECT_TRUE(loop.crowded());
    loop.post([&done] { ++done; });
    loop.start();
    loop.stop();
    EXPECT_EQ(done, limits::operations_waiting_max + 1);
}

}  // namespace
}  // namespace budstikke::pipeline
