// What an AppRec does to the delivery it answers: early, late, twice, contradictory, foreign.
#include <gtest/gtest.h>

#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::pipeline {
namespace {

using enum DeliveryState;

class AppRecTest : public BrokerTest {
 protected:
    static constexpr const char* second_id = "22222222-2222-4222-8222-222222222222";

    /// A message from 100 to 201, with `state` reached by a consumer.
    MessageId message(SettleOutcome outcome) {
        const Receipt receipt = submit(Draftsman{});
        const auto consumer = consume(inbox_, "900000002", "201");
        const auto offers = inbox_.take(1);
        EXPECT_TRUE(settle(consumer, offers[0], outcome));
        detach(consumer);
        return receipt.id;
    }

    Inbox inbox_;
};

TEST_F(AppRecTest, ConfirmsADeliveryAndReachesTheSender) {
    const auto id = message(SettleOutcome::accepted);
    const Receipt apprec = send_apprec("201", "100", "m1", 1);
    ASSERT_TRUE(apprec.accepted);
    EXPECT_EQ(state(id, "201"), confirmed);
    EXPECT_EQ(delivery(id, "201").apprec_message, apprec.id);
    const auto sender = consume(inbox_, "900000001", "100");
    const auto offers = inbox_.take(1);
    EXPECT_TRUE(offers[0].message->envelope.is_apprec);
    EXPECT_EQ(settle(sender, offers[0]), delivered);
    EXPECT_FALSE(delivery(apprec.id, "100").expects_apprec);
    detach(sender);
}

TEST_F(AppRecTest, FlagsAnErrorInAPartAndStillConfirms) {
    const auto id = message(SettleOutcome::accepted);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 3).accepted);
    EXPECT_EQ(state(id, "201"), confirmed);
    EXPECT_EQ(delivery(id, "201").apprec, AppRecStatus::ok_error_in_part);
}

TEST_F(AppRecTest, RejectsADeliveryWithItsCodes) {
    const auto id = message(SettleOutcome::accepted);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 2).accepted);
    EXPECT_EQ(state(id, "201"), rejected);
    EXPECT_EQ(delivery(id, "201").events.back().detail, "E35");
}

TEST_F(AppRecTest, KeepsNoMoreCodesInATimelineThanAReasonMayBeLong) {
    const auto detail_of = [&](std::size_t codes, std::size_t last, const std::string& msg_id) {
        const Receipt receipt = submit(Draftsman{.msg_id = msg_id});
        const auto consumer = consume(inbox_, "900000002", "201");
        EXPECT_TRUE(settle(consumer, inbox_.take(1)[0]));
        detach(consumer);
        auto made = apprec("900000002", "201", "100", msg_id, 2, "id-" + msg_id);
        std::string xml(made.payload.bytes());
        std::string errors;
        for (std::size_t i = 0; i < codes; ++i) {
            const std::string code(i + 1 < codes ? 49 : last, 'E');
            errors += "<Error V=\"" + code + "\" S=\"2.16.578.1.12.4.1.1.8221\" DN=\"-\"/>";
        }
        const auto begin = xml.find("<Error");
        xml.replace(begin, xml.find("<OriginalMsgId>") - begin, errors);
        made.payload = Payload(std::move(xml));
        EXPECT_TRUE(submit(std::move(made)).accepted);
        return delivery(receipt.id, "201").events.back().detail.size();
    };
    // Nine of 49 and what stands between them and before the last are 450.
    EXPECT_EQ(detail_of(10, 49, "below"), limits::reason_bytes_max - 1);
    EXPECT_EQ(detail_of(10, 50, "at"), limits::reason_bytes_max);
    EXPECT_EQ(detail_of(10, 51, "above"), 449U);
}

