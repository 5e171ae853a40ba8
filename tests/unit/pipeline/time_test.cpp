// What time does: expiry, overdue receipts, retention, key rotation.
#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::pipeline {
namespace {

using enum DeliveryState;

class TimeTest : public BrokerTest {
 protected:
    Settings settings() const override {
        Settings settings;
        settings.time_to_live = std::chrono::hours(2);
        settings.apprec_deadline = std::chrono::hours(1);
        settings.payload_retention = std::chrono::hours(3);
        settings.duplicate_memory = std::chrono::hours(4);
        settings.event_retention = std::chrono::hours(5);
        return settings;
    }
    MessageId delivered_message() {
        const Receipt receipt = submit(Draftsman{});
        const auto consumer = consume(inbox_, "900000002", "201");
        EXPECT_EQ(settle(consumer, inbox_.take(1)[0]), delivered);
        detach(consumer);
        return receipt.id;
    }

    Inbox inbox_;
};

TEST_F(TimeTest, ExpiresWhatNobodyFetches) {
    const Receipt receipt = submit(Draftsman{});
    clock_.advance(std::chrono::hours(2) - Duration(1));
    tick();
    EXPECT_EQ(state(receipt.id, "201"), queued);
    clock_.advance(Duration(1));
    tick();
    EXPECT_EQ(state(receipt.id, "201"), expired);
    const auto consumer = consume(inbox_, "900000002", "201");
    sync();
    EXPECT_EQ(inbox_.size(), 0U);
    detach(consumer);
}

TEST_F(TimeTest, EndsNothingWhereTheWallClockLeapsYearsForth) {
    const Receipt receipt = submit(Draftsman{});
    constexpr Duration ten_years = std::chrono::years(10);
    clock_.jump(ten_years);
    tick();
    tick();
    clock_.jump(-ten_years);
    EXPECT_EQ(state(receipt.id, "201"), queued);
    EXPECT_TRUE(submit(Draftsman{}).repeated);
    const auto consumer = consume(inbox_, "900000002", "201");
    EXPECT_EQ(settle(consumer, inbox_.take(1)[0]), delivered);
    detach(consumer);
    clock_.advance(std::chrono::hours(6));
    tick();
    EXPECT_FALSE(submit(Draftsman{}).repeated);
}

TEST_F(TimeTest, OffersWhatIsDueOnlyByALeapOfTheWallClock) {
    const Receipt receipt = submit(Draftsman{});
    clock_.jump(std::chrono::years(10));
    const auto consumer = consume(inbox_, "900000002", "201");
    EXPECT_EQ(settle(consumer, inbox_.take(1)[0]), delivered);
    EXPECT_EQ(state(receipt.id, "201"), delivered);
    detach(consumer);
}

TEST_F(TimeTest, OffersAtOnceWhateverTheClockSaysWhatNeedNotWait) {
    const Receipt first = submit(Draftsman{.msg_id = "1", .conversation = "c"});
    const Receipt second = submit(Draftsman{.msg_id = "2", .conversation = "c"});
    clock_.advance(-std::chrono::hours(1));
    const auto gone = consume(inbox_, "900000002", "201");
    EXPECT_EQ(inbox_.take(1)[0].id.message, first.id);
    clock_.advance(-std::chrono::hours(1));
    detach(gone);
    clock_.advance(-std::chrono::hours(1));
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201");
    EXPECT_EQ(settle(consumer, inbox.take(1)[0]), delivered);
    EXPECT_EQ(settle(consumer, inbox.take(1)[0]), delivered);
    EXPECT_EQ(state(second.id, "201"), delivered);
    detach(consumer);
}

TEST_F(TimeTest, DoesNotTakeADeliveryFromAConsumerThatHoldsIt) {
    const Receipt receipt = submit(Draftsman{});
    const auto consumer = consume(inbox_, "900000002", "201");
    const auto offers = inbox_.take(1);
    clock_.advance(std::chrono::hours(3));
    tick();
    EXPECT_EQ(state(receipt.id, "201"), in_flight);
    EXPECT_EQ(settle(consumer, offers[0], SettleOutcome::released), expired);
    detach(consumer);
}

TEST_F(TimeTest, RemindsOnceOfAnAppRecThatIsOverdueAndTakesALateOne) {
    const auto id = delivered_message();
    clock_.advance(std::chrono::hours(1) - Duration(1));
    tick();
    EXPECT_EQ(causes(id, "201").back(), DeliveryCause::settled_accepted);
    clock_.advance(Duration(1));
    tick();
    EXPECT_EQ(causes(id, "201").back(), DeliveryCause::apprec_overdue);
    const auto events = causes(id, "201").size();
    tick();
    EXPECT_EQ(causes(id, "201").size(), events);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1).accepted);
    EXPECT_EQ(state(id, "201"), confirmed);
}

TEST_F(TimeTest, DoesNotRemindOfWhatWasAnswered) {
    const auto id = delivered_message();
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1).accepted);
    clock_.advance(std::chrono::hours(1));
    tick();
    EXPECT_EQ(causes(id, "201").back(), DeliveryCause::apprec_ok);
}

