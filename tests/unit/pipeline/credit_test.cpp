// What a consumer may hold unsettled: its credit of each queue, however often it subscribes, and no
// more than it was attached with, over all queues.
#include <array>

#include <gtest/gtest.h>

#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::pipeline {
namespace {

using enum DeliveryState;

class CreditTest : public BrokerTest {
 protected:
    /// So many for a queue, each with a conversation of its own.
    void accept(const std::string& queue, int count) {
        for (int i = 0; i < count; ++i) {
            const auto id = "m" + std::to_string(next_++);
            ASSERT_TRUE(submit(Draftsman{.msg_id = id, .to = {queue}}).accepted);
        }
    }
    ConsumerId attach(std::uint32_t unsettled_max) {
        return broker_->attach("900000002", inbox_, unsettled_max);
    }
    void subscribe(ConsumerId consumer, const std::string& queue, std::uint32_t credit) {
        ASSERT_TRUE(await<Result<void>>([&](auto answer) {
            broker_->subscribe(consumer, her(queue), credit, std::move(answer));
        }));
    }
    void unsubscribe(ConsumerId consumer, const std::string& queue) {
        std::promise<void> done;
        broker_->unsubscribe(consumer, her(queue), [&done] { done.set_value(); });
        done.get_future().get();
    }
    /// Offers are made before the answer to what was asked after them.
    std::size_t offered() {
        sync();
        return inbox_.size();
    }

    Inbox inbox_;
    int next_ = 0;
};

TEST_F(CreditTest, WhatIsUnsettledCountsAlsoAfterSubscribingAgain) {
    accept("201", 6);
    const auto consumer = attach(100);
    subscribe(consumer, "201", 2);
    const auto first = inbox_.take(2);
    for (int again = 0; again < 3; ++again) {
        unsubscribe(consumer, "201");
        subscribe(consumer, "201", 2);
        EXPECT_EQ(offered(), 0U);
    }
    // One more than is unsettled: one more comes.
    unsubscribe(consumer, "201");
    subscribe(consumer, "201", 3);
    EXPECT_EQ(offered(), 1U);
    // A settlement makes room for one, not for one of each subscription.
    EXPECT_EQ(settle(consumer, first[0]), delivered);
    EXPECT_EQ(offered(), 2U);
    detach(consumer);
}

TEST_F(CreditTest, WhatWasSettledBetweenTwoSubscriptionsCountsNoMore) {
    accept("201", 4);
    const auto consumer = attach(100);
    subscribe(consumer, "201", 2);
    const auto first = inbox_.take(2);
    unsubscribe(consumer, "201");
    EXPECT_EQ(settle(consumer, first[0]), delivered);
    EXPECT_EQ(settle(consumer, first[1]), delivered);
    EXPECT_EQ(offered(), 0U);
    subscribe(consumer, "201", 2);
    EXPECT_EQ(offered(), 2U);
    detach(consumer);
}

TEST_F(CreditTest, NobodyHoldsMoreThanItWasAttachedWithOneBelowAtAndAbove) {
    constexpr std::array<std::pair<int, std::size_t>, 3> cases{{{1, 2}, {2, 2}, {3, 1}}};
    for (const auto& [left, more] : cases) {
        accept("201", left);
        accept("202", 2);
        const auto consumer = attach(4);
        subscribe(consumer, "201", 4);
        const auto unsettled = inbox_.take(static_cast<std::size_t>(left));
        unsubscribe(consumer, "201");
        subscribe(consumer, "202", 2);
        EXPECT_EQ(offered(), more) << left << " are left of the other queue";
        auto offers = inbox_.take(more);
        // Room that is made on one queue is room for all.
        EXPECT_EQ(settle(consumer, unsettled[0]), delivered);
        if (more < 2) {
            offers.push_back(inbox_.take(1)[0]);
        }
        EXPECT_EQ(offered(), 0U);
        for (std::size_t i = 1; i < unsettled.size(); ++i) {
            EXPECT_EQ(settle(consumer, unsettled[i]), delivered);
        }
        for (const auto& offer : offers) {
            EXPECT_EQ(settle(consumer, offer), delivered);
        }
        detach(consumer);
    }
}

TEST_F(CreditTest, WhoIsFullLeavesTheRestToAnother) {
    accept("201", 3);
    const auto full = attach(1);
    subscribe(full, "201", 3);
    inbox_.take(1);
    EXPECT_EQ(offered(), 0U);
    Inbox other;
    const auto another = consume(other, "900000002", "201");
    EXPECT_EQ(other.take(2).size(), 2U);
    detach(full);
    EXPECT_EQ(other.take(1).size(), 1U);
    detach(another);
}

TEST_F(CreditTest, AHoldLeavesNothingThatCounts) {
    accept("201", 2);
    const auto consumer = attach(2);
    subscribe(consumer, "201", 2);
    inbox_.take(2);
    const auto hold = [&](bool held) {
        ASSERT_TRUE(await<Result<void>>([&](auto answer) {
            broker_->hold(by("party hold"), her("201"), held, std::move(answer));
        }));
    };
    hold(true);
    hold(false);
    subscribe(consumer, "201", 2);
    EXPECT_EQ(inbox_.take(2).size(), 2U);
    detach(consumer);
}

TEST_F(CreditTest, ASettlementOfAnEarlierOfferLeavesTheLaterOneAlone) {
    accept("201", 1);
    const auto consumer = attach(2);
    subscribe(consumer, "201", 2);
    const auto first = inbox_.take(1)[0];
    const auto settle_as = [&](std::uint32_t attempt) {
        return await<Result<DeliveryState>>([&](auto answer) {
            broker_->settle(
                consumer,
                {.delivery = first.id,
                 .outcome = SettleOutcome::accepted,
                 .reason_code = {},
                 .reason = {},
                 .attempt = attempt},
                std::move(answer)
            );
        });
    };
    EXPECT_EQ(settle(consumer, first, SettleOutcome::released), queued);
    clock_.advance(std::chrono::hours(1));
    tick();
    const auto second = inbox_.take(1)[0];
    EXPECT_EQ(second.id, first.id);
    const auto stale = settle_as(first.attempt);
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error().code, Errc::not_found);
    EXPECT_EQ(state(first.id.message, "201"), in_flight);
    EXPECT_EQ(settle_as(second.attempt), delivered);
    detach(consumer);
}

}  // namespace
}  // namespace budstikke::pipeline