TEST_F(AppRecTest, MayOvertakeTheSettlement) {
    const Receipt receipt = submit(Draftsman{});
    const auto consumer = consume(inbox_, "900000002", "201");
    const auto offers = inbox_.take(1);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1).accepted);
    EXPECT_EQ(state(receipt.id, "201"), confirmed);
    EXPECT_EQ(settle(consumer, offers[0]), confirmed);
    detach(consumer);
    EXPECT_EQ(state(receipt.id, "201"), confirmed);
    EXPECT_EQ(broker_->counters().refused_changes, 0U);
}

TEST_F(AppRecTest, IsKeptForADeliveryWhoseSettlementWasLost) {
    const Receipt receipt = submit(Draftsman{});
    auto consumer = consume(inbox_, "900000002", "201");
    inbox_.take(1);
    detach(consumer);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1).accepted);
    EXPECT_EQ(state(receipt.id, "201"), queued);
    consumer = consume(inbox_, "900000002", "201");
    const auto again = inbox_.take(1);
    EXPECT_TRUE(again[0].redelivered);
    EXPECT_EQ(settle(consumer, again[0]), confirmed);
    detach(consumer);
}

// Who has the transport receipt is a message service; what the recipient's system said, nobody
// knows.
TEST_F(AppRecTest, NoReceiptIsGivenForARecipientWhoseMessageServiceAloneHasIt) {
    for (const auto outcome : {SettleOutcome::received, SettleOutcome::expired}) {
        const auto msg_id = outcome == SettleOutcome::received ? "m1" : "m2";
        const Receipt receipt = submit(Draftsman{.msg_id = msg_id, .to = {"301"}});
        const auto consumer = consume(inbox_, "900000003", "301");
        const auto after = settle(consumer, inbox_.take(1)[0], outcome);
        EXPECT_EQ(after, outcome == SettleOutcome::received ? delivered : expired);
        EXPECT_EQ(causes(receipt.id, "301").size(), 4U);  // and no receipt of the broker's making
        detach(consumer);
        // The recipient's own is taken as ever.
        EXPECT_TRUE(
            send_apprec("301", "100", msg_id, 1, MessageId::make({}, random_).text()).accepted
        );
        EXPECT_EQ(state(receipt.id, "301"), confirmed);
    }
}

TEST_F(AppRecTest, ConfirmsADeadLetterAndTakesItOffTheList) {
    const auto id = message(SettleOutcome::rejected);
    EXPECT_EQ(broker_->dead_letters({}, 10)->size(), 1U);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1).accepted);
    EXPECT_EQ(state(id, "201"), confirmed);
    EXPECT_TRUE(broker_->dead_letters({}, 10)->empty());
}

TEST_F(AppRecTest, TheFirstOneIsFinal) {
    const auto id = message(SettleOutcome::accepted);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1).accepted);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 2, second_id).accepted);
    EXPECT_EQ(state(id, "201"), confirmed);
    EXPECT_EQ(causes(id, "201").back(), DeliveryCause::apprec_contradicts);
    EXPECT_EQ(broker_->counters().apprec_incidents, 1U);
}

TEST_F(AppRecTest, TheSameAgainIsAnEventAndNoIncident) {
    const auto id = message(SettleOutcome::accepted);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1).accepted);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1).repeated);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1, second_id).accepted);
    EXPECT_EQ(causes(id, "201").back(), DeliveryCause::apprec_repeated);
    EXPECT_EQ(broker_->counters().apprec_incidents, 0U);
}

TEST_F(AppRecTest, AForeignOneIsRoutedAndChangesNothing) {
    const auto id = message(SettleOutcome::accepted);
    const Receipt unknown = send_apprec("201", "100", "never sent", 1);
    EXPECT_TRUE(unknown.accepted);
    // 202 was never a recipient of m1.
    EXPECT_TRUE(send_apprec("202", "100", "m1", 2, second_id).accepted);
    EXPECT_EQ(state(id, "201"), delivered);
    EXPECT_EQ(broker_->counters().apprec_incidents, 2U);
}

