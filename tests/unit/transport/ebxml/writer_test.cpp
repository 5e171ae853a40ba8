// What is written: valid against the official schemas by another program's judgement, the same
// bytes every time, and read back as it was meant.
#include "broker/transport/ebxml/message/writer.hpp"

#include <cstdlib>
#include <fstream>

#include "broker/crypto/cms/cms.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/transport/ebxml/message/message.hpp"
#include "broker/transport/ebxml/mime/writer.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/drafts.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::ebxml::test {
namespace {

const Timestamp noon{
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12)
};

/// xmllint's word, not our own reader's.
bool is_valid(const std::string& envelope) {
    const crypto::test::TempFolder folder;
    std::ofstream(folder.path("envelope.xml"), std::ios::binary) << envelope;
    return crypto::test::exit_code_of(
               "xmllint --nonet --noout --schema " +
               (standards() / "ebms-2.0/schema/_driver.xsd").string() + " " +
               folder.path("envelope.xml").string()
           ) == 0;
}

OutgoingHeader header() {
    OutgoingHeader header;
    header.from = {
        .ids = {{.type = "HER", .value = "2001"}, {.type = "ENH", .value = "999000002"}},
        .role = "EPIKRISEsender"
    };
    header.to = {.ids = {{.type = "HER", .value = "3001"}}, .role = "EPIKRISEreceiver"};
    header.cpa_id = "2001_3001";
    header.conversation_id = "1c7f8f64-9c9c-4b3d-8f4e-6f6f4f1c2b3a";
    header.service = "S-EPIKRISE";
    header.service_type = "string";
    header.action = "EPIKRISE";
    header.message_id = "955536cb-fb9a-49d9-848d-2baca7b116e1";
    header.timestamp = noon;
    header.time_to_live = noon + std::chrono::hours(72);
    header.description = R"({"MSH-system":"A & <B>","MSH-versjon":"0.1"})";
    return header;
}

const std::vector<OutgoingReference> references{
    {.content_id = "one@x", .schema = SchemaName{.location = "urn:a&b", .version = "1"}},
    {.content_id = "two@x", .schema = std::nullopt},
};

TEST(Writer, APayloadMessageIsValidAndReadBackAsItWasMeant) {
    const auto text = write_payload(header(), references).with("");
    EXPECT_TRUE(is_valid(text));
    const auto envelope = read_message(text).value().envelope.value();
    EXPECT_EQ(envelope.kind, Kind::payload);
    EXPECT_EQ(envelope.from.her_id(), "2001");
    EXPECT_EQ(envelope.from.ids.size(), 2U);
    EXPECT_EQ(envelope.to.role, "EPIKRISEreceiver");
    EXPECT_EQ(envelope.timestamp, "2026-11-22T12:00:00Z");
    EXPECT_EQ(envelope.time_to_live, "2026-11-25T12:00:00Z");
    EXPECT_EQ(envelope.descriptions, std::vector<std::string>{header().description});
    EXPECT_TRUE(envelope.duplicate_elimination);
    EXPECT_TRUE(envelope.ack_requested.value().is_signed);
    ASSERT_EQ(envelope.manifest.size(), 2U);
    EXPECT_EQ(envelope.manifest[0].content_id(), "one@x");
    EXPECT_EQ(envelope.manifest[0].schemas.at(0).location, "urn:a&b");
    EXPECT_TRUE(envelope.manifest[1].schemas.empty());
}

TEST(Writer, SignedMessagesOfEveryKindAreValid) {
    for (const auto* draft : {&payload_draft(), &acknowledgment_draft(), &error_draft()}) {
        EXPECT_TRUE(is_valid(draft->envelope));
    }
}

TEST(Writer, AnAcknowledgmentRepeatsTheReferencesOfTheMessage) {
    const auto original = read_message(payload_draft().text()).value().envelope.value();
    const auto answer = read_message(acknowledgment_draft().text()).value().envelope.value();
    EXPECT_EQ(answer.acknowledgment.value().ref_to_message_id, original.message_id);
    const auto& repeated = answer.acknowledgment->references;
    ASSERT_EQ(repeated.size(), original.signature_references.size());
    for (std::size_t i = 0; i < repeated.size(); ++i) {
        EXPECT_EQ(repeated[i].uri, original.signature_references[i].uri);
        EXPECT_EQ(repeated[i].digest_value, original.signature_references[i].digest_value);
        EXPECT_EQ(repeated[i].transforms, original.signature_references[i].transforms);
    }
    EXPECT_EQ(answer.conversation_id, original.conversation_id);
    EXPECT_EQ(answer.cpa_id, original.cpa_id);
    EXPECT_TRUE(answer.from.role.empty() && answer.to.role.empty());
}

