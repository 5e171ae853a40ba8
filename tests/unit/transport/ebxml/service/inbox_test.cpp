// What a partner sends is given to the broker and acknowledged once, after the durable write.
#include <gmock/gmock.h>

#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"
#include "tests/unit/transport/ebxml/service/inbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Accepted : public InboxTest {};

TEST_F(Accepted, AMessageIsDeliveredAndAcknowledgedInTheExchange) {
    const PartnerMessage message;
    const auto signal = answered(message);
    EXPECT_EQ(signal.envelope.kind, Kind::acknowledgment) << signal.text();
    EXPECT_TRUE(signal.signed_by_clinic);
    EXPECT_EQ(signal.envelope.from.her_id(), "3001");
    EXPECT_EQ(signal.envelope.to.her_id(), "2001");
    EXPECT_EQ(signal.envelope.cpa_id, message.cpa_id);
    EXPECT_EQ(signal.envelope.conversation_id, message.conversation_id);
    EXPECT_EQ(signal.envelope.acknowledgment->ref_to_message_id, message.message_id);
    EXPECT_EQ(signal.envelope.descriptions, std::vector{options_.description});
    EXPECT_EQ(open_for("3001"), 1U);
    EXPECT_EQ(carrier_.size(), 0U);
    const auto kept_message = kept(message);
    ASSERT_TRUE(kept_message);
    EXPECT_EQ(kept_message->business_id, "0b7c8a52-1d0e-4b6e-9d0f-3f5a1c2b4d6e");
    EXPECT_EQ(kept_message->conversation_id, message.conversation_id);
    EXPECT_EQ(kept_message->received_at, clock_.now());
}

TEST_F(Accepted, TheAcknowledgmentRepeatsTheReferencesLetterForLetter) {
    const auto bytes = PartnerMessage{}.bytes();
    const auto references = references_of(bytes);
    ASSERT_EQ(references.size(), 2U);
    const auto signal = answered(bytes);
    for (const auto& reference : references) {
        EXPECT_THAT(signal.soap, HasSubstr(reference));
    }
    EXPECT_EQ(signal.envelope.acknowledgment->references.size(), 2U);
}

TEST_F(Accepted, WithoutSyncReplyTheSignalGoesByItselfToThePartnersEndpoint) {
    PartnerMessage message;
    message.sync_reply = false;
    const auto reception = receive(message);
    EXPECT_EQ(reception.kind, Reception::Kind::done);
    EXPECT_FALSE(reception.reply);
    const auto sent = carrier_.take(1);
    EXPECT_EQ(sent[0].endpoint, "https://msh.example/ebxml");
    EXPECT_EQ(read_signal(sent[0].package).envelope.kind, Kind::acknowledgment);
}

void leave_out_ack_requested(EnvelopeText& text) {
    const auto begin = text.before.find("<eb:AckRequested");
    const auto end = text.before.find("/>", begin) + 2;
    text.before.erase(begin, end - begin);
}

TEST_F(Accepted, AReplyInAnExchangeOfOursArrivesOnceAndIsNotAnswered) {
    for (const bool sync_reply : {true, false}) {
        PartnerMessage reply;
        reply.sync_reply = sync_reply;
        reply.message_id =
            std::string("955536cb-fb9a-49d9-848d-2baca7b116e") + (sync_reply ? "1" : "2");
        reply.payload = dialogue("2001", "3001", reply.message_id);
        reply.before_signing = leave_out_ack_requested;
        const auto bytes = reply.bytes();
        for (int copy = 0; copy < 2; ++copy) {
            const auto reception = inbox_->receive(
                {.transport = Transport::http, .bytes = bytes, .source = "x", .exchange_of = "m@us"}
            );
            EXPECT_EQ(reception.kind, Reception::Kind::done);
            EXPECT_FALSE(reception.reply);
        }
        EXPECT_EQ(kept(reply)->business_id, reply.message_id);
    }
    EXPECT_EQ(open_for("3001"), 2U);
    inbox_->stop();
    EXPECT_EQ(carrier_.size(), 0U);
}