class MergedTest : public AppRecTest {
 protected:
    Settings settings() const override {
        Settings settings;
        settings.attempts_max = 1;
        return settings;
    }
    std::string directory_toml() const override {
        return R"(
[[party]]
her_id = "200"
organisation = "900000002"
name = "Merged into 201"
kind = "gp"
endpoint = "exchange"
validation = "none"
redirect_to = "201"
)";
    }
};

TEST_F(MergedTest, ASuccessorAnswersForItselfFirstAndThenForItsPredecessor) {
    const Receipt receipt = submit(Draftsman{.to = {"200", "201"}});
    const auto consumer = consume(inbox_, "900000002", "201");
    for (const auto& offer : inbox_.take(2)) {
        EXPECT_EQ(settle(consumer, offer), delivered);
    }
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1).accepted);
    EXPECT_EQ(state(receipt.id, "201"), confirmed);
    EXPECT_EQ(state(receipt.id, "200"), delivered);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1, second_id).accepted);
    EXPECT_EQ(state(receipt.id, "200"), confirmed);
    EXPECT_EQ(broker_->counters().apprec_incidents, 0U);
    detach(consumer);
}

TEST_F(MergedTest, AKeptReceiptCountsWhenTheAttemptsAreExhausted) {
    const Receipt receipt = submit(Draftsman{});
    auto consumer = consume(inbox_, "900000002", "201");
    inbox_.take(1);
    detach(consumer);
    EXPECT_TRUE(send_apprec("201", "100", "m1", 1).accepted);
    consumer = consume(inbox_, "900000002", "201");
    sync();
    EXPECT_EQ(inbox_.size(), 0U);
    EXPECT_EQ(state(receipt.id, "201"), confirmed);
    EXPECT_TRUE(broker_->dead_letters({}, 10)->empty());
    detach(consumer);
}

TEST_F(AppRecTest, IsNeverAnsweredByAnAppRec) {
    message(SettleOutcome::accepted);
    const Receipt apprec = send_apprec("201", "100", "m1", 1);
    // The sender answers the receipt: routed as it is, but the receipt's delivery stays as it was.
    const Receipt answer =
        send_apprec("100", "201", "11111111-1111-4111-8111-111111111111", 1, second_id);
    EXPECT_TRUE(answer.accepted);
    EXPECT_EQ(state(apprec.id, "100"), queued);
    EXPECT_EQ(broker_->counters().apprec_incidents, 1U);
}

TEST_F(AppRecTest, IsGivenByTheBrokerWhereTheAgreementDelegatesIt) {
    const Receipt receipt = submit(Draftsman{.msg_id = "m1", .to = {"301"}});
    const auto consumer = consume(inbox_, "900000003", "301");
    const auto offers = inbox_.take(1);
    EXPECT_EQ(settle(consumer, offers[0]), confirmed);
    EXPECT_EQ(state(receipt.id, "301"), confirmed);
    const auto sender = consume(inbox_, "900000001", "100");
    const auto given = inbox_.take(1);
    const Envelope& envelope = given[0].message->envelope;
    EXPECT_EQ(envelope.original_message_id, "m1");
    EXPECT_EQ(envelope.apprec_status, AppRecStatus::ok);
    EXPECT_EQ(envelope.sender.her_id, "301");
    detach(consumer);
    detach(sender);
}

TEST_F(AppRecTest, OfARejectionIsGivenByTheBrokerWhereTheAgreementDelegatesIt) {
    const Receipt receipt = submit(Draftsman{.msg_id = "m1", .to = {"301"}});
    const auto consumer = consume(inbox_, "900000003", "301");
    const auto offers = inbox_.take(1);
    EXPECT_EQ(settle(consumer, offers[0], SettleOutcome::rejected), rejected);
    EXPECT_EQ(state(receipt.id, "301"), rejected);
    detach(consumer);
}

TEST_F(AppRecTest, IsNotGivenByTheBrokerForAnyoneElse) {
    const auto id = message(SettleOutcome::accepted);
    EXPECT_EQ(state(id, "201"), delivered);
    EXPECT_EQ(broker_->counters().accepted, 1U);
}

}  // namespace
}  // namespace budstikke::pipeline
