// That good signatures verify: captures of real systems, and our own, here and in other software.
#include "broker/crypto/xmldsig/xmldsig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/crypto/digest.hpp"
#include "tests/unit/crypto/ebxml/messages.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

using test::faults_of;
using test::signed_message;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string example(const std::string& name) {
    return test::read_all(test::standards("ebms-2.0/examples/" + name));
}

TEST(Captures, TheSmtpCaptureVerifies) {
    const std::string message = example("nav-BehandlerKrav-OppgjorsMelding-smtp-multipart.msg");
    if (message.empty()) GTEST_SKIP() << "no official examples on this machine";
    const std::string envelope = test::mime_part_of(message, 0);
    const std::string payload = test::mime_part_of(message, 1);
    const std::vector<Part> parts = {
        {.content_id = "3CTGI8UKUKU4.ADHEUDMDCY3Q3@speare.no", .bytes = payload}
    };
    const Verification result = Verifier().verify(envelope, parts, Policy());
    EXPECT_THAT(faults_of(result), IsEmpty());
    ASSERT_EQ(result.status, Status::valid);
    EXPECT_THAT(result.envelope, HasSubstr("<eb:Action>OppgjorsMelding</eb:Action>"));
    EXPECT_THAT(result.envelope, Not(HasSubstr("Signature")));
    ASSERT_EQ(result.references.size(), 2U);
    EXPECT_EQ(result.references[1].digest, as_text(sha256(payload)));
    const auto signer = PartyCertificate::load(
        test::standards("ebms-2.0/examples/nav-BehandlerKrav-OppgjorsMelding-signer.cer")
    );
    EXPECT_TRUE(signer && *result.certificate == signer->front());
}

TEST(Captures, TheHttpCaptureVerifiesAndTheHeaderForTheNextMshIsNotSigned) {
    const std::string message = example("nav-HarBorgerEgenandelFritak-response.mime");
    if (message.empty()) GTEST_SKIP() << "no official examples on this machine";
    const std::string envelope = test::mime_part_of(message, 0);
    const std::string payload = test::mime_part_of(message, 1);
    const std::vector<Part> parts = {
        {.content_id = "attachment-20240212-140402-78943@qa.ebxml.nav.no", .bytes = payload}
    };
    const Verification result = Verifier().verify(envelope, parts, Policy());
    EXPECT_THAT(faults_of(result), IsEmpty());
    ASSERT_EQ(result.status, Status::valid);
    EXPECT_THAT(envelope, HasSubstr("SyncReply"));
    EXPECT_THAT(result.envelope, Not(HasSubstr("SyncReply")));
    EXPECT_THAT(
        result.references[0].transforms,
        ElementsAre(Transform::enveloped_signature, Transform::actor_filter, Transform::c14n)
    );
}

TEST(OurSignatures, Verify) {
    const test::Message message = signed_message();
    const Verification result = Verifier().verify(message.text(), message.parts, Policy());
    EXPECT_THAT(faults_of(result), IsEmpty());
    ASSERT_EQ(result.status, Status::valid);
    EXPECT_EQ(*result.certificate, test::PartyPki::instance().pair("hospital-sign").certificate());
    EXPECT_EQ(result.signature_method, SignatureMethod::rsa_sha256);
}

TEST(OurSignatures, AreTheSameBytesEveryTime) {
    EXPECT_EQ(signed_message().text(), signed_message().text());
}

TEST(OurSignatures, SayExactlyWhatTheyCover) {
    const test::Message message = signed_message();
    const Verification result = Verifier().verify(message.text(), message.parts, Policy());
    ASSERT_EQ(result.references.size(), 3U);
    EXPECT_EQ(result.references[0].uri, "");
    EXPECT_EQ(result.references[0].digest, as_text(sha256(result.envelope)));
    EXPECT_EQ(result.references[1].uri, "cid:one@test");
    EXPECT_EQ(result.references[1].digest, as_text(sha256(test::payload_one)));
    EXPECT_EQ(result.references[2].digest, as_text(sha256(test::payload_two)));
}

TEST(OurSignatures, ReferencesStandByThemselvesForTheAcknowledgment) {
    const test::Message message = signed_message();
    const Verification result = Verifier().verify(message.text(), message.parts, Policy());
    EXPECT_THAT(
        result.references[0].xml,
        testing::AllOf(
            testing::StartsWith("<ds:Reference xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\""),
            HasSubstr("xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\""),
            Not(HasSubstr("xmlns:eb="))
        )
    );
}

TEST(OurSignatures, MayCoverAMessageWithoutPayload) {
    test::Message message = signed_message();
    message.parts.clear();
    const Signer signer(test::PartyPki::instance().pair("hospital-sign"));
    const auto signature = signer.sign(message.before, message.after, {});
    ASSERT_TRUE(signature);
    message.signature = *signature;
    EXPECT_EQ(Verifier().verify(message.text(), {}, Policy()).status, Status::valid);
}

TEST(OurSignatures, EscapeContentIdsThatAreNoUri) {
    test::Message message = signed_message();
    message.parts = {{.content_id = "a b%\"<æ>&@test", .bytes = "x"}};
    const Signer signer(test::PartyPki::instance().pair("hospital-sign"));
    const auto signature = signer.sign(message.before, message.after, message.parts);
    ASSERT_TRUE(signature) << signature.error().detail;
    message.signature = *signature;
    const auto result = Verifier().verify(message.text(), message.parts, Policy());
    EXPECT_THAT(faults_of(result), IsEmpty());
}

TEST(NoSignature, IsAbsentNotInvalid) {
    const test::Message message = signed_message();
    const auto result = Verifier().verify(message.before + message.after, {}, Policy());
    EXPECT_EQ(result.status, Status::absent);
    EXPECT_THAT(faults_of(result), IsEmpty());
}

TEST(Changes, InTheEnvelopeOrAPartAreFound) {
    test::Message message = signed_message();
    const Verifier verifier;
    const auto changed = test::with(message.text(), "DIALOG_NOTAT", "DIALOG_SVAR");
    EXPECT_THAT(
        faults_of(verifier.verify(changed, message.parts, Policy())), ElementsAre("digest_mismatch")
    );
    message.parts[1].bytes = "second payloae";
    EXPECT_THAT(
        faults_of(verifier.verify(message.text(), message.parts, Policy())),
        ElementsAre("digest_mismatch")
    );
}

}  // namespace
}  // namespace budstikke::crypto::xmldsig