TEST(Writer, ASignalGoesBackToTheSender) {
    const auto original = read_message(payload_draft().text()).value().envelope.value();
    const auto acknowledgment = signal_header(original, Kind::acknowledgment);
    EXPECT_EQ(acknowledgment.from.her_id(), original.to.her_id());
    EXPECT_EQ(acknowledgment.to.her_id(), original.from.her_id());
    EXPECT_EQ(acknowledgment.ref_to_message_id, "");
    EXPECT_EQ(signal_header(original, Kind::error).ref_to_message_id, original.message_id);
}

TEST(Writer, AnErrorListSaysTheHighestSeverity) {
    EbxmlError warning{
        .code = "NotSupported",
        .severity = ErrorSeverity::warning,
        .context = {},
        .location = {},
        .description = "æøå"
    };
    EbxmlError error = warning;
    error.severity = ErrorSeverity::error;
    auto signal = header();
    signal.ref_to_message_id = "a@b";
    const auto one = write_error(signal, std::vector{warning}).with("");
    EXPECT_TRUE(is_valid(one));
    EXPECT_NE(one.find("highestSeverity=\"Warning\""), std::string::npos);
    const auto two = write_error(signal, std::vector{warning, error}).with("");
    EXPECT_TRUE(is_valid(two));
    EXPECT_NE(two.find("highestSeverity=\"Error\""), std::string::npos);
    const auto read = read_message(two).value().envelope.value();
    EXPECT_EQ(read.kind, Kind::error);
    EXPECT_EQ(read.ref_to_message_id, "a@b");
    EXPECT_EQ(read.error_list.value().errors.at(0).description, "æøå");
}

TEST(Writer, AFaultIsValid) {
    for (const auto code :
         {FaultCode::client, FaultCode::server, FaultCode::version_mismatch,
          FaultCode::must_understand}) {
        const auto text = write_fault(code, "a < b");
        EXPECT_TRUE(is_valid(text));
        const auto envelope = read_message(text).value().envelope.value();
        EXPECT_EQ(envelope.kind, Kind::fault);
        EXPECT_EQ(envelope.fault.value().text, "a < b");
    }
}

std::vector<OutgoingPart> parts() {
    return {
        {.content_id = "one@x", .bytes = std::string("\0\r\n\n\xff--", 7)},
        {.content_id = "two@x", .bytes = ""}
    };
}

TEST(Writer, APackageIsReadBackByteForByte) {
    const auto envelope = write_payload(header(), references).with("");
    const auto package = package_payload(envelope, parts());
    const MailHeaders mail{
        .from = "a@x", .to = "b@x", .date = noon, .message_id = "1@x", .in_reply_to = {}
    };
    const auto message = read_message(mail_of(package, mail)).value();
    EXPECT_EQ(message.soap, envelope);
    ASSERT_EQ(message.attachments().size(), 2U);
    EXPECT_EQ(message.attachments()[0]->content, parts()[0].bytes);
    EXPECT_EQ(message.attachments()[0]->content_id, "one@x");
    EXPECT_EQ(message.attachments()[1]->content, "");
    EXPECT_EQ(*message.mime->headers.find("Date"), "Sun, 22 Nov 2026 12:00:00 +0000");
    EXPECT_EQ(*message.mime->headers.find("SOAPAction"), "\"ebXML\"");
    EXPECT_EQ(message.mime->headers.find("In-Reply-To"), nullptr);
}

TEST(Writer, AResendRepeatsTheBytesUnderANewMailId) {
    const auto envelope = write_payload(header(), references).with("");
    EXPECT_EQ(envelope, write_payload(header(), references).with(""));
    const auto first = package_payload(envelope, parts());
    const auto second = package_payload(envelope, parts());
    EXPECT_EQ(first.body, second.body);
    EXPECT_EQ(first.content_type, second.content_type);
    MailHeaders mail{
        .from = "a@x", .to = "b@x", .date = noon, .message_id = "1@x", .in_reply_to = {}
    };
    const auto one = mail_of(first, mail);
    mail.message_id = "2@x";
    const auto two = mail_of(second, mail);
    EXPECT_NE(one, two);
    EXPECT_EQ(one.substr(one.find("\r\n\r\n")), two.substr(two.find("\r\n\r\n")));
}

TEST(Writer, NoHeaderCanBeginAnotherOne) {
    const MailHeaders mail{
        .from = "a@x\r\nBcc: c@x",
        .to = "b@x",
        .date = noon,
        .message_id = "1\n@x",
        .in_reply_to = "3@x"
    };
    const auto text = mail_of(package_signal(write_fault(FaultCode::client, "x")), mail);
    const auto message = read_message(text).value();
    EXPECT_EQ(message.mime->headers.find("Bcc"), nullptr);
    EXPECT_EQ(*message.mime->headers.find("From"), "a@xBcc: c@x");
    EXPECT_EQ(*message.mime->headers.find("References"), "<3@x>");
    EXPECT_EQ(message.envelope.value().kind, Kind::fault);
}

}  // namespace
}  // namespace budstikke::ebxml::test
