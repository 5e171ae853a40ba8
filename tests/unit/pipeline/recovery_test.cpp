// What is left after a restart: everything accepted, nothing that was settled.
#include <gtest/gtest.h>

#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::pipeline {
namespace {

using enum DeliveryState;

class RecoveryTest : public BrokerTest {};

TEST_F(RecoveryTest, DeliversAfterARestartWhatWasAcceptedBefore) {
    for (const auto* const id : {"1", "2", "3"}) {
        ASSERT_TRUE(submit(Draftsman{.msg_id = id, .conversation = "c"}).accepted);
    }
    restart();
    EXPECT_EQ(broker_->counters().open_deliveries, 3U);
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201");
    for (const auto* const id : {"1", "2", "3"}) {
        const auto offers = inbox.take(1);
        EXPECT_EQ(offers[0].message->envelope.message_id, id);
        EXPECT_FALSE(offers[0].redelivered);
        EXPECT_EQ(settle(consumer, offers[0]), delivered);
    }
    detach(consumer);
}

TEST_F(RecoveryTest, OffersAgainMarkedWhatWasInFlight) {
    const Receipt receipt = submit(Draftsman{});
    Inbox inbox;
    consume(inbox, "900000002", "201");
    inbox.take(1);
    restart();
    EXPECT_EQ(state(receipt.id, "201"), queued);
    EXPECT_EQ(causes(receipt.id, "201").back(), DeliveryCause::restarted);
    const auto consumer = consume(inbox, "900000002", "201");
    const auto again = inbox.take(1);
    EXPECT_TRUE(again[0].redelivered);
    EXPECT_EQ(settle(consumer, again[0]), delivered);
    detach(consumer);
}

TEST_F(RecoveryTest, NeverOffersAgainWhatWasSettled) {
    submit(Draftsman{});
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201");
    EXPECT_EQ(settle(consumer, inbox.take(1)[0]), delivered);
    restart();
    consume(inbox, "900000002", "201");
    sync();
    EXPECT_EQ(inbox.size(), 0U);
    stop();
}

TEST_F(RecoveryTest, ContinuesPositionsSoThatFeedsOnlyGrow) {
    submit(Draftsman{.msg_id = "1"});
    const auto before = broker_->feed("900000001", her("100"), 0, 10)->back().position;
    restart();
    submit(Draftsman{.msg_id = "2"});
    const auto after = broker_->feed("900000001", her("100"), before, 10).value();
    ASSERT_FALSE(after.empty());
    EXPECT_GT(after.front().position, before);
}

TEST_F(RecoveryTest, ReplaysToTheSameStateEachTime) {
    for (int i = 0; i < 20; ++i) {
        submit(Draftsman{.msg_id = std::to_string(i), .conversation = std::to_string(i % 3)});
    }
    const auto queues = [&] {
        return await<QueueDetail>([&](auto answer) {
            broker_->queue(her("201"), 100, std::move(answer));
        });
    };
    restart();
    const auto first = queues();
    restart();
    const auto second = queues();
    ASSERT_EQ(first.rows.size(), 20U);
    for (std::size_t i = 0; i < first.rows.size(); ++i) {
        EXPECT_EQ(first.rows[i].delivery, second.rows[i].delivery);
    }
}

}  // namespace
}  // namespace budstikke::pipeline
