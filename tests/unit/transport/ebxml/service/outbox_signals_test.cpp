// What a signal may do, and what none may do: forged, unsigned, wrong, doubled and late ones.
#include "tests/unit/transport/ebxml/service/outbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using enum DeliveryState;
using std::chrono::hours;

class OutboxSignalsTest : public OutboxTest {
 protected:
    void SetUp() override {
        OutboxTest::SetUp();
        id_ = submit_to("2001");
        sent_ = carrier_.wait_for(1)[0];
    }
    /// Nothing was done: it still waits, and its own signal is still taken.
    void expect_unchanged() {
        EXPECT_EQ(state(id_, "2001"), in_flight);
        EXPECT_EQ(stored(id_).state, store::OutboundState::waiting);
        EXPECT_EQ(signal(acknowledgment_of(sent_)), SignalEffect::applied);
        wait_for_state(id_, delivered);
    }
    std::string refusal() const {
        const auto events = events_.all("ebxml_signal_refused");
        return events.empty() ? "" : events.back().fields.at("cause");
    }

    MessageId id_;
    RecordingCarrier::Sent sent_;
};

TEST_F(OutboxSignalsTest, AnAcknowledgmentThatIsNotThePartnersChangesNothing) {
    for (const auto by : {Signatory::nobody, Signatory::invalid, Signatory::stranger}) {
        EXPECT_EQ(signal(acknowledgment_of(sent_), by), SignalEffect::refused);
        EXPECT_EQ(refusal(), name(by));
    }
    expect_unchanged();
}

TEST_F(OutboxSignalsTest, AnErrorThatIsNotThePartnersChangesNothing) {
    const auto error = error_of(sent_, "Unknown", ErrorSeverity::error);
    for (const auto by : {Signatory::nobody, Signatory::invalid, Signatory::stranger}) {
        EXPECT_EQ(signal(error, by), SignalEffect::refused);
    }
    expect_unchanged();
}

TEST_F(OutboxSignalsTest, AnotherPartnerCannotSpeakForThisOne) {
    auto theirs = acknowledgment_of(sent_);
    theirs.from.ids[0].value = "2005";
    EXPECT_EQ(signal(theirs), SignalEffect::refused);
    EXPECT_EQ(refusal(), "other_parties");
    auto elsewhere = acknowledgment_of(sent_);
    elsewhere.to.ids[0].value = "3002";
    EXPECT_EQ(signal(elsewhere), SignalEffect::refused);
    expect_unchanged();
}

TEST_F(OutboxSignalsTest, AnAcknowledgmentOfOtherBytesChangesNothing) {
    auto changed = acknowledgment_of(sent_);
    changed.acknowledgment->references[1].digest_value = "AAAA";
    EXPECT_EQ(signal(changed), SignalEffect::refused);
    EXPECT_EQ(refusal(), "other_references");
    auto fewer = acknowledgment_of(sent_);
    fewer.acknowledgment->references.pop_back();
    EXPECT_EQ(signal(fewer), SignalEffect::refused);
    auto none = acknowledgment_of(sent_);
    none.acknowledgment->references.clear();
    EXPECT_EQ(signal(none), SignalEffect::refused);
    auto more = acknowledgment_of(sent_);
    more.acknowledgment->references.push_back(more.acknowledgment->references[0]);
    EXPECT_EQ(signal(more), SignalEffect::refused);
    expect_unchanged();
}

TEST_F(OutboxSignalsTest, TheOrderOfTheReferencesDoesNotMatter) {
    auto turned = acknowledgment_of(sent_);
    std::ranges::reverse(turned.acknowledgment->references);
    EXPECT_EQ(signal(turned), SignalEffect::applied);
    wait_for_state(id_, delivered);
}

TEST_F(OutboxSignalsTest, WhatIsNoSignalChangesNothing) {
    auto payload = acknowledgment_of(sent_);
    payload.kind = Kind::payload;
    payload.acknowledgment.reset();
    EXPECT_EQ(signal(payload), SignalEffect::refused);
    expect_unchanged();
}

