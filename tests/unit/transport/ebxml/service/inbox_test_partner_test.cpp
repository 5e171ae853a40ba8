// As a test partner the broker answers every message with all that is wrong with it, as the
// national validator did, and delivers nothing.
#include <algorithm>

#include <gmock/gmock.h>

#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"
#include "tests/unit/transport/ebxml/service/inbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using testing::HasSubstr;

class TestPartner : public InboxTest {
 protected:
    void SetUp() override {
        options_.test_partner = true;
        InboxTest::SetUp();
    }
    void TearDown() override {
        EXPECT_EQ(accepted(), 0U);
        InboxTest::TearDown();
    }
};

TEST_F(TestPartner, AcknowledgesACorrectMessageAndDeliversNothing) {
    PartnerMessage message;
    const auto signal = answered(message);
    EXPECT_EQ(signal.envelope.kind, Kind::acknowledgment) << signal.text();
    EXPECT_TRUE(signal.signed_by_clinic);
    EXPECT_FALSE(kept(message));
}

TEST_F(TestPartner, ReportsEveryViolationWithItsNumber) {
    PartnerMessage message;
    message.description = R"({"MSH-system":""})";
    message.before_signing = [](EnvelopeText& text) {
        text.before = changed(text.before, "<eb:CPAId>2001_3001", "<eb:CPAId>3001_2001");
        text.before = changed(text.before, "eb:signed=\"true\"", "eb:signed=\"false\"");
    };
    const auto signal = answered(message);
    ASSERT_EQ(signal.envelope.kind, Kind::error);
    for (const auto* rule : {"regel 12:", "regel 94:", "regel 272:", "regel 273:"}) {
        EXPECT_THAT(signal.text(), HasSubstr(std::string("HITS 1172 ") + rule));
    }
    const auto& errors = signal.envelope.error_list->errors;
    EXPECT_EQ(std::ranges::count(errors, ErrorSeverity::error, &EbxmlError::severity), 2);
    EXPECT_EQ(signal.envelope.error_list->highest(), ErrorSeverity::error);
}

TEST_F(TestPartner, ReportsWhatOthersOnlyLogAsWarnings) {
    PartnerMessage message;
    message.description = R"({"MSH-system":"X"})";
    const auto signal = answered(message);
    ASSERT_EQ(signal.envelope.kind, Kind::error);
    EXPECT_EQ(signal.envelope.error_list->highest(), ErrorSeverity::warning);
    EXPECT_THAT(signal.text(), HasSubstr("regel 272:"));
}

TEST_F(TestPartner, ReportsSignatureAndEncryptionBesideTheRules) {
    PartnerMessage message;
    message.signer = "clinic-sign";
    message.recipient = "hospital-crypt";
    const auto answer = answered(message);
    EXPECT_THAT(answer.text(), HasSubstr("regel 44:"));
    EXPECT_THAT(answer.text(), HasSubstr("(no_key)"));
    EXPECT_EQ(answer.codes().size(), 2U) << answer.text();
}

TEST_F(TestPartner, SaysOnceThatASignatureIsNotValidAndWhy) {
    PartnerMessage message;
    message.after_signing = [](const std::string& envelope) {
        return changed(envelope, "Partner", "Another");
    };
    const auto answer = answered(message);
    EXPECT_EQ(answer.codes(), std::vector<std::string>{"SecurityFailure"}) << answer.text();
    EXPECT_THAT(answer.text(), HasSubstr("regel 50:"));
    EXPECT_THAT(answer.text(), HasSubstr("(digest_mismatch)"));
}

std::string fault_of(const Reception& reception) {
    EXPECT_TRUE(reception.reply_is_fault && reception.reply);
    return read_message(as_arrival(reception.reply.value(), Transport::http)).value().soap;
}

