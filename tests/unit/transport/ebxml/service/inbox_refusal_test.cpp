// What must not be delivered is refused in the profile's words, and nothing of it is quoted.
#include <gmock/gmock.h>

#include "broker/crypto/cms/cms.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"
#include "tests/unit/transport/ebxml/service/inbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

class Refused : public InboxTest {
 protected:
    void TearDown() override {
        if (broker_) {
            EXPECT_EQ(accepted(), 0U);
        }
        InboxTest::TearDown();
    }
    /// Answered with errors of these codes only, signed, and remembered or not.
    void expect_refused(
        const PartnerMessage& message, std::string_view code, std::string_view text, bool is_kept
    ) {
        const auto signal = answered(message);
        ASSERT_EQ(signal.envelope.kind, Kind::error);
        EXPECT_TRUE(signal.signed_by_clinic);
        EXPECT_EQ(signal.envelope.error_list->highest(), ErrorSeverity::error);
        EXPECT_EQ(signal.envelope.ref_to_message_id, message.message_id);
        EXPECT_THAT(signal.codes(), Each(std::string(code))) << signal.text();
        EXPECT_THAT(signal.text(), HasSubstr(std::string(text)));
        EXPECT_THAT(signal.text(), HasSubstr(" / "));
        EXPECT_EQ(kept(message).has_value(), is_kept);
    }
    /// Answered with a Fault, in the exchange.
    void expect_fault(const PartnerMessage& message, std::string_view text) {
        const auto signal = answered(message);
        ASSERT_EQ(signal.envelope.kind, Kind::fault) << signal.text();
        EXPECT_THAT(signal.envelope.fault->text, HasSubstr(std::string(text)));
        EXPECT_FALSE(signal.signed_by_clinic);
        EXPECT_FALSE(kept(message));
    }
};

TEST_F(Refused, WithoutASignature) {
    PartnerMessage message;
    message.sign = [](const EnvelopeText& text, const std::string&) { return text.with(""); };
    expect_refused(message, "SecurityFailure", "regel 45", false);
}

std::string toward_the_next_node(const std::string& envelope) {
    return changed(envelope, "actor:toPartyMSH", "actor:nextMSH");
}

TEST_F(Refused, WithABlockThatTheSignatureLeavesToTheNextNode) {
    PartnerMessage spoiled;
    spoiled.after_signing = toward_the_next_node;
    EXPECT_THAT(answered(spoiled).text(), AllOf(HasSubstr("regel 100"), HasSubstr("regel 50")));
    EXPECT_FALSE(kept(spoiled));
    // Signed so: the block is no part of what was signed.
    PartnerMessage meant;
    meant.before_signing = [](EnvelopeText& text) {
        text.before = toward_the_next_node(text.before);
    };
    expect_refused(meant, "NotSupported", "regel 100", false);
}

TEST_F(Refused, WithAHeaderForTheNextNode) {
    PartnerMessage message;
    message.after_signing = [](const std::string& envelope) {
        return changed(
            envelope, "<SOAP:Header>",
            "<SOAP:Header SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\">"
        );
    };
    expect_fault(message, "regel 100");
}

TEST_F(Refused, SignedByAnotherThanTheSender) {
    PartnerMessage message;
    message.signer = "clinic-sign";
    expect_refused(message, "SecurityFailure", "regel 44", false);
}

TEST_F(Refused, SignedWithACertificateThatIsNotBelieved) {
    const std::array<std::tuple<const char*, const char*, const char*>, 3> senders{{
        {"2002", "revoked-sign", "(revoked)"},
        {"2003", "expired-sign", "(expired)"},
        {"2004", "foreign-sign", "(unknown_issuer)"},
    }};
    for (const auto& [from, signer, fault] : senders) {
        PartnerMessage message;
        message.from = from;
        message.cpa_id = std::string(from) + "_3001";
        message.signer = signer;
        expect_refused(message, "SecurityFailure", fault, false);
    }
}

TEST_F(Refused, FromAPartnerWhoseCertificateNobodyKnows) {
    PartnerMessage message;
    message.from = "2005";
    message.cpa_id = "2005_3001";
    expect_refused(message, "SecurityFailure", "regel 79", false);
}

