// What is missing from a signature, all at once, and what lies in it.
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
using testing::ElementsAre;
using testing::ElementsAreArray;

/// Leaves out an element with all that is in it.
std::string without(const std::string& text, const std::string& name) {
    const std::string begin = "<ds:" + name + ">";
    return with(text, test::between(text, begin, "</ds:" + name + ">"), "");
}

TEST(Missing, EachPartOfASignatureHasItsRule) {
    const Message message = signed_message();
    const std::pair<const char*, std::vector<std::string>> cases[] = {
        {"SignedInfo", {"signed_info_missing"}},
        {"SignatureValue", {"signature_value_missing"}},
        {"KeyInfo", {"key_info_missing"}},
        {"X509Data", {"x509_data_missing"}},
        {"X509Certificate", {"certificate_missing"}},
        {"DigestValue", {"digest_value"}},
        {"Transforms", {"transform_order"}},
    };
    for (const auto& [name, faults] : cases) {
        const auto result =
            Verifier().verify(without(message.text(), name), message.parts, Policy());
        EXPECT_THAT(faults_of(result), ElementsAreArray(faults)) << name;
    }
}

TEST(Missing, ReferencesToAnythingAreMissed) {
    const Message message = signed_message();
    const std::string end = "</ds:SignedInfo>";
    std::string text = message.text();
    const std::string references(test::between(text, "<ds:Reference ", end));
    text = with(text, references, end);
    EXPECT_THAT(faults_of(Verifier().verify(text, {}, Policy())), ElementsAre("reference_missing"));
}

TEST(Missing, AllThatIsWrongIsSaidAtOnce) {
    const Message message = signed_message();
    std::string text = without(without(message.text(), "SignatureValue"), "DigestValue");
    text = with(text, "<ds:Reference URI=\"cid:one@test\">", "<ds:Reference URI=\"#header\">");
    const auto result = Verifier().verify(text, message.parts, Policy());
    EXPECT_THAT(
        faults_of(result),
        ElementsAre("digest_value", "uri_refused", "part_unsigned", "signature_value_missing")
    );
    EXPECT_GT(result.findings[0].line, 0U);
}

TEST(Lies, AnotherDigestValueIsFound) {
    const Message message = signed_message();
    const std::string value(test::between(message.signature, "<ds:DigestValue>", "</"));
    std::string other = value;
    other[20] = other[20] == 'A' ? 'B' : 'A';
    EXPECT_THAT(
        faults_of(Verifier().verify(with(message.text(), value, other), message.parts, Policy())),
        ElementsAre("digest_mismatch")
    );
}

TEST(Lies, AnotherSignatureValueIsFound) {
    const Message message = signed_message();
    const std::string value(test::between(message.signature, "<ds:SignatureValue>", "</"));
    std::string other = value;
    other[30] = other[30] == 'A' ? 'B' : 'A';
    EXPECT_THAT(
        faults_of(Verifier().verify(with(message.text(), value, other), message.parts, Policy())),
        ElementsAre("signature_mismatch")
    );
}

TEST(Lies, AnotherCertificateIsFound) {
    const Message message = signed_message();
    const std::string_view begin = "<ds:X509Certificate>";
    const std::string own(test::between(message.signature, begin, "</"));
    const Message other = signed_message("clinic-sign");
    const std::string text = with(message.text(), own, test::between(other.signature, begin, "</"));
    EXPECT_THAT(
        faults_of(Verifier().verify(text, message.parts, Policy())),
        ElementsAre("signature_mismatch")
    );
}

TEST(Lies, AnotherKeyBesideTheCertificateIsNotUsed) {
    const Message message = signed_message();
    const std::string text = with(
        message.text(), std::string("<ds:X509Data>"),
        "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>"
        "</ds:RSAKeyValue></ds:KeyValue>" +
            std::string("<ds:X509Data>")
    );
    EXPECT_EQ(Verifier().verify(text, message.parts, Policy()).status, Status::valid);
}

}  // namespace
}  // namespace budstikke::crypto::xmldsig
