// A partner whose agreement asks for no acknowledgements: what its server took is delivered, by the
// transport's own receipt, and is not sent again; what its server did not take is.
#include <fstream>

#include "broker/transport/ebxml/mime/writer.hpp"
#include "broker/transport/ebxml/service/signals.hpp"
#include "tests/unit/transport/ebxml/service/outbox_fixture.hpp"
#include "tests/unit/transport/ebxml/service/partner.hpp"

namespace budstikke::ebxml::test {
namespace {

using enum DeliveryState;
using std::chrono::hours;

constexpr std::string_view stated =
    "taken by the recipient's server; the agreement asks for no acknowledgement";

/// An agreement that has what this is about, and nothing else.
std::string agreement(std::string_view sync_reply_mode) {
    const auto party = [&](std::string_view her_id, std::string_view role, std::string_view side) {
        std::string text = "<tp:PartyInfo><tp:PartyId tp:type='HER'>";
        text.append(her_id).append("</tp:PartyId><tp:CollaborationRole><tp:Role tp:name='");
        text.append(role).append("'/><tp:ServiceBinding><tp:Service>S-EPIKRISE</tp:Service><tp:");
        text.append(side).append(
            "><tp:ThisPartyActionBinding tp:action='EPIKRISE'>"
            "<tp:BusinessTransactionCharacteristics tp:isNonRepudiationRequired='true'/>"
            "<tp:ChannelId>c</tp:ChannelId></tp:ThisPartyActionBinding></tp:"
        );
        text.append(side).append(
            "></tp:ServiceBinding></tp:CollaborationRole><tp:DeliveryChannel tp:channelId='c'>"
            "<tp:MessagingCharacteristics tp:ackRequested='never' tp:syncReplyMode='"
        );
        text.append(sync_reply_mode).append("'/></tp:DeliveryChannel></tp:PartyInfo>");
        return text;
    };
    return "<tp:CollaborationProtocolAgreement tp:cpaid='test:1' "
           "xmlns:tp='http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd'>" +
           party("3001", "EPIKRISEsender", "CanSend") +
           party("2001", "EPIKRISEreceiver", "CanReceive") + "</tp:CollaborationProtocolAgreement>";
}

class OutboxReceiptTest : public OutboxTest {
 protected:
    void SetUp() override {
        agree("none");
        OutboxTest::SetUp();
    }
    void agree(std::string_view sync_reply_mode) const {
        std::ofstream(world_.folder() / "agreement.xml") << agreement(sync_reply_mode);
    }
    void expect_delivered(const MessageId& id) {
        wait_for_state(id, delivered);
        EXPECT_EQ(causes(id, "2001").back(), DeliveryCause::transport_receipt);
        EXPECT_EQ(delivery(id, "2001").events.back().detail, stated);
        wait_until_erased(id);
    }
    /// The first attempt brought nothing, the next one does.
    void expect_taken_the_second_time(RecordingCarrier::Answer first) {
        carrier_.answer_with([first = std::move(first)](const auto& sent) {
            return sent.mail_id.ends_with(".1@msh.example")
                       ? first
                       : RecordingCarrier::Answer(std::string());
        });
        const auto id = submit_to("2001");
        carrier_.wait_for(1);
        ebxml_store_->wait_until([&] { return stored(id).attempts == 1; });
        EXPECT_EQ(state(id, "2001"), in_flight);
        pass(interval());
        const auto sent = carrier_.wait_for(2);
        EXPECT_EQ(sent[0].body, sent[1].body);
        expect_delivered(id);
    }
};

TEST_F(OutboxReceiptTest, WhatItsServerTookIsDeliveredAndNeverSentAgain) {
    const auto id = submit_to("2001");
    const auto message = read_sent(carrier_.wait_for(1)[0]);
    EXPECT_EQ(message.envelope->cpa_id, "test:1");
    EXPECT_FALSE(message.envelope->ack_requested);
    EXPECT_FALSE(message.envelope->sync_reply);
    expect_delivered(id);
    pass(hours(24 * 30));
    EXPECT_EQ(carrier_.count(), 1U);
    EXPECT_TRUE(events_.all("ebxml_unacknowledged").empty());
}

TEST_F(OutboxReceiptTest, OverMailTheMailServersWordCounts) {
    world_.edit("ebxml_url = \"https://msh.example/ebxml\"\n", "");
    reload();
    const auto id = submit_to("2001");
    EXPECT_EQ(carrier_.wait_for(1)[0].endpoint, "mailto:sykehus@edi.example");
    expect_delivered(id);
}

TEST_F(OutboxReceiptTest, AMailThatComesBackAfterwardsIsAWarning) {
    world_.edit("ebxml_url = \"https://msh.example/ebxml\"\n", "");
    reload();
    const auto id = submit_to("2001");
    const auto sent = carrier_.wait_for(1)[0];
    expect_delivered(id);
    EXPECT_EQ(outbox_->bounced(sent.mail_id, false).value(), SignalEffect::unknown);
    EXPECT_TRUE(events_.all("ebxml_refused_late").empty());
    EXPECT_EQ(outbox_->bounced(sent.mail_id, true).value(), SignalEffect::unknown);
    const auto events = events_.all("ebxml_refused_late");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_TRUE(sent.mail_id.starts_with(events[0].fields.at("message")));
    EXPECT_EQ(state(id, "2001"), delivered);
}

TEST_F(OutboxReceiptTest, ARefusalThatComesAfterItsRecordIsErasedIsAWarning) {
    const auto id = submit_to("2001");
    const auto sent = carrier_.wait_for(1)[0];
    expect_delivered(id);
    const auto refusals = [this] { return events_.all("ebxml_refused_late"); };
    const auto error = error_of(sent, "SecurityFailure", ErrorSeverity::error);
    // Anybody could say so, and a Warning refuses nothing.
    EXPECT_EQ(signal(error, Signatory::stranger), SignalEffect::unknown);
    EXPECT_EQ(signal(error_of(sent, "Unknown", ErrorSeverity::warning)), SignalEffect::unknown);
    EXPECT_TRUE(refusals().empty());
    EXPECT_EQ(events_.all("ebxml_signal_unknown").size(), 2U);
    EXPECT_EQ(signal(error), SignalEffect::unknown);
    ASSERT_EQ(refusals().size(), 1U);
    EXPECT_EQ(refusals()[0].fields.at("message"), error.ref_to_message_id);
    EXPECT_EQ(events_.all("ebxml_signal_unknown").size(), 2U);
    EXPECT_EQ(state(id, "2001"), delivered);
}

TEST_F(OutboxReceiptTest, AFaultThatComesAfterItsRecordIsErasedIsAWarning) {
    const auto id = submit_to("2001");
    const auto sent = carrier_.wait_for(1)[0];
    expect_delivered(id);
    const auto say = [&](const std::string& code) {
        Envelope envelope;
        envelope.kind = Kind::fault;
        envelope.fault = Fault{.code = code, .text = {}};
        const std::vector<std::string> mails{sent.mail_id};
        return outbox_->signal({.envelope = envelope, .answered_mails = mails}).value();
    };
    // Of the server's own making: it would have been sent again.
    EXPECT_EQ(say("SOAP:Server"), SignalEffect::unknown);
    EXPECT_TRUE(events_.all("ebxml_refused_late").empty());
    EXPECT_EQ(say("SOAP:Client"), SignalEffect::unknown);
    const auto events = events_.all("ebxml_refused_late");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_TRUE(sent.mail_id.starts_with(events[0].fields.at("message")));
    EXPECT_EQ(state(id, "2001"), delivered);
}

TEST_F(OutboxReceiptTest, WhatItsServerRefusesIsTriedAgainUntilItExpires) {
    carrier_.answer_with([](const auto&) { return std::unexpected(CarrierFault::refused); });
    const auto id = submit_to("2001");
    constexpr std::size_t attempts = 6;  // the profile's, where an agreement does not say
    for (std::size_t attempt = 1; attempt <= attempts; ++attempt) {
        carrier_.wait_for(attempt);
        ebxml_store_->wait_until([&] { return stored(id).attempts == attempt; });
        pass(interval());
    }
    wait_for_state(id, expired);
    EXPECT_EQ(carrier_.count(), attempts);
}

TEST_F(OutboxReceiptTest, AFaultInTheExchangeIsNoReceipt) {
    const auto answer = as_arrival(fault(FaultCode::server, "no", false), Transport::http);
    expect_taken_the_second_time(answer);
}

TEST_F(OutboxReceiptTest, AMessageErrorThatDidNotCountIsNoReceipt) {
    OutgoingHeader header;
    header.service = "urn:oasis:names:tc:ebxml-msg:service";
    header.action = "MessageError";
    EbxmlError error;
    error.code = "Unknown";
    const auto text = write_error(header, std::vector{error});
    expect_taken_the_second_time(as_arrival(package_signal(text.with("")), Transport::http));
}

TEST_F(OutboxReceiptTest, WhatCallsItselfAMessageAndIsNoneIsNoReceipt) {
    expect_taken_the_second_time("Content-Type: text/xml\r\n\r\n<a/>");
}

TEST_F(OutboxReceiptTest, AReplyThatCouldNotBeKeptComesAgainWithItsMessage) {
    receiver_.put_off(1);
    PartnerMessage reply;
    expect_taken_the_second_time(reply.bytes());
}

TEST_F(OutboxReceiptTest, ABusinessReplyInTheExchangeIsHandedOverAndIsAReceipt) {
    agree("signalsAndResponse");
    reload();
    const auto bytes = PartnerMessage{}.bytes();
    carrier_.answer_with([&](const auto&) { return bytes; });
    const auto id = submit_to("2001");
    EXPECT_TRUE(read_sent(carrier_.wait_for(1)[0]).envelope->sync_reply);
    const auto answers = receiver_.wait_for(1);
    EXPECT_EQ(answers[0].second, bytes);
    expect_delivered(id);
}

TEST_F(OutboxReceiptTest, APageOfAProxyIsNoReceipt) {
    expect_taken_the_second_time(
        "Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>Maintenance</body></html>"
    );
}

TEST_F(OutboxReceiptTest, WhatNoMessageServiceSaysIsNoReceipt) {
    expect_taken_the_second_time("Content-Type: application/json\r\n\r\n{\"status\":\"down\"}");
}

TEST_F(OutboxReceiptTest, ABodyWithoutATypeIsNoReceipt) {
    expect_taken_the_second_time("\r\nOK");
}

TEST_F(OutboxReceiptTest, ABodyWhoseTypeCannotBeReadIsNoReceipt) {
    expect_taken_the_second_time("Content-Type: plain\r\n\r\nOK");
}

TEST_F(OutboxReceiptTest, PlainWordsAreAReceipt) {
    carrier_.answer_with([](const auto&) {
        return std::string("Content-Type: Text/Plain; charset=utf-8\r\n\r\nOK");
    });
    expect_delivered(submit_to("2001"));
}

TEST_F(OutboxReceiptTest, KilledBeforeItWasSettledItIsSettledAfterTheNextStart) {
    carrier_.answer_with([](const auto&) { return std::unexpected(CarrierFault::refused); });
    const auto id = submit_to("2001");
    carrier_.wait_for(1);
    ebxml_store_->wait_until([&] { return stored(id).attempts == 1; });
    auto record = stored(id);
    EXPECT_FALSE(record.awaits_signal);
    record.state = store::OutboundState::acknowledged;
    ASSERT_TRUE(ebxml_store_->update(record));
    restart_all();
    expect_delivered(id);
    EXPECT_EQ(carrier_.count(), 1U);
}

}  // namespace
}  // namespace budstikke::ebxml::test