TEST_F(TestPartner, AnswersWithAFaultWhereAReceiverDoesAndSaysAllThatIsWrong) {
    PartnerMessage message;
    message.description = R"({"MSH-system":""})";
    const auto bytes = changed(message.bytes(), "SOAPAction: \"ebXML\"\r\n", "");
    const auto fault = fault_of(receive(bytes));
    for (const auto* rule : {"regel 22:", "regel 272:", "regel 273:"}) {
        EXPECT_THAT(fault, HasSubstr(rule));
    }
    options_.test_partner = false;
    restart();
    EXPECT_THAT(fault_of(receive(bytes)), HasSubstr("regel 22:"));
}

TEST_F(TestPartner, AnswersASynchronousRequestWithNothingAsAReceiverDoes) {
    PartnerMessage message;
    message.before_signing = [](EnvelopeText& text) {
        const auto from = text.before.find("<eb:AckRequested");
        text.before.erase(from, text.before.find("/>", from) + 2 - from);
    };
    const auto reception = receive(message);
    EXPECT_EQ(reception.kind, Reception::Kind::done);
    EXPECT_FALSE(reception.reply);
    EXPECT_EQ(events("ebxml_test_answer"), 1U);
}

/// What stands inside the encryption, made by another hand.
PartnerMessage with_inside(const std::string& inside) {
    PartnerMessage message;
    message.pack = [inside](const std::string& payload) {
        return encrypt_by_openssl(inside + payload, "-aes256");
    };
    return message;
}

TEST_F(TestPartner, ReportsWhatStandsInsideTheEncryption) {
    const auto raw = answered(with_inside(""));
    EXPECT_THAT(raw.text(), HasSubstr("regel 264:"));
    EXPECT_EQ(raw.envelope.error_list->highest(), ErrorSeverity::warning);
    const std::string type = "Content-Type: application/xml\r\n";
    const auto seven = answered(with_inside(type + "Content-Transfer-Encoding: 7bit\r\n\r\n"));
    EXPECT_THAT(seven.text(), HasSubstr("regel 259:"));
    EXPECT_EQ(seven.envelope.error_list->highest(), ErrorSeverity::warning);
    const auto unknown = answered(with_inside(type + "Content-Transfer-Encoding: x-foo\r\n\r\n"));
    EXPECT_THAT(unknown.text(), HasSubstr("regel 259:"));
    EXPECT_EQ(unknown.codes().size(), 1U) << unknown.text();
    EXPECT_EQ(unknown.envelope.error_list->highest(), ErrorSeverity::error);
    for (const auto* listed : {"8bit", "binary"}) {
        const auto head = type + "Content-Transfer-Encoding: " + listed + "\r\n\r\n";
        EXPECT_EQ(answered(with_inside(head)).envelope.kind, Kind::acknowledgment) << listed;
    }
}

TEST_F(TestPartner, SaysOnceThatAnAttachmentIsNoCms) {
    PartnerMessage message;
    message.pack = [](const std::string& payload) { return payload; };
    const auto answer = read_signal(receive(message).reply.value());
    EXPECT_THAT(answer.text(), HasSubstr("regel 263:"));
    EXPECT_THAT(answer.text(), testing::Not(HasSubstr("dekrypteres")));
}

TEST_F(TestPartner, ComparesTheSchemaWithTheDocumentInsideAMsgHead) {
    PartnerMessage message;
    message.before_signing = [](EnvelopeText& text) {
        text.after = changed(text.after, "dialog/2013-01-23", "epikrise/2012-02-15");
    };
    EXPECT_THAT(answered(message).text(), HasSubstr("regel 270:"));
}

TEST_F(TestPartner, NamesTheRulesThatWhatIsNoEbxmlBreaks) {
    const std::string bytes =
        "SOAPAction: \"ebXML\"\r\nContent-Type: text/xml; charset=\"UTF-8\"\r\n\r\n";
    const auto fault = fault_of(receive(bytes + "<a/>"));
    for (const auto* rule : {"regel 86:", "regel 43:"}) {
        EXPECT_THAT(fault, HasSubstr(rule));
    }
    EXPECT_THAT(fault_of(receive("nothing")), HasSubstr("HITS 1172 regel"));
}

