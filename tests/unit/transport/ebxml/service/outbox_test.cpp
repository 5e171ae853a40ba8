// Sent until it is acknowledged: what is repeated, how often, when it ends and how.
#include "broker/transport/ebxml/service/compose.hpp"
#include "tests/unit/transport/ebxml/service/outbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using enum DeliveryState;
using std::chrono::hours;
using std::chrono::minutes;

TEST_F(OutboxTest, AMessageThatIsAcknowledgedIsDeliveredByTransportReceipt) {
    const auto id = submit_to("2001");
    const auto sent = carrier_.wait_for(1).at(0);
    EXPECT_EQ(sent.endpoint, "https://msh.example/ebxml");
    EXPECT_EQ(sent.from_address, "legekontor@edi.example");
    EXPECT_EQ(state(id, "2001"), in_flight);
    EXPECT_EQ(signal(acknowledgment_of(sent)), SignalEffect::applied);
    wait_for_state(id, delivered);
    EXPECT_EQ(causes(id, "2001").back(), DeliveryCause::transport_receipt);
    wait_until_erased(id);
    pass(hours(24 * 30));
    EXPECT_EQ(carrier_.count(), 1U);
}

TEST_F(OutboxTest, AResendRepeatsTheVeryBytesUnderANewMailId) {
    const auto id = submit_to("2001");
    carrier_.wait_for(1);
    pass(hours(12));
    const auto sent = carrier_.wait_for(2);
    EXPECT_EQ(sent[0].body, sent[1].body);
    EXPECT_EQ(sent[0].content_type, sent[1].content_type);
    const auto message_id = stored(id).message_id;
    EXPECT_EQ(sent[0].mail_id, message_id + ".1@msh.example");
    EXPECT_EQ(sent[1].mail_id, message_id + ".2@msh.example");
}

TEST_F(OutboxTest, OneAndTheRetriesAreMadeAndThenTheDeliveryExpires) {
    const auto id = submit_to("2001");
    const auto start = carrier_.wait_for(1)[0].at;
    for (std::size_t attempt = 2; attempt <= 3; ++attempt) {
        pass(interval() - Duration(1));
        pass(Duration(1));
        carrier_.wait_for(attempt);
    }
    pass(interval() - Duration(1));
    EXPECT_EQ(state(id, "2001"), in_flight);
    pass(Duration(1));
    wait_for_state(id, expired);
    wait_until_erased(id);
    const auto sent = carrier_.wait_for(3);
    ASSERT_EQ(sent.size(), 3U);
    EXPECT_EQ(sent[1].at - start, interval());
    EXPECT_EQ(sent[2].at - start, 2 * interval());
    EXPECT_EQ(delivery(id, "2001").events.back().detail, "no acknowledgement after 3 attempts");
    const auto told = events_.all("ebxml_unacknowledged");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].fields.at("to"), "2001");
    EXPECT_EQ(told[0].fields.at("attempts"), "3");
}

TEST_F(OutboxTest, WhatOperationsTryAgainIsANewMessage) {
    const auto id = submit_to("2001");
    const auto first = carrier_.wait_for(1)[0];
    EXPECT_EQ(
        signal(error_of(first, "SecurityFailure", ErrorSeverity::error)), SignalEffect::applied
    );
    wait_for_state(id, dead_lettered);
    wait_until_erased(id);
    const auto retried = await<Result<void>>([&](auto answer) {
        broker_->retry_dead_letter(
            by("retry"), {.message = id, .recipient = her("2001")}, std::move(answer)
        );
    });
    ASSERT_TRUE(retried);
    const auto second = carrier_.wait_for(2)[1];
    EXPECT_NE(read_sent(first).envelope->message_id, read_sent(second).envelope->message_id);
    EXPECT_EQ(signal(acknowledgment_of(second)), SignalEffect::applied);
    wait_for_state(id, delivered);
}

