// Work in turn by partner, and partners that rest.
#include "broker/transport/ebxml/service/fair_queue.hpp"

#include <future>
#include <latch>
#include <thread>
#include <vector>

#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using std::chrono::seconds;

class FairQueueTest : public testing::Test {
 protected:
    ~FairQueueTest() override { queue_.stop(); }

    void start(std::size_t threads) {
        for (std::size_t i = 0; i < threads; ++i) {
            threads_.emplace_back([this] { queue_.work(); });
        }
    }
    /// Runs all that may go now, on one thread: what is put last stops the queue.
    std::string run() {
        start(1);
        done_.get_future().wait();
        threads_.clear();
        return order_;
    }
    void put(const std::string& partner, char mark) {
        queue_.put(partner, [this, mark] { order_ += mark; });
    }
    void put_end(const std::string& partner) {
        queue_.put(partner, [this] {
            queue_.stop();
            done_.set_value();
        });
    }

    pipeline::TestClock clock_;
    FairQueue queue_{2, clock_};
    std::string order_;
    std::promise<void> done_;
    std::vector<std::jthread> threads_;
};

TEST_F(FairQueueTest, PartnersTakeTurnsAndEachKeepsItsOrder) {
    for (const char mark : {'1', '2', '3', '4'}) {
        put("a", mark);
    }
    put("b", 'x');
    put("c", 'y');
    put_end("a");
    EXPECT_EQ(run(), "1xy234");
}

TEST_F(FairQueueTest, OnePartnerHasNoMoreThanItsShareUnderWay) {
    std::latch both(2);
    std::promise<void> open;
    const auto gate = open.get_future().share();
    std::promise<void> other;
    for (int i = 0; i < 5; ++i) {
        queue_.put("a", [&both, gate, i] {
            if (i < 2) {
                both.count_down();
                gate.wait();
            }
        });
    }
    start(3);
    both.wait();
    EXPECT_EQ(queue_.size(), 3U);
    EXPECT_FALSE(queue_.try_enter("a"));
    queue_.put("b", [&other] { other.set_value(); });
    other.get_future().wait();
    EXPECT_EQ(queue_.size(), 3U);
    queue_.put("a", [this] { done_.set_value(); });
    open.set_value();
    done_.get_future().wait();
}

TEST_F(FairQueueTest, WhoRestsIsPassedOverUntilItsTime) {
    put("a", '1');
    put("b", 'x');
    queue_.rest("a", clock_.steady_now() + seconds(30));
    EXPECT_TRUE(queue_.is_resting("a"));
    EXPECT_FALSE(queue_.try_enter("a"));
    put_end("b");
    EXPECT_EQ(run(), "x");
}

TEST_F(FairQueueTest, AfterTheRestOneAtATimeFindsOutForAll) {
    queue_.rest("a", clock_.steady_now() + seconds(30));
    clock_.advance(seconds(30));
    EXPECT_FALSE(queue_.is_resting("a"));
    EXPECT_TRUE(queue_.try_enter("a"));
    EXPECT_FALSE(queue_.try_enter("a"));
    queue_.recover("a");
    EXPECT_TRUE(queue_.try_enter("a"));
    EXPECT_FALSE(queue_.try_enter("a"));
    queue_.leave("a");
    EXPECT_TRUE(queue_.try_enter("a"));
}

TEST_F(FairQueueTest, WhatWaitsForARestIsWokenByTheClock) {
    queue_.rest("a", clock_.steady_now() + seconds(30));
    put_end("a");
    start(1);
    clock_.advance(seconds(30));
    queue_.wake();
    done_.get_future().wait();
}

TEST_F(FairQueueTest, NothingIsTakenAfterTheEnd) {
    put("a", '1');
    queue_.stop();
    put("a", '2');
    queue_.work();
    EXPECT_EQ(order_, "");
    EXPECT_EQ(queue_.size(), 0U);
    EXPECT_FALSE(queue_.try_enter("a"));
}

}  // namespace
}  // namespace budstikke::ebxml::test