TEST_F(OutboxSignalsTest, ASignalForNoMessageOfOursIsAnEventOnly) {
    auto unknown = acknowledgment_of(sent_);
    unknown.ref_to_message_id = "7d6ad0cb-4b1f-4a63-8f2f-2f7d9a1b2c3d";
    EXPECT_EQ(signal(unknown), SignalEffect::unknown);
    unknown.ref_to_message_id = "";
    EXPECT_EQ(signal(unknown), SignalEffect::unknown);
    unknown.ref_to_message_id = "Fornavn Etternavn";
    EXPECT_EQ(signal(unknown), SignalEffect::unknown);
    const auto events = events_.all("ebxml_signal_unknown");
    ASSERT_EQ(events.size(), 3U);
    // What a stranger wrote does not stand in the log.
    EXPECT_EQ(events[2].fields.at("message"), "-");
    expect_unchanged();
}

TEST_F(OutboxSignalsTest, ADoubledAcknowledgmentChangesNothingMore) {
    // Paused, so that the record stays to be seen.
    await<Result<void>>([&](auto answer) {
        broker_->pause(by("pause"), her("2001"), true, std::move(answer));
    });
    restart_all();
    EXPECT_EQ(signal(acknowledgment_of(sent_)), SignalEffect::applied);
    EXPECT_EQ(signal(acknowledgment_of(sent_)), SignalEffect::repeated);
    EXPECT_EQ(signal(error_of(sent_, "Unknown", ErrorSeverity::error)), SignalEffect::repeated);
    EXPECT_EQ(events_.all("ebxml_signal_late").size(), 1U);
    EXPECT_EQ(events_.all("ebxml_refused_late").size(), 1U);
    EXPECT_EQ(stored(id_).state, store::OutboundState::acknowledged);
    await<Result<void>>([&](auto answer) {
        broker_->pause(by("resume"), her("2001"), false, std::move(answer));
    });
    wait_for_state(id_, delivered);
    wait_until_erased(id_);
    EXPECT_EQ(signal(acknowledgment_of(sent_)), SignalEffect::unknown);
    EXPECT_EQ(state(id_, "2001"), delivered);
}

TEST_F(OutboxSignalsTest, ALateAcknowledgmentDoesNotBringAnExpiredDeliveryBack) {
    pass(hours(12));
    carrier_.wait_for(2);
    pass(hours(12));
    carrier_.wait_for(3);
    pass(hours(12));
    wait_for_state(id_, expired);
    wait_until_erased(id_);
    EXPECT_EQ(signal(acknowledgment_of(sent_)), SignalEffect::unknown);
    EXPECT_EQ(state(id_, "2001"), expired);
}

TEST_F(OutboxSignalsTest, AWarningCountsAsReceived) {
    EXPECT_EQ(
        signal(error_of(sent_, "NotSupported", ErrorSeverity::warning)), SignalEffect::applied
    );
    wait_for_state(id_, delivered);
}

TEST_F(OutboxSignalsTest, AnErrorIsADeadLetterWithItsCode) {
    EXPECT_EQ(
        signal(error_of(sent_, "SecurityFailure", ErrorSeverity::error)), SignalEffect::applied
    );
    wait_for_state(id_, dead_lettered);
    EXPECT_EQ(delivery(id_, "2001").events.back().detail, "SecurityFailure");
    EXPECT_EQ(events_.all("ebxml_refused").at(0).fields.at("code"), "SecurityFailure");
    pass(hours(12));
    EXPECT_EQ(carrier_.count(), 1U);
}

TEST_F(OutboxSignalsTest, ThePartnersOwnWordsDoNotComeIntoTheLog) {
    EXPECT_EQ(
        signal(error_of(sent_, "Pasient Navn 01010112345", ErrorSeverity::error)),
        SignalEffect::applied
    );
    wait_for_state(id_, dead_lettered);
    EXPECT_EQ(events_.all("ebxml_refused").at(0).fields.at("code"), "Unknown");
    EXPECT_EQ(delivery(id_, "2001").events.back().detail, "Unknown");
}

Envelope fault(const std::string& code) {
    Envelope envelope;
    envelope.kind = Kind::fault;
    envelope.fault = Fault{.code = code, .text = {}};
    return envelope;
}

TEST_F(OutboxSignalsTest, AFaultInTheExchangeIsADeadLetter) {
    const auto envelope = fault("SOAP:Client");
    const auto message_id = stored(id_).message_id;
    const auto effect = outbox_->signal({.envelope = envelope, .exchange_of = message_id}).value();
    EXPECT_EQ(effect, SignalEffect::applied);
    wait_for_state(id_, dead_lettered);
    EXPECT_EQ(delivery(id_, "2001").events.back().detail, "SOAPFault");
}

