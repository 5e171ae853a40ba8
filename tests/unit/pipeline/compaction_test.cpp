// That the space of erased payloads is asked back from the store: once, beside everything else, and
// not for nothing.
#include <gtest/gtest.h>

#include "tests/unit/pipeline/broker_fixture.hpp"
#include "tests/unit/pipeline/watched_store.hpp"

namespace budstikke::pipeline {
namespace {

using enum DeliveryState;

constexpr std::size_t mib = std::size_t{1024} * 1024;

class CompactionTest : public BrokerTest {
 protected:
    Settings settings() const override {
        Settings settings;
        settings.payload_retention = std::chrono::hours(3);
        return settings;
    }
    std::unique_ptr<store::Store> watched(std::unique_ptr<store::Store> store) override {
        return std::make_unique<WatchedStore>(std::move(store), watch_);
    }
    /// Delivered, so that retention may have its payload when its time comes.
    void deliver(const std::string& msg_id, std::size_t bytes) {
        ASSERT_TRUE(submit(Draftsman{.msg_id = msg_id, .bytes = std::string(bytes, 'x')}).accepted);
        const auto consumer = consume(inbox_, "900000002", "201");
        EXPECT_EQ(settle(consumer, inbox_.take(1)[0]), delivered);
        detach(consumer);
    }
    /// Enough of it for everything that one tick leaves to the next.
    void let_time_pass(Duration time) {
        clock_.advance(time);
        for (int i = 0; i < 5; ++i)
            tick();
    }

    Inbox inbox_;
    StoreWatch watch_;
    Compactions& compactions_ = watch_.compactions;
};

TEST_F(CompactionTest, AnIdleBrokerMakesNone) {
    deliver("1", 1000);
    for (int hour = 0; hour < 10; ++hour)
        let_time_pass(std::chrono::hours(1));
    stop();
    EXPECT_EQ(compactions_.begun(), 0U);
}

TEST_F(CompactionTest, ErasedPayloadsLeadToOneInTheBackground) {
    deliver("1", 32 * mib);
    deliver("2", 32 * mib - 1);
    let_time_pass(std::chrono::hours(3));
    EXPECT_EQ(compactions_.begun(), 0U) << "64 MiB less a byte wait for more";
    deliver("3", 1);
    compactions_.hold();
    let_time_pass(std::chrono::hours(3));
    compactions_.wait_until_begun(1);
    // It is not over, and the broker takes messages and time all the same.
    deliver("4", 1000);
    let_time_pass(std::chrono::hours(3));
    EXPECT_EQ(compactions_.begun(), 1U);
    compactions_.release();
    let_time_pass(std::chrono::hours(3));
    stop();
    EXPECT_EQ(compactions_.begun(), 1U);
}

TEST_F(CompactionTest, AFailedOneIsCountedAndCostsNothingElse) {
    deliver("1", 32 * mib);
    deliver("2", 32 * mib);
    compactions_.fail_from_now_on();
    let_time_pass(std::chrono::hours(3));
    compactions_.wait_until_begun(1);
    deliver("3", 1000);
    while (broker_->counters().compaction_failures == 0)
        tick();
    EXPECT_EQ(broker_->counters().compaction_failures, 1U);
    EXPECT_EQ(compactions_.begun(), 1U);
}

}  // namespace
}  // namespace budstikke::pipeline