TEST_F(TimeTest, ErasesPayloadThenDuplicateKeyThenEverything) {
    const auto id = delivered_message();
    const auto record = store_->find_message(id)->value();
    clock_.advance(std::chrono::hours(3));
    tick();
    EXPECT_EQ(broker_->read_payload(record, 0).error().code, Errc::not_found);
    const MessageRef message{.id = id, .message_id = {}, .sender = {}};
    EXPECT_TRUE(broker_->message(message)->payload_erased);
    EXPECT_TRUE(submit(Draftsman{}).repeated);
    clock_.advance(std::chrono::hours(1));
    tick();
    EXPECT_FALSE(store_->find_identity(her("100"), "m1")->has_value());
    EXPECT_EQ(state(id, "201"), delivered);
    clock_.advance(std::chrono::hours(1));
    tick();
    EXPECT_EQ(broker_->message(message).error().code, Errc::not_found);
    EXPECT_TRUE(broker_->feed("900000001", her("100"), 0, 100)->empty());
    EXPECT_EQ(state(id, "201"), none);
}

TEST_F(TimeTest, TellsTheFeedOfWhatExpiresBeforeItIsErasedAndLeavesNoOpenRow) {
    Submission submission = Draftsman{}.submission();
    submission.expires_at = clock_.now() + std::chrono::hours(6);
    const Receipt receipt = submit(std::move(submission));
    ASSERT_TRUE(receipt.accepted);
    clock_.advance(std::chrono::hours(6));
    tick();
    EXPECT_EQ(state(receipt.id, "201"), expired);
    const auto feed = broker_->feed("900000001", her("100"), 0, 100);
    EXPECT_TRUE(std::ranges::any_of(*feed, [](const store::FeedEntry& event) {
        return event.cause == DeliveryCause::time_to_live_ended;
    }));
    clock_.advance(std::chrono::seconds(1));
    tick();
    EXPECT_EQ(state(receipt.id, "201"), none);
    std::size_t open = 0;
    ASSERT_TRUE(store_->for_each_open([&](const store::OpenEntry&) -> Result<void> {
        ++open;
        return {};
    }));
    EXPECT_EQ(open, 0U);
}

TEST_F(TimeTest, GivesARetriedDeliveryANewDeadlineForItsReceipt) {
    const Receipt receipt = submit(Draftsman{});
    const auto consumer = consume(inbox_, "900000002", "201");
    EXPECT_EQ(settle(consumer, inbox_.take(1)[0], SettleOutcome::rejected), dead_lettered);
    clock_.advance(std::chrono::hours(1));
    tick();
    EXPECT_EQ(causes(receipt.id, "201").back(), DeliveryCause::apprec_overdue);
    const DeliveryId id{.message = receipt.id, .recipient = her("201")};
    ASSERT_TRUE(await<Result<void>>([&](auto answer) {
        broker_->retry_dead_letter(by("deadletter retry"), id, std::move(answer));
    }));
    EXPECT_EQ(settle(consumer, inbox_.take(1)[0]), delivered);
    clock_.advance(std::chrono::hours(1));
    tick();
    EXPECT_EQ(causes(receipt.id, "201").back(), DeliveryCause::apprec_overdue);
    detach(consumer);
}

TEST_F(TimeTest, RefusesANewRecipientOfAMessageWhosePayloadIsErased) {
    Submission for_one = Draftsman{.to = {"201", "202"}}.submission();
    for_one.recipients = {"201"};
    ASSERT_TRUE(submit(std::move(for_one)).accepted);
    clock_.advance(std::chrono::hours(3));
    tick();
    EXPECT_FALSE(submit(Draftsman{.to = {"201", "202"}}).accepted);
}

TEST_F(TimeTest, GivesANewRecipientOfAKnownMessageALifeOfItsOwn) {
    Submission for_one = Draftsman{.to = {"201", "202"}}.submission();
    for_one.recipients = {"201"};
    const Receipt first = submit(std::move(for_one));
    clock_.advance(std::chrono::minutes(150));
    const Receipt both = submit(Draftsman{.to = {"201", "202"}});
    ASSERT_TRUE(both.accepted);
    tick();
    EXPECT_EQ(state(first.id, "201"), expired);
    EXPECT_EQ(state(first.id, "202"), queued);
}

TEST_F(TimeTest, KeepsThePayloadOfWhatIsStillOpen) {
    const Receipt receipt = submit(Draftsman{});
    const auto consumer = consume(inbox_, "900000002", "201");
    const auto offers = inbox_.take(1);
    clock_.advance(std::chrono::hours(3));
    tick();
    EXPECT_TRUE(broker_->read_payload(*offers[0].message, 0));
    EXPECT_EQ(settle(consumer, offers[0]), delivered);
    tick();
    EXPECT_FALSE(broker_->read_payload(*offers[0].message, 0));
    EXPECT_EQ(state(receipt.id, "201"), delivered);
    detach(consumer);
}

TEST_F(TimeTest, RotatesTheMasterKeyWithoutAPause) {
    const auto id = delivered_message();
    const auto record = store_->find_message(id)->value();
    std::ofstream(folder_ / "master.keys", std::ios::app) << "k2 " << std::string(64, 'b') << '\n';
    const auto load = [&] {
        return std::make_shared<const crypto::MasterKeys>(
            crypto::MasterKeys::load(folder_ / "master.keys").value()
        );
    };
    codec_->replace_keys(load());
    broker_->rotate_keys();
    EXPECT_TRUE(broker_->rotation().running);
    while (broker_->rotation().running) {
        tick();
    }
    EXPECT_EQ(broker_->rotation().rewrapped, 1U);
    EXPECT_EQ(crypto::MasterKeys::wrapped_by(store_->read_wrap(id).value()), "k2");
    std::ofstream(folder_ / "master.keys") << "k2 " << std::string(64, 'b') << '\n';
    codec_->replace_keys(load());
    EXPECT_EQ(broker_->read_payload(record, 0), "sealed for another's eyes");
}

}  // namespace
}  // namespace budstikke::pipeline