TEST_F(OutboxSignalsTest, AListWithoutAnErrorIsADeadLetterOfAnUnknownCause) {
    auto empty = error_of(sent_, "Unknown", ErrorSeverity::error);
    empty.error_list->errors.clear();
    EXPECT_EQ(signal(empty), SignalEffect::applied);
    wait_for_state(id_, dead_lettered);
    EXPECT_EQ(delivery(id_, "2001").events.back().detail, "Unknown");
}

TEST_F(OutboxSignalsTest, AFaultIsAFaultWhateverListComesWithIt) {
    auto envelope = fault("SOAP:Client");
    envelope.error_list = ErrorList{
        .errors =
            {{.code = "NotSupported",
              .severity = ErrorSeverity::warning,
              .context = {},
              .location = {},
              .description = {}}}
    };
    const auto message_id = stored(id_).message_id;
    const auto effect = outbox_->signal({.envelope = envelope, .exchange_of = message_id}).value();
    EXPECT_EQ(effect, SignalEffect::applied);
    wait_for_state(id_, dead_lettered);
    EXPECT_EQ(delivery(id_, "2001").events.back().detail, "SOAPFault");
}

TEST_F(OutboxSignalsTest, AFaultByMailIsMatchedByTheMailThatItAnswers) {
    const auto envelope = fault("SOAP-ENV:Client");
    const std::vector<std::string> others{
        "other.1@elsewhere.example", stored(id_).message_id + "@msh.example", ""
    };
    EXPECT_EQ(
        outbox_->signal({.envelope = envelope, .answered_mails = others}).value(),
        SignalEffect::unknown
    );
    EXPECT_EQ(state(id_, "2001"), in_flight);
    const std::vector<std::string> mails{"other.1@elsewhere.example", sent_.mail_id};
    EXPECT_EQ(
        outbox_->signal({.envelope = envelope, .answered_mails = mails}).value(),
        SignalEffect::applied
    );
    wait_for_state(id_, dead_lettered);
}

TEST_F(OutboxSignalsTest, AFaultOfTheServerIsTriedAgain) {
    const auto message_id = stored(id_).message_id;
    for (const auto* code : {"SOAP:Server", "env:Receiver", "Server.Timeout"}) {
        const auto envelope = fault(code);
        EXPECT_TRUE(outbox_->signal({.envelope = envelope, .exchange_of = message_id}));
    }
    EXPECT_EQ(events_.all("ebxml_attempt_failed").size(), 3U);
    expect_unchanged();
}

TEST_F(OutboxSignalsTest, ABounceForGoodIsADeadLetterAndOneForNowIsNot) {
    EXPECT_EQ(outbox_->bounced(sent_.mail_id, false).value(), SignalEffect::applied);
    EXPECT_EQ(state(id_, "2001"), in_flight);
    EXPECT_EQ(outbox_->bounced("x.1@other.example", true).value(), SignalEffect::unknown);
    EXPECT_EQ(outbox_->bounced("", true).value(), SignalEffect::unknown);
    EXPECT_EQ(outbox_->bounced(sent_.mail_id, true).value(), SignalEffect::applied);
    wait_for_state(id_, dead_lettered);
    EXPECT_EQ(delivery(id_, "2001").events.back().detail, "Bounced");
}

TEST_F(OutboxSignalsTest, WhatComesBackInTheExchangeIsReadAsItsAnswer) {
    carrier_.answer_with([](const auto&) {
        return std::string("Content-Type: text/xml\r\n\r\n<a/>");
    });
    const auto id = submit_to("2001", "m2");
    const auto answers = receiver_.wait_for(1);
    EXPECT_EQ(answers[0].first, stored(id).message_id);
    EXPECT_EQ(answers[0].second, "Content-Type: text/xml\r\n\r\n<a/>");
}

TEST(MailIds, LeadBackToTheMessageAndNothingElseDoes) {
    EXPECT_EQ(mail_id("a-b", 3, "x.example"), "a-b.3@x.example");
    EXPECT_EQ(message_of_mail("a-b.3@x.example", "x.example"), "a-b");
    EXPECT_EQ(message_of_mail("a.b@c.10@x.example", "x.example"), "a.b@c");
    for (const auto* other : {"", "@", "a-b@x.example", "a-b.3@y.example", "a-b.3@x.example.no"}) {
        EXPECT_EQ(message_of_mail(other, "x.example"), "") << other;
    }
}

}  // namespace
}  // namespace budstikke::ebxml::test