TEST_F(TestPartner, LooksAtSignalsTooAndAnswersNone) {
    OutgoingHeader header;
    header.from = {.ids = {{.type = "HER", .value = "2001"}}, .role = {}};
    header.to = {.ids = {{.type = "HER", .value = "3001"}}, .role = {}};
    header.cpa_id = "2001_3001";
    header.conversation_id = header.message_id = "955536cb-fb9a-49d9-848d-2baca7b116e1";
    header.service = "urn:oasis:names:tc:ebxml-msg:service";
    header.action = "Acknowledgment";
    header.timestamp = clock_.now();
    const auto text = write_acknowledgment(header, "no id", {});
    const crypto::xmldsig::Signer signer(crypto::test::PartyPki::instance().pair("hospital-sign"));
    const auto envelope = text.with(signer.sign(text.before, text.after, {}).value());
    const auto reception = receive(as_arrival(package_signal(envelope), Transport::http));
    EXPECT_FALSE(reception.reply);
    EXPECT_EQ(signals_.size(), 1U);
    const auto found = events_.kept.all("ebxml_test_answer");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].fields.at("rules"), "108 116 117");
    EXPECT_EQ(found[0].fields.at("from"), "2001");
}

TEST_F(TestPartner, MarksWhatItSendsAsATest) {
    constexpr std::string_view mark =
        "<SOAP:Header><!-- TEST. TEST. Sendt i testøyemed. Har ingen andre formål. -->";
    PartnerMessage message;
    const auto acknowledgment = answered(message);
    EXPECT_THAT(acknowledgment.soap, HasSubstr(mark));
    EXPECT_TRUE(acknowledgment.signed_by_clinic);
    message.description = R"({"MSH-system":"X"})";
    const auto error = answered(message);
    EXPECT_EQ(error.envelope.kind, Kind::error);
    EXPECT_THAT(error.soap, HasSubstr(mark));
    EXPECT_TRUE(error.signed_by_clinic);
    const auto bytes = changed(message.bytes(), "SOAPAction: \"ebXML\"\r\n", "");
    EXPECT_THAT(fault_of(receive(bytes)), HasSubstr(mark));
    EXPECT_THAT(fault_of(receive("nothing")), HasSubstr(mark));
}

TEST_F(TestPartner, GivesTheSameAnswerToTheSameMessage) {
    PartnerMessage message;
    message.time_to_live = clock_.now() - std::chrono::seconds(2);
    const auto bytes = message.bytes();
    EXPECT_EQ(answered(bytes).text(), answered(bytes).text());
    EXPECT_THAT(answered(bytes).text(), HasSubstr("levetid"));
}

TEST_F(TestPartner, MayBeOneOfOurIdentitiesOnly) {
    options_.test_partner = false;
    restart();
    auto sources = world_.sources();
    sources.identities[0].test_partner = true;
    inbox_->replace(Surroundings::make(std::move(sources), clock_.now()).value());
    PartnerMessage message;
    EXPECT_EQ(answered(message).envelope.kind, Kind::acknowledgment);
    EXPECT_FALSE(kept(message));
    EXPECT_THAT(fault_of(receive("nothing")), HasSubstr("TEST."));
}

TEST_F(TestPartner, NobodyElseMarksAnything) {
    options_.test_partner = false;
    restart();
    const auto error = read_signal(receive("nothing").reply.value());
    EXPECT_EQ(error.envelope.kind, Kind::fault);
    EXPECT_THAT(error.soap, testing::Not(HasSubstr("TEST.")));
    PartnerMessage message;
    message.recipient = "hospital-crypt";
    EXPECT_THAT(answered(message).soap, testing::Not(HasSubstr("TEST.")));
}

}  // namespace
}  // namespace budstikke::ebxml::test
