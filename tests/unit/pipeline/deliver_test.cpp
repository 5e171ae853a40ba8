// Offers and settlements: order, credit, one consumer per conversation, retries, dead letters.
#include <gtest/gtest.h>

#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::pipeline {
namespace {

using enum DeliveryState;

class DeliverTest : public BrokerTest {
 protected:
    Settings settings() const override {
        Settings settings;
        settings.retry_ladder = {std::chrono::minutes(1), std::chrono::minutes(10)};
        settings.retry_jitter_percent = 0;
        settings.attempts_max = 3;
        return settings;
    }
    MessageId accepted(const std::string& msg_id, const std::string& conversation = {}) {
        const Receipt receipt = submit(Draftsman{.msg_id = msg_id, .conversation = conversation});
        EXPECT_TRUE(receipt.accepted);
        return receipt.id;
    }
    static std::vector<std::string> msg_ids(const std::vector<Offer>& offers) {
        std::vector<std::string> ids;
        for (const auto& offer : offers) {
            ids.push_back(offer.message->envelope.message_id);
        }
        return ids;
    }
};

TEST_F(DeliverTest, GivesARecipientThatWasAwayEverythingInOrder) {
    for (const auto* const id : {"1", "2", "3"}) {
        accepted(id);
    }
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201");
    const auto offers = inbox.take(3);
    EXPECT_EQ(msg_ids(offers), (std::vector<std::string>{"1", "2", "3"}));
    EXPECT_EQ(offers[0].attempt, 1U);
    EXPECT_FALSE(offers[0].redelivered);
    for (const auto& offer : offers) {
        EXPECT_EQ(settle(consumer, offer), delivered);
    }
    EXPECT_EQ(broker_->counters().open_deliveries, 0U);
    detach(consumer);
}

TEST_F(DeliverTest, OffersNoMoreThanTheCredit) {
    for (const auto* const id : {"1", "2", "3"}) {
        accepted(id);
    }
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201", 2);
    const auto offers = inbox.take(2);
    sync();
    EXPECT_EQ(inbox.size(), 0U);
    EXPECT_EQ(settle(consumer, offers[0]), delivered);
    EXPECT_EQ(msg_ids(inbox.take(1)), std::vector<std::string>{"3"});
    detach(consumer);
}

TEST_F(DeliverTest, KeepsOneConversationWithOneConsumerAtATime) {
    accepted("1", "c");
    accepted("2", "c");
    accepted("3", "d");
    Inbox one;
    Inbox two;
    const auto first = consume(one, "900000002", "201", 1);
    const auto second = consume(two, "900000002", "201", 5);
    const auto head = one.take(1);
    EXPECT_EQ(msg_ids(head), std::vector<std::string>{"1"});
    EXPECT_EQ(msg_ids(two.take(1)), std::vector<std::string>{"3"});
    EXPECT_EQ(settle(first, head[0]), delivered);
    sync();
    EXPECT_EQ(one.size() + two.size(), 1U);
    detach(first);
    detach(second);
}

TEST_F(DeliverTest, MarksWhatComesAgainAfterAConnectionDied) {
    const auto id = accepted("1");
    Inbox inbox;
    auto consumer = consume(inbox, "900000002", "201");
    const auto first = inbox.take(1);
    detach(consumer);
    EXPECT_EQ(state(id, "201"), queued);
    consumer = consume(inbox, "900000002", "201");
    const auto again = inbox.take(1);
    EXPECT_EQ(again[0].id, first[0].id);
    EXPECT_TRUE(again[0].redelivered);
    EXPECT_EQ(again[0].attempt, 2U);
    EXPECT_EQ(settle(consumer, again[0]), delivered);
    detach(consumer);
}

TEST_F(DeliverTest, TakesASettlementOnlyFromTheConsumerThatHasTheDelivery) {
    accepted("1");
    Inbox inbox;
    Inbox other_inbox;
    const auto consumer = consume(inbox, "900000002", "201");
    const auto other = consume(other_inbox, "900000002", "202");
    const auto offers = inbox.take(1);
    EXPECT_EQ(settle(other, offers[0]).error().code, Errc::not_found);
    EXPECT_EQ(settle(consumer, offers[0]), delivered);
    EXPECT_EQ(settle(consumer, offers[0]).error().code, Errc::not_found);
    detach(consumer);
    detach(other);
}

TEST_F(DeliverTest, WaitsLongerAfterEachReleaseAndThenGivesUp) {
    const auto id = accepted("1");
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201");
    const auto release = [&] {
        const auto offers = inbox.take(1);
        return settle(consumer, offers[0], SettleOutcome::released).value();
    };
    EXPECT_EQ(release(), queued);
    clock_.advance(std::chrono::seconds(59));
    tick();
    EXPECT_EQ(inbox.size(), 0U);
    clock_.advance(std::chrono::seconds(1));
    tick();
    EXPECT_EQ(release(), queued);
    clock_.advance(std::chrono::minutes(9));
    tick();
    EXPECT_EQ(inbox.size(), 0U);
    clock_.advance(std::chrono::minutes(1));
    tick();
    EXPECT_EQ(release(), dead_lettered);
    EXPECT_EQ(causes(id, "201").back(), DeliveryCause::attempts_exhausted);
    EXPECT_EQ(broker_->dead_letters({}, 10)->size(), 1U);
    detach(consumer);
}

TEST_F(DeliverTest, ARejectionIsADeadLetterAndFreesItsConversation) {
    const auto id = accepted("1", "c");
    accepted("2", "c");
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201");
    const auto offers = inbox.take(1);
    EXPECT_EQ(settle(consumer, offers[0], SettleOutcome::rejected), dead_lettered);
    EXPECT_EQ(msg_ids(inbox.take(1)), std::vector<std::string>{"2"});
    EXPECT_EQ(delivery(id, "201").events.back().detail, "T99: why");
    detach(consumer);
}

TEST_F(DeliverTest, ReturnsNothingButWhatIsUnsettledWhenTheSubscriptionEnds) {
    accepted("1");
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201");
    const auto offers = inbox.take(1);
    std::promise<void> ended;
    broker_->unsubscribe(consumer, her("201"), [&] { ended.set_value(); });
    ended.get_future().wait();
    accepted("2");
    sync();
    EXPECT_EQ(inbox.size(), 0U);
    EXPECT_EQ(settle(consumer, offers[0]), delivered);
    detach(consumer);
}

TEST_F(DeliverTest, RefusesASubscriptionForAnothersHerId) {
    Inbox inbox;
    const ConsumerId consumer = broker_->attach("900000002", inbox);
    const auto denied = await<Result<void>>([&](auto answer) {
        broker_->subscribe(consumer, her("100"), 1, std::move(answer));
    });
    EXPECT_EQ(denied.error().code, Errc::denied);
    detach(consumer);
}

TEST_F(DeliverTest, ATransportReceiptDeliversAndGivesTheCreditBack) {
    const auto id = accepted("1", "c");
    accepted("2", "c");
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201", 1);
    EXPECT_EQ(settle(consumer, inbox.take(1)[0], SettleOutcome::received), delivered);
    EXPECT_EQ(causes(id, "201").back(), DeliveryCause::transport_receipt);
    EXPECT_EQ(msg_ids(inbox.take(1)), std::vector<std::string>{"2"});
    EXPECT_EQ(broker_->counters().settled, 1U);
    detach(consumer);
}

TEST_F(DeliverTest, WhatWasTriedInVainExpiresWithItsReasonAndGivesTheCreditBack) {
    const auto id = accepted("1", "c");
    accepted("2", "c");
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201", 1);
    EXPECT_EQ(settle(consumer, inbox.take(1)[0], SettleOutcome::expired), expired);
    EXPECT_EQ(delivery(id, "201").events.back().cause, DeliveryCause::time_to_live_ended);
    EXPECT_EQ(delivery(id, "201").events.back().detail, "why");
    EXPECT_EQ(msg_ids(inbox.take(1)), std::vector<std::string>{"2"});
    EXPECT_EQ(broker_->counters().expired, 1U);
    detach(consumer);
}

TEST_F(DeliverTest, WhatExpiredSoCanBeTriedAgainByOperations) {
    const auto id = accepted("1");
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201");
    EXPECT_EQ(settle(consumer, inbox.take(1)[0], SettleOutcome::expired), expired);
    const auto retried = await<Result<void>>([&](auto answer) {
        broker_->retry_dead_letter(
            by("retry"), {.message = id, .recipient = her("201")}, std::move(answer)
        );
    });
    ASSERT_TRUE(retried) << retried.error().detail;
    EXPECT_EQ(settle(consumer, inbox.take(1)[0], SettleOutcome::received), delivered);
    detach(consumer);
}

TEST_F(DeliverTest, OffersALongBacklogInSeveralCommits) {
    std::vector<std::future<void>> answers;
    constexpr std::size_t many = 3000;
    std::vector<std::promise<void>> done(many);
    for (std::size_t i = 0; i < many; ++i) {
        auto prepared = broker_->prepare(Draftsman{.msg_id = std::to_string(i)}.submission());
        broker_->commit(*std::move(prepared), [&done, i](const Receipt&) { done[i].set_value(); });
    }
    for (auto& answer : done) {
        answer.get_future().wait();
    }
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201", 4096);
    const auto offers = inbox.take(many);
    ASSERT_EQ(offers.size(), many);
    for (std::size_t i = 0; i < many; ++i) {
        ASSERT_EQ(offers[i].message->envelope.message_id, std::to_string(i));
    }
    detach(consumer);
}

TEST_F(DeliverTest, WhatOperationsTakeBackCostsNoAttempt) {
    const auto id = accepted("1");
    const auto hold = [&](bool held) {
        ASSERT_TRUE(await<Result<void>>([&](auto answer) {
            broker_->hold(by("party hold"), her("201"), held, std::move(answer));
        }));
    };
    Inbox inbox;
    for (std::uint32_t time = 1; time <= settings().attempts_max + 1; ++time) {
        const auto consumer = consume(inbox, "900000002", "201");
        const auto offers = inbox.take(1);
        EXPECT_EQ(offers[0].attempt, time);
        EXPECT_EQ(offers[0].redelivered, time > 1);
        hold(true);
        EXPECT_EQ(state(id, "201"), queued);
        hold(false);
        detach(consumer);
    }
    const auto consumer = consume(inbox, "900000002", "201");
    EXPECT_EQ(settle(consumer, inbox.take(1)[0]), delivered);
    detach(consumer);
}

TEST_F(DeliverTest, WhoLeavesBecauseTheBrokerStopsCostsNoAttemptAndWhoLeavesOtherwiseDoes) {
    const auto id = accepted("1");
    const auto fall = [&] {
        Inbox inbox;
        const auto consumer = consume(inbox, "900000002", "201");
        inbox.take(1);
        detach(consumer);
    };
    broker_->drain(true);
    for (std::uint32_t time = 0; time <= settings().attempts_max; ++time) {
        fall();
    }
    restart();
    for (std::uint32_t time = 1; time < settings().attempts_max; ++time) {
        fall();
    }
    EXPECT_EQ(state(id, "201"), queued);
    fall();
    Inbox inbox;
    detach(consume(inbox, "900000002", "201"));
    EXPECT_EQ(state(id, "201"), dead_lettered);
}

}  // namespace
}  // namespace budstikke::pipeline