TEST_F(OutboxTest, ATimeToLiveEndsTheAttemptsBeforeTheirNumberDoes) {
    pipeline::Draftsman draft{
        .msg_id = "m1", .sender = "3001", .to = {"2001"}, .organisation = "999000002"
    };
    auto submission = draft.submission();
    submission.expires_at = clock_.now() + hours(13);
    const auto id = submit(std::move(submission)).id;
    const auto sent = carrier_.wait_for(1)[0];
    EXPECT_FALSE(read_sent(sent).envelope->time_to_live.empty());
    pass(hours(12));
    carrier_.wait_for(2);
    pass(hours(12));
    wait_for_state(id, expired);
    EXPECT_EQ(carrier_.count(), 2U);
}

TEST_F(OutboxTest, ARestartGoesOnWithTheSameMessageAtItsTime) {
    const auto id = submit_to("2001");
    const auto first = carrier_.wait_for(1)[0];
    pass(hours(5));
    restart_all();
    EXPECT_EQ(stored(id).attempts, 1U);
    pass(hours(7) - Duration(1));
    pass(Duration(1));
    const auto second = carrier_.wait_for(2)[1];
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(second.at - first.at, hours(12));
    EXPECT_EQ(signal(acknowledgment_of(second)), SignalEffect::applied);
    wait_for_state(id, delivered);
}

// Killed between the write and the attempt: nobody may have seen it, so it goes at once.
TEST_F(OutboxTest, WhatWasWrittenDownAndNotSentGoesAtTheNextStart) {
    const auto id = submit_to("2001");
    carrier_.wait_for(1);
    outbox_.reset();
    auto message = stored(id);
    message.attempts = 0;
    message.next_attempt = composed_at(message.message_id);
    ASSERT_TRUE(ebxml_store_->update(message));
    clock_.advance(hours(1));
    restart_all();
    const auto sent = carrier_.wait_for(2);
    EXPECT_EQ(sent[1].body, sent[0].body);
    EXPECT_EQ(signal(acknowledgment_of(sent[1])), SignalEffect::applied);
    wait_for_state(id, delivered);
}

TEST_F(OutboxTest, AStopInterruptsAnAttemptWhichIsMadeAnewAtTheNextStart) {
    carrier_.answer_with([](const RecordingCarrier::Sent& sent) -> RecordingCarrier::Answer {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait(lock, sent.stop, [] { return false; });
        return std::unexpected(CarrierFault::interrupted);
    });
    const auto id = submit_to("2001");
    const auto first = carrier_.wait_for(1)[0];
    stop_all();
    carrier_.answer_with({});
    start_all();
    const auto sent = carrier_.wait_for(2);
    EXPECT_EQ(sent[1].body, first.body);
    // The same attempt: no other has been made, and none has failed.
    EXPECT_EQ(sent[1].mail_id, first.mail_id);
    ebxml_store_->wait_until([&] { return stored(id).attempts == 1; });
    EXPECT_EQ(stored(id).failures, 0U);
    EXPECT_EQ(events_.all("ebxml_attempt_failed").at(0).fields.at("fault"), "interrupted");
}

TEST_F(OutboxTest, AnAcknowledgmentAfterARestartCounts) {
    const auto id = submit_to("2001");
    const auto sent = carrier_.wait_for(1)[0];
    restart_all();
    EXPECT_EQ(signal(acknowledgment_of(sent)), SignalEffect::applied);
    wait_for_state(id, delivered);
    wait_until_erased(id);
    EXPECT_EQ(carrier_.count(), 1U);
}

TEST_F(OutboxTest, AnAcknowledgmentBeforeTheDeliveryIsOfferedAgainSettlesItThen) {
    const auto id = submit_to("2001");
    const auto sent = carrier_.wait_for(1)[0];
    await<Result<void>>([&](auto answer) {
        broker_->pause(by("pause"), her("2001"), true, std::move(answer));
    });
    restart_all();
    EXPECT_EQ(signal(acknowledgment_of(sent)), SignalEffect::applied);
    EXPECT_EQ(stored(id).state, store::OutboundState::acknowledged);
    EXPECT_EQ(state(id, "2001"), queued);
    await<Result<void>>([&](auto answer) {
        broker_->pause(by("resume"), her("2001"), false, std::move(answer));
    });
    wait_for_state(id, delivered);
    wait_until_erased(id);
    EXPECT_EQ(carrier_.count(), 1U);
}