TEST_F(Refused, ChangedOnTheWay) {
    PartnerMessage header;
    header.after_signing = [](const std::string& envelope) {
        return changed(envelope, "<eb:Action>DIALOG_NOTAT", "<eb:Action>EPIKRISE");
    };
    expect_refused(header, "SecurityFailure", "(digest_mismatch)", false);
    PartnerMessage payload;
    payload.before_packing = [](std::vector<OutgoingPart>& parts) { parts[0].bytes.back() ^= 1; };
    expect_refused(payload, "SecurityFailure", "(digest_mismatch)", false);
}

TEST_F(Refused, WithAlgorithmsThatWereNotAskedForByName) {
    PartnerMessage sha1;
    sha1.sign = sign_with_sha1;
    expect_refused(sha1, "SecurityFailure", "signature_method", false);
    PartnerMessage des3;
    des3.pack = [](const std::string& payload) { return encrypt_by_openssl(payload, "-des3"); };
    expect_refused(des3, "SecurityFailure", "(cipher_refused)", true);
}

TEST_F(Refused, EncryptedForAnother) {
    PartnerMessage message;
    message.recipient = "hospital-crypt";
    expect_refused(message, "SecurityFailure", "(no_key)", true);
}

TEST_F(Refused, WhatIsInsideIsToldToNoStranger) {
    PartnerMessage message;
    message.pack = [](const std::string&) {
        return encrypt_by_openssl("neither this nor that", "-aes256");
    };
    expect_refused(message, "SecurityFailure", "(not_decrypted)", true);
    // Operations see what it was.
    ASSERT_EQ(events("ebxml_not_decrypted"), 1U);
    EXPECT_EQ(events_.kept.all("ebxml_not_decrypted")[0].fields.at("reason"), "content_unknown");
}

TEST_F(Refused, BombsCostLittle) {
    PartnerMessage message;
    message.pack = [](const std::string&) {
        const crypto::test::TempFolder folder;
        crypto::test::write_file(folder.path("xml"), "<" + std::string(100 * 1024 * 1024, ' '));
        crypto::test::output_of("gzip -n " + folder.path("xml").string());
        return encrypt_by_openssl(crypto::test::read_all(folder.path("xml.gz")), "-aes256");
    };
    expect_refused(message, "SecurityFailure", "(not_decrypted)", true);
}

TEST_F(Refused, InClearText) {
    PartnerMessage message;
    message.pack = [](const std::string& payload) { return payload; };
    expect_refused(message, "SecurityFailure", "regel 263", true);
}

TEST_F(Refused, OfAServiceInClearTextThatIsNotCarried) {
    PartnerMessage message;
    message.service = "HarBorgerFrikort";
    message.action = "EgenandelForesporsel";
    message.payload = "<Invented xmlns='urn:invented'/>";
    message.pack = [](const std::string& payload) { return payload; };
    expect_refused(message, "NotSupported", "format.unknown", true);
}

TEST_F(Refused, AfterItsTimeToLive) {
    PartnerMessage message;
    // Written in whole seconds.
    const auto second = std::chrono::floor<std::chrono::seconds>(clock_.now());
    clock_.set(second + 1ms);
    message.time_to_live = second;
    expect_refused(message, "TimeToLiveExpired", "levetid", true);
    clock_.set(second);
    message.message_id = "00000000-0000-4000-8000-000000000003";
    message.payload = "<unfinished";
    expect_refused(message, "OtherXml", "xml.not_well_formed", true);
}

TEST_F(Refused, WhatThePipelineRefuses) {
    PartnerMessage message;
    message.payload = "<Invented xmlns='urn:invented'/>";
    expect_refused(message, "NotSupported", "format.unknown", true);
    message.message_id = "00000000-0000-4000-8000-000000000004";
    message.payload = dialogue("2002");
    expect_refused(message, "Inconsistent", "eb:From", true);
    message.message_id = "00000000-0000-4000-8000-000000000005";
    message.payload = dialogue("2001", "3002");
    expect_refused(message, "Inconsistent", "eb:To", true);
}

TEST_F(Refused, MoreThanOnePayload) {
    static constexpr std::string_view second = "payload-2@sykehus.example";
    PartnerMessage message;
    message.sign = [](const EnvelopeText& text, const std::string& attachment) {
        const crypto::xmldsig::Signer signer(crypto::test::PartyPki::instance().pair("hospital-sign"
        ));
        const std::vector<crypto::xmldsig::Part> parts{
            {.content_id = content_id, .bytes = attachment},
            {.content_id = second, .bytes = attachment},
        };
        return text.with(signer.sign(text.before, text.after, parts).value());
    };
    message.before_packing = [](std::vector<OutgoingPart>& parts) {
        parts.push_back(parts[0]);
        parts[1].content_id = second;
    };
    expect_refused(message, "NotSupported", "vedlegg", true);
}

