// Signature wrapping (security.md T4, reliability.md X2): the eight classic shapes move what was
// signed somewhere else and put something of the attacker's in its place. In each, with the
// signature's own reference and with one by Id, the message is refused with a stated code, and
// where an attacker may add something, it is not in what the caller is given to read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "tests/unit/crypto/ebxml/messages.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

using test::faults_of;
using test::Message;
using test::signed_message;
using test::with;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// The pieces of a signed message that the shapes put together.
struct Pieces {
    std::string open;    ///< up to the header's first child
    std::string header;  ///< the signed MessageHeader
    std::string evil;    ///< the attacker's, with the same Id
    std::string signature;
    std::string close;     ///< from the end of the header
    std::string original;  ///< the whole signed envelope, without its signature

    /// The signature with something in it.
    std::string signature_with(const std::string& content) const {
        return with(signature, "</ds:Signature>", content + "</ds:Signature>");
    }
};

Pieces pieces(bool by_id) {
    const Message message = signed_message();
    Pieces made;
    made.header = test::between(message.before, "<eb:MessageHeader", "</eb:MessageHeader>");
    made.open = message.before.substr(0, message.before.find("<eb:MessageHeader"));
    made.evil = with(made.header, "DIALOG_NOTAT", "EPIKRISE");
    made.signature = message.signature;
    made.close = message.after;
    const std::string text = message.before + message.after;
    made.original = text.substr(text.find("<SOAP:Envelope"));
    if (by_id) made.signature = with(made.signature, "URI=\"\"", "URI=\"#header\"");
    return made;
}

std::string shape(int number, const Pieces& p) {
    const std::string object = "<ds:Object>" + p.header + "</ds:Object>";
    const std::string extension = "<eb:Extension>" + p.header + "</eb:Extension>";
    const std::string wrapping =
        with(p.evil, "</eb:MessageHeader>", p.header + "</eb:MessageHeader>");
    switch (number) {
        case 1:  // The original envelope inside the signature of the attacker's.
            return p.open + p.evil + p.signature_with(p.original) + p.close;
        case 2:  // The original envelope beside the signature.
            return p.open + p.evil + p.signature + p.original + p.close;
        case 3:  // The attacker's element in front of the signed one.
            return p.open + p.evil + p.header + p.signature + p.close;
        case 4:  // The signed element inside the attacker's.
            return p.open + wrapping + p.signature + p.close;
        case 5:  // The attacker's in place, the signed one at the end.
            return p.open + p.evil + p.signature +
                   with(p.close, "</SOAP:Envelope>", p.header + "</SOAP:Envelope>");
        case 6:  // The signed one inside the signature.
            return p.open + p.evil + p.signature_with(p.header) + p.close;
        case 7:  // The signed one in an extension in front.
            return p.open + extension + p.evil + p.signature + p.close;
        default:  // The signed one in an Object of the signature.
            return p.open + p.evil + p.signature_with(object) + p.close;
    }
}

class Wrapping : public testing::TestWithParam<int> {};

TEST_P(Wrapping, IsRefusedAsARepeatedId) {
    const auto result =
        Verifier().verify(shape(GetParam(), pieces(false)), signed_message().parts, Policy());
    EXPECT_EQ(result.status, Status::invalid);
    EXPECT_THAT(faults_of(result), Contains("duplicate_id"));
    EXPECT_EQ(result.envelope, "");
}

TEST_P(Wrapping, IsRefusedByTheDigestWhereTheIdsDiffer) {
    Pieces made = pieces(false);
    made.evil = with(made.evil, "eb:id=\"header\"", "eb:id=\"evil\"");
    const auto result =
        Verifier().verify(shape(GetParam(), made), signed_message().parts, Policy());
    EXPECT_EQ(result.status, Status::invalid);
    const bool inside_signature = GetParam() == 1 || GetParam() == 6 || GetParam() == 8;
    EXPECT_THAT(
        faults_of(result), ElementsAre(inside_signature ? "unexpected_content" : "digest_mismatch")
    );
    EXPECT_EQ(result.envelope, "");
}