TEST_F(Accepted, AReplyInAnExchangeOfOursThatAsksForASignalGetsItByItself) {
    const auto bytes = PartnerMessage{}.bytes();
    const auto reception = inbox_->receive(
        {.transport = Transport::http, .bytes = bytes, .source = "x", .exchange_of = "m@us"}
    );
    EXPECT_FALSE(reception.reply);
    const auto sent = carrier_.take(1);
    EXPECT_EQ(read_signal(sent[0].package).envelope.kind, Kind::acknowledgment);
    EXPECT_EQ(open_for("3001"), 1U);
}

TEST_F(Accepted, OverMailNothingGoesBackInTheExchange) {
    PartnerMessage message;
    message.sync_reply = false;
    message.transport = Transport::mail;
    const auto reception = receive(message);
    EXPECT_EQ(reception.kind, Reception::Kind::done);
    EXPECT_FALSE(reception.reply);
    const auto sent = carrier_.take(1);
    EXPECT_EQ(sent[0].endpoint, "mailto:sykehus@edi.example");
    EXPECT_EQ(sent[0].from_address, "legekontor@edi.example");
    EXPECT_THAT(sent[0].mail_id, HasSubstr("@edi.example"));
    EXPECT_EQ(sent[0].in_reply_to, "");
    EXPECT_EQ(read_signal(sent[0].package).envelope.kind, Kind::acknowledgment);
    EXPECT_EQ(open_for("3001"), 1U);
}

TEST_F(Accepted, AWarningIsAnsweredAsSuchAndTheMessageIsDelivered) {
    PartnerMessage message;
    message.before_signing = [](EnvelopeText& text) {
        text.before = changed(text.before, "<eb:DuplicateElimination/>", "");
    };
    // A synchronous exchange has nothing to eliminate.
    message.sync_reply = false;
    EXPECT_EQ(receive(message).kind, Reception::Kind::done);
    const auto signal = read_signal(carrier_.take(1)[0].package);
    ASSERT_EQ(signal.envelope.kind, Kind::error);
    EXPECT_EQ(signal.envelope.error_list->highest(), ErrorSeverity::warning);
    EXPECT_TRUE(signal.signed_by_clinic);
    EXPECT_EQ(signal.envelope.ref_to_message_id, message.message_id);
    EXPECT_THAT(signal.text(), HasSubstr("HITS 1172 regel 74"));
    EXPECT_EQ(open_for("3001"), 1U);
    EXPECT_EQ(kept(message)->business_id, "0b7c8a52-1d0e-4b6e-9d0f-3f5a1c2b4d6e");
}