TEST_F(Refused, AnAttachmentThatNobodySigned) {
    PartnerMessage message;
    message.before_packing = [](std::vector<OutgoingPart>& parts) {
        parts.push_back(parts[0]);
        parts[1].content_id = "payload-2@sykehus.example";
    };
    expect_refused(message, "SecurityFailure", "part_unsigned", false);
}

TEST_F(Refused, FromOrToStrangersWithAFault) {
    PartnerMessage message;
    message.from = "9999";
    expect_fault(message, "regel 29");
    message.from = "4001";  // known, but not reached by ebXML
    expect_fault(message, "regel 29");
    message.from = "2001";
    message.to = "4001";  // not ours
    expect_fault(message, "regel 54");
    message.to = "2002";  // a partner: we relay nothing
    expect_fault(message, "regel 54");
}

TEST_F(Refused, WhatIsNoEbxmlWithAFault) {
    for (const std::string bytes :
         {"", "SOAPAction: \"ebXML\"\r\nContent-Type: text/plain\r\n\r\nhello",
          "SOAPAction: \"ebXML\"\r\nContent-Type: text/xml\r\n\r\n<other/>",
          "SOAPAction: \"ebXML\"\r\nContent-Type: text/xml\r\n\r\n<unfinished"}) {
        const auto reception = receive(bytes);
        EXPECT_EQ(reception.kind, Reception::Kind::done);
        ASSERT_TRUE(reception.reply);
        EXPECT_TRUE(reception.reply_is_fault);
        EXPECT_EQ(read_signal(*reception.reply).envelope.kind, Kind::fault);
    }
}

TEST_F(Refused, WhatIsLargerThanAPackageMayBe) {
    const auto bytes = std::string(limits::mime_bytes_max + 1, 'x');
    EXPECT_TRUE(receive(bytes).reply_is_fault);
}

TEST_F(Refused, AgainstTheAgreementThatItNames) {
    world_.agree();
    restart();
    PartnerMessage message;
    message.cpa_id = "nav:qass:35065";
    expect_refused(message, "Inconsistent", "(service_unknown)", true);
    message.message_id = "00000000-0000-4000-8000-000000000006";
    message.cpa_id = "6f0a1f2e-52b4-4c3e-9a50-0d7a1c9f1a11";
    expect_refused(message, "DeliveryFailure", "regel 110", true);
}

TEST_F(Refused, ForNowWhileTheBrokerDrains) {
    broker_->drain(true);
    const PartnerMessage message;
    EXPECT_EQ(receive(message).kind, Reception::Kind::later);
    EXPECT_FALSE(kept(message));
    EXPECT_EQ(accepted(), 0U);
    broker_->drain(false);
    EXPECT_EQ(answered(message).envelope.kind, Kind::acknowledgment);
    broker_.reset();  // nothing else to expect
}

TEST_F(Refused, ForNowWhileNobodyCanSayWhetherTheCertificateIsRevoked) {
    clock_.advance_wall(24h * 365);
    PartnerMessage message;
    message.timestamp = clock_.now();
    const auto reception = receive(message);
    EXPECT_EQ(reception.kind, Reception::Kind::later);
    EXPECT_EQ(events("ebxml_revocation_unknown"), 1U);
    EXPECT_FALSE(kept(message));
}

TEST_F(Refused, AForgeryUnderAnIdOfThePartnerSpoilsNothing) {
    const PartnerMessage message;
    const auto bytes = message.bytes();
    ebxml_store_->fails_to_keep = true;  // so that the broker accepts it only below
    PartnerMessage forged;
    forged.signer = "clinic-sign";
    forged.sync_reply = false;
    EXPECT_EQ(receive(forged).kind, Reception::Kind::done);
    EXPECT_EQ(read_signal(carrier_.take(1)[0].package).envelope.kind, Kind::error);
    ebxml_store_->fails_to_keep = false;
    EXPECT_EQ(answered(bytes).envelope.kind, Kind::acknowledgment);
    // From now on a signed error under that id would tell the partner that his own was refused.
    const auto again = receive(forged);
    EXPECT_TRUE(again.reply_is_fault);
    EXPECT_EQ(carrier_.size(), 0U);
    EXPECT_EQ(answered(bytes).envelope.kind, Kind::acknowledgment);
    broker_.reset();
}

}  // namespace
}  // namespace budstikke::ebxml::test