TEST_F(OutboxTest, WhatIsLeftOfADeliveryThatIsOverIsSweptAway) {
    const auto id = submit_to("2001");
    carrier_.wait_for(1);
    const auto left = stored(id);
    EXPECT_EQ(signal(acknowledgment_of(carrier_.wait_for(1)[0])), SignalEffect::applied);
    wait_for_state(id, delivered);
    wait_until_erased(id);
    // As after a crash that lost the erasure, which is not synced.
    ASSERT_TRUE(ebxml_store_->put(left));
    restart_all();
    tick_outbox();
    wait_until_erased(id);
    EXPECT_EQ(carrier_.count(), 1U);
}

TEST_F(OutboxTest, WhatCannotBeWrittenDownIsNotSentAndWhoStartedItLearnsOfTheFailure) {
    ebxml_store_->fail_writes(true);
    submit_to("2001");
    failures_.wait(0);
    EXPECT_EQ(carrier_.count(), 0U);
    EXPECT_EQ(events_.all("ebxml_store_failed").at(0).fields.at("code"), "io");
}

TEST_F(OutboxTest, ASignalThatCannotBeWrittenDownHasNotCome) {
    const auto id = submit_to("2001");
    const auto sent = carrier_.wait_for(1)[0];
    ebxml_store_->wait_until([&] { return stored(id).attempts == 1; });
    ebxml_store_->fail_writes(true);
    const auto envelope = acknowledgment_of(sent);
    const auto refused = outbox_->signal({.envelope = envelope, .signed_by = Signatory::partner});
    EXPECT_EQ(refused.error().code, Errc::io);
    EXPECT_EQ(state(id, "2001"), in_flight);
    ebxml_store_->fail_writes(false);
    EXPECT_EQ(signal(envelope), SignalEffect::applied);
    wait_for_state(id, delivered);
}

TEST_F(OutboxTest, AnAppRecThatOvertakesTheAcknowledgmentEndsTheResending) {
    const auto id = submit_to("2001");
    carrier_.wait_for(1);
    const auto id_of_apprec = MessageId::make(clock_.now(), random_).text();
    EXPECT_TRUE(
        submit(pipeline::apprec("999000001", "2001", "3001", "m1", 1, id_of_apprec)).accepted
    );
    EXPECT_EQ(state(id, "2001"), confirmed);
    pass(hours(12));
    wait_until_erased(id);
    EXPECT_EQ(carrier_.count(), 1U);
    EXPECT_EQ(state(id, "2001"), confirmed);
}

TEST_F(OutboxTest, APartnerThatCannotBeReachedLosesNoneOfItsAttempts) {
    carrier_.answer_with([](const auto&) { return std::unexpected(CarrierFault::unreachable); });
    const auto id = submit_to("2001");
    carrier_.wait_for(1);
    ebxml_store_->wait_until([&] { return stored(id).failures == 1; });
    EXPECT_EQ(stored(id).attempts, 0U);
    for (const auto wait : {minutes(1), minutes(5), minutes(15)}) {
        const auto failures = stored(id).failures;
        pass(wait - Duration(1));
        pass(Duration(1));
        ebxml_store_->wait_until([&] { return stored(id).failures == failures + 1; });
    }
    carrier_.answer_with({});
    pass(hours(1));
    const auto sent = carrier_.wait_for(5);
    EXPECT_EQ(sent[4].at - sent[3].at, hours(1));
    ebxml_store_->wait_until([&] { return stored(id).attempts == 1; });
    EXPECT_EQ(sent[4].mail_id, stored(id).message_id + ".5@msh.example");
    EXPECT_EQ(events_.all("ebxml_attempt_failed").at(0).fields.at("fault"), "unreachable");
    EXPECT_EQ(signal(acknowledgment_of(sent[4])), SignalEffect::applied);
    wait_for_state(id, delivered);
}

}  // namespace
}  // namespace budstikke::ebxml::test