TEST_F(Accepted, AnotherEncodingThatIsDeclaredRightIsReadAndAnsweredWithAWarning) {
    PartnerMessage message;
    message.before_signing = [](EnvelopeText& text) {
        text.before = changed(text.before, "encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"");
    };
    const auto contradicted = answered(message);
    EXPECT_EQ(contradicted.envelope.error_list->highest(), ErrorSeverity::error);
    EXPECT_THAT(contradicted.text(), HasSubstr("HITS 1172 regel 68"));
    EXPECT_EQ(accepted(), 0U);
    message.message_id = "955536cb-fb9a-49d9-848d-2baca7b116e2";
    const auto signal =
        answered(changed(message.bytes(), "charset=\"UTF-8\"", "charset=\"ISO-8859-1\""));
    ASSERT_EQ(signal.envelope.kind, Kind::error);
    EXPECT_EQ(signal.envelope.error_list->highest(), ErrorSeverity::warning);
    EXPECT_THAT(signal.text(), HasSubstr("HITS 1172 regel 68"));
    EXPECT_EQ(open_for("3001"), 1U);
}

TEST_F(Accepted, AMessageToSeveralGoesOnlyToWhomEbToNames) {
    const auto payload = dialogue("2001", "3001", "0b7c8a52-1d0e-4b6e-9d0f-3f5a1c2b4d6e", "3002");
    PartnerMessage first;
    first.payload = payload;
    EXPECT_EQ(answered(first).envelope.kind, Kind::acknowledgment);
    EXPECT_EQ(open_for("3001"), 1U);
    EXPECT_EQ(open_for("3002"), 0U);
    // The copy: another ebXML message with the same MsgId inside.
    PartnerMessage second;
    second.payload = payload;
    second.to = "3002";
    second.cpa_id = "2001_3002";
    second.message_id = "00000000-0000-4000-8000-000000000002";
    EXPECT_EQ(answered(second).envelope.kind, Kind::acknowledgment);
    EXPECT_EQ(open_for("3001"), 1U);
    EXPECT_EQ(open_for("3002"), 1U);
    EXPECT_EQ(accepted(), 1U);
}

TEST_F(Accepted, WhatIsNotSignedIsNotRead) {
    PartnerMessage message;
    message.after_signing = [](const std::string& envelope) {
        const std::string unsigned_header =
            "<eb:MessageHeader SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\" "
            "SOAP:mustUnderstand=\"1\" eb:version=\"2.0\"><eb:From><eb:PartyId eb:type=\"HER\">2001"
            "</eb:PartyId></eb:From><eb:To><eb:PartyId eb:type=\"HER\">3002</eb:PartyId></eb:To>"
            "<eb:CPAId>evil</eb:CPAId><eb:ConversationId>evil</eb:ConversationId>"
            "<eb:MessageData><eb:MessageId>evil@evil</eb:MessageId></eb:MessageData>"
            "</eb:MessageHeader>";
        return changed(envelope, "<SOAP:Header>", "<SOAP:Header>" + unsigned_header);
    };
    const auto signal = answered(message);
    EXPECT_EQ(signal.envelope.conversation_id, message.conversation_id) << signal.text();
    EXPECT_THAT(signal.soap, Not(HasSubstr("evil")));
    EXPECT_EQ(open_for("3002"), 0U);
}

TEST_F(Accepted, WhatAPartnerSaysOfItsSoftwareIsKept) {
    EXPECT_TRUE(inbox_->versions().empty());
    answered(PartnerMessage{});
    const auto versions = inbox_->versions();
    ASSERT_EQ(versions.size(), 1U);
    EXPECT_EQ(versions[0].partner, her("2001"));
    EXPECT_EQ(versions[0].reported_at, clock_.now());
    EXPECT_THAT(
        versions[0].software,
        ElementsAre(std::pair("MSH-system", "Partner"), std::pair("MSH-versjon", "7.1"))
    );
}

TEST_F(Accepted, ASenderThatIsReadOfOldAlgorithmsByNameIsHeard) {
    sha1_from_ = {"2001"};
    des3_from_ = {"2001"};
    restart();
    PartnerMessage message;
    message.sign = sign_with_sha1;
    message.pack = [](const std::string& payload) { return encrypt_by_openssl(payload, "-des3"); };
    const auto signal = answered(message);
    EXPECT_EQ(signal.envelope.kind, Kind::acknowledgment) << signal.text();
    EXPECT_EQ(open_for("3001"), 1U);
}

TEST_F(Accepted, CompressedContentIsRead) {
    PartnerMessage message;
    message.pack = [](const std::string& payload) {
        const crypto::test::TempFolder folder;
        crypto::test::write_file(folder.path("xml"), payload);
        crypto::test::output_of("gzip -n " + folder.path("xml").string());
        return encrypt_by_openssl(crypto::test::read_all(folder.path("xml.gz")), "-aes256");
    };
    EXPECT_EQ(answered(message).envelope.kind, Kind::acknowledgment);
    EXPECT_EQ(open_for("3001"), 1U);
}

TEST_F(Accepted, MessagesAreForgottenAfterTheirTime) {
    const PartnerMessage message;
    answered(message);
    clock_.advance_wall(limits::ebxml_inbound_memory);
    inbox_->tick();
    EXPECT_TRUE(kept(message));
    clock_.advance_wall(1ms);
    inbox_->tick();
    EXPECT_FALSE(kept(message));
}

TEST_F(Accepted, ASignalThatFindsNoRoomIsLeftOutAndGoesWithTheNextCopy) {
    PartnerMessage message;
    message.sync_reply = false;
    const auto bytes = message.bytes();
    inbox_->stop();
    EXPECT_EQ(receive(bytes).kind, Reception::Kind::done);
    EXPECT_EQ(events("ebxml_signal_left_out"), 1U);
    restart();
    EXPECT_EQ(receive(bytes).kind, Reception::Kind::done);
    EXPECT_EQ(read_signal(carrier_.take(1)[0].package).envelope.kind, Kind::acknowledgment);
    EXPECT_EQ(open_for("3001"), 1U);
}

}  // namespace
}  // namespace budstikke::ebxml::test
