// What an envelope shows of its signature where its parts were not kept: all that is in it, and
// nothing of what is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "tests/unit/crypto/ebxml/messages.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/crypto/ebxml/refusal.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

using test::faults_of;
using test::signed_message;
using test::with;
using testing::ElementsAre;

std::vector<std::string> faults(const EnvelopeVerification& result) {
    std::vector<std::string> names;
    for (const Finding& finding : result.findings) {
        names.emplace_back(name(finding.fault));
    }
    return names;
}

EnvelopeVerification verify(const std::string& text) {
    return Verifier().verify_envelope(text, Policy());
}

/// Another digit in the first value after `element`, so that it stays base64 of its length.
std::string with_other_value(const std::string& text, const std::string& element) {
    std::string changed = text;
    char& digit = changed.at(text.find(element) + element.size() + 4);
    digit = digit == 'A' ? 'B' : 'A';
    return changed;
}

TEST(AnEnvelopeAlone, HoldsAndSaysWhatStaysOpen) {
    const auto result = verify(signed_message().text());
    EXPECT_THAT(faults(result), ElementsAre());
    ASSERT_EQ(result.status, Status::valid);
    EXPECT_EQ(result.parts_left_open, 2U);
    EXPECT_EQ(*result.certificate, test::PartyPki::instance().pair("hospital-sign").certificate());
}

TEST(AnEnvelopeAlone, NeverPassesForAMessage) {
    const auto result = Verifier().verify(signed_message().text(), {}, Policy());
    EXPECT_EQ(result.status, Status::invalid);
    EXPECT_THAT(faults_of(result), ElementsAre("part_unknown", "part_unknown"));
}

TEST(AnEnvelopeAlone, OfARealMessageHolds) {
    for (const char* name :
         {"nav-BehandlerKrav-OppgjorsMelding-smtp-multipart.msg",
          "nav-HarBorgerEgenandelFritak-response.mime"}) {
        const auto message =
            test::read_all(test::standards(std::string("ebms-2.0/examples/") + name));
        if (message.empty()) GTEST_SKIP() << "no official examples on this machine";
        const std::string envelope = test::mime_part_of(message, 0);
        const auto result = verify(envelope);
        EXPECT_THAT(faults(result), ElementsAre()) << name;
        EXPECT_EQ(result.status, Status::valid) << name;
        EXPECT_EQ(result.parts_left_open, 1U) << name;
        const auto spoiled = verify(with(envelope, "</eb:Action>", " </eb:Action>"));
        EXPECT_THAT(faults(spoiled), ElementsAre("digest_mismatch")) << name;
    }
}

TEST(AnEnvelopeAlone, IsInvalidWhereAByteOfItWasChanged) {
    const auto result = verify(with(signed_message().text(), "<eb:Action>", "<eb:Action> "));
    EXPECT_EQ(result.status, Status::invalid);
    EXPECT_THAT(faults(result), ElementsAre("digest_mismatch"));
}

TEST(AnEnvelopeAlone, IsInvalidWhereTheDigestOfAPartWasChanged) {
    const auto text = signed_message().text();
    const auto part = text.find(test::part_reference);
    ASSERT_NE(part, std::string::npos);
    const auto changed =
        text.substr(0, part) + with_other_value(text.substr(part), "<ds:DigestValue>");
    EXPECT_THAT(faults(verify(changed)), ElementsAre("signature_mismatch"));
}

TEST(AnEnvelopeAlone, IsInvalidWhereItsValueIsAnother) {
    const auto text = signed_message().text();
    EXPECT_THAT(
        faults(verify(with_other_value(text, "<ds:SignatureValue>"))),
        ElementsAre("signature_mismatch")
    );
    EXPECT_THAT(
        faults(verify(with_other_value(text, "<ds:DigestValue>"))), ElementsAre("digest_mismatch")
    );
}

TEST(AnEnvelopeAlone, IsHeldToThePolicyAndToTheProfile) {
    const auto text = signed_message().text();
    EXPECT_THAT(
        faults(verify(with(text, test::part_reference, "<ds:Reference URI=\"#one\">"))),
        ElementsAre("uri_refused")
    );
    EXPECT_THAT(
        faults(verify(with(text, test::part_reference, "<ds:Reference URI=\"cid:two@test\">"))),
        ElementsAre("reference_repeated")
    );
    Policy strict;
    strict.digest_methods = {DigestMethod::sha512};
    EXPECT_EQ(Verifier().verify_envelope(text, strict).status, Status::invalid);
    EXPECT_THAT(faults(verify("<a")), ElementsAre("malformed_xml"));
}

TEST(AnEnvelopeAlone, WithoutASignatureHasNone) {
    const auto message = signed_message();
    const auto result = verify(message.before + message.after);
    EXPECT_EQ(result.status, Status::absent);
    EXPECT_EQ(result.parts_left_open, 0U);
}

}  // namespace
}  // namespace budstikke::crypto::xmldsig