TEST_P(Wrapping, IsRefusedWithAReferenceById) {
    Pieces made = pieces(true);
    made.evil = with(made.evil, "eb:id=\"header\"", "eb:id=\"evil\"");
    const auto result =
        Verifier().verify(shape(GetParam(), made), signed_message().parts, Policy());
    EXPECT_EQ(result.status, Status::invalid);
    EXPECT_THAT(faults_of(result), Contains("uri_refused"));
    EXPECT_THAT(faults_of(result), Contains("envelope_reference_missing"));
}

INSTANTIATE_TEST_SUITE_P(Shapes, Wrapping, testing::Range(1, 9));

TEST(Wrapping, ASecondSignatureIsRefusedWhereverItStands) {
    const Message message = signed_message();
    const std::string beside =
        message.before + message.signature + message.signature + message.after;
    const std::string in_body =
        with(message.text(), "</SOAP:Body>", message.signature + "</SOAP:Body>");
    const std::string inside = with(
        message.text(), "</ds:KeyInfo>",
        "<ds:KeyValue>" + message.signature + "</ds:KeyValue></ds:KeyInfo>"
    );
    for (const std::string& text : {beside, in_body, inside}) {
        EXPECT_THAT(
            faults_of(Verifier().verify(text, message.parts, Policy())),
            Contains("signature_repeated")
        );
    }
}

TEST(Wrapping, ASignatureOutsideTheHeaderIsRefused) {
    const Message message = signed_message();
    const std::string in_body =
        with(message.before + message.after, "</SOAP:Body>", message.signature + "</SOAP:Body>");
    EXPECT_THAT(
        faults_of(Verifier().verify(in_body, message.parts, Policy())),
        ElementsAre("signature_misplaced")
    );
    const std::string deeper =
        message.before + "<eb:Deep>" + message.signature + "</eb:Deep>" + message.after;
    EXPECT_THAT(
        faults_of(Verifier().verify(deeper, message.parts, Policy())),
        ElementsAre("signature_misplaced")
    );
}

TEST(Wrapping, AnEnvelopeWithTwoHeadersOrBodiesIsRefused) {
    const Message message = signed_message();
    for (const char* more : {"<SOAP:Header/>", "<SOAP:Body/>"}) {
        const std::string text =
            with(message.text(), "</SOAP:Envelope>", std::string(more) + "</SOAP:Envelope>");
        EXPECT_THAT(
            faults_of(Verifier().verify(text, message.parts, Policy())), ElementsAre("not_soap")
        );
    }
}

TEST(Wrapping, WhatTheActorFilterCutsOutIsNotInWhatTheCallerReads) {
    const Message message = signed_message();
    // Anybody on the way may add this, and the signature stays good: that is what it is for.
    const std::string evil =
        "<eb:MessageHeader SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\">"
        "<eb:Action>EPIKRISE</eb:Action></eb:MessageHeader>";
    const std::string text = with(message.text(), "<eb:MessageHeader", evil + "<eb:MessageHeader");
    const auto result = Verifier().verify(text, message.parts, Policy());
    ASSERT_EQ(result.status, Status::valid);
    EXPECT_THAT(result.envelope, Not(HasSubstr("EPIKRISE")));
    EXPECT_THAT(result.envelope, HasSubstr("DIALOG_NOTAT"));
}

TEST(Wrapping, SignedContentCannotBeCutOutAfterwards) {
    const Message message = signed_message();
    const std::string text = with(
        message.text(), "<eb:MessageHeader ",
        "<eb:MessageHeader SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\" "
    );
    EXPECT_THAT(
        faults_of(Verifier().verify(text, message.parts, Policy())), ElementsAre("digest_mismatch")
    );
}

TEST(Wrapping, CommentsDoNotSplitWhatTheCallerReads) {
    const Message message = signed_message();
    const std::string text = with(message.text(), "DIALOG_NOTAT", "DIALOG<!-- -->_NOTAT");
    const auto result = Verifier().verify(text, message.parts, Policy());
    ASSERT_EQ(result.status, Status::valid);
    EXPECT_THAT(result.envelope, HasSubstr("<eb:Action>DIALOG_NOTAT</eb:Action>"));
}

}  // namespace
}  // namespace budstikke::crypto::xmldsig
