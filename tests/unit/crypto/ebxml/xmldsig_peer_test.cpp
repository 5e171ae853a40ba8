// That other software agrees: python3-xmlsec, with its own XPath engine, verifies what we sign and
// signs what we verify, in every form that the sector sends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "tests/unit/crypto/ebxml/messages.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

using test::faults_of;
using test::Message;
using test::PartyPki;
using test::signed_message;
using test::TempFolder;
using test::with;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string script =
    "/usr/bin/python3 " BUDSTIKKE_SOURCE_DIR "/tests/unit/crypto/ebxml/xmlsec_peer.py ";

std::string write_parts(const Message& message, const TempFolder& folder) {
    std::string arguments;
    for (const Part& part : message.parts) {
        const std::string id(part.content_id);
        test::write_file(folder.path(id), std::string(part.bytes));
        arguments += " " + id + "=" + folder.path(id).string();
    }
    return arguments;
}

int verified_by_peer(const Message& message) {
    const TempFolder folder;
    test::write_file(folder.path("envelope"), message.text());
    return test::exit_code_of(
        script + "verify " + folder.path("envelope").string() + " " +
        PartyPki::instance().certificate("hospital-sign").string() + write_parts(message, folder)
    );
}

/// The same template, without values, signed by the other side.
std::string signed_by_peer(Message message) {
    const TempFolder folder;
    const auto empty = [&](std::string_view begin, std::string_view end) {
        const std::string found(test::between(message.signature, begin, end));
        message.signature = with(message.signature, found, std::string(begin) + std::string(end));
    };
    empty("<ds:SignatureValue>", "</ds:SignatureValue>");
    empty("<ds:X509Data>", "</ds:X509Data>");
    for (std::size_t i = 0; i <= message.parts.size(); ++i) {
        // One after the other: an emptied one no longer matches.
        const std::string found(test::between(message.signature, "<ds:DigestValue>", "</"));
        message.signature = with(message.signature, found, "<ds:Digest-Value></");
    }
    for (std::size_t at = 0; at != std::string::npos;) {
        at = message.signature.find("Digest-Value");
        if (at != std::string::npos) message.signature.replace(at, 12, "DigestValue");
    }
    test::write_file(folder.path("template"), message.text());
    const PartyPki& pki = PartyPki::instance();
    test::output_of(
        script + "sign " + folder.path("template").string() + " " +
        pki.key("hospital-sign").string() + " " + pki.certificate("hospital-sign").string() + " " +
        folder.path("signed").string() + write_parts(message, folder)
    );
    return test::read_all(folder.path("signed"));
}

TEST(Peer, VerifiesWhatWeSign) {
    EXPECT_EQ(verified_by_peer(signed_message()), 0);
}

TEST(Peer, VerifiesItForTheRightReason) {
    Message message = signed_message();
    message.parts[0].bytes = "other bytes";
    EXPECT_EQ(verified_by_peer(message), 1);
    message = signed_message();
    message.after = with(message.after, "eb:version=\"2.0\"", "eb:version=\"2.1\"");
    EXPECT_EQ(verified_by_peer(message), 1);
}

TEST(Peer, AgreesThatTheHeaderForTheNextMshIsNotSigned) {
    Message message = signed_message();
    message.before = with(
        message.before,
        "<eb:SyncReply SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\" "
        "SOAP:mustUnderstand=\"1\" eb:version=\"2.0\"/>",
        "<eb:Other SOAP:actor=\"urn:oasis:names:tc:ebxml-msg:actor:nextMSH\">x</eb:Other>"
    );
    EXPECT_EQ(verified_by_peer(message), 0);
    EXPECT_EQ(Verifier().verify(message.text(), message.parts, Policy()).status, Status::valid);
}

std::vector<std::string> faults_of_peers(const Message& message, const Policy& policy) {
    const std::string text = signed_by_peer(message);
    return faults_of(Verifier().verify(text, message.parts, policy));
}

TEST(Peer, SignsWhatWeVerify) {
    EXPECT_THAT(faults_of_peers(signed_message(), Policy()), IsEmpty());
}

TEST(Peer, MayLeaveTheActorFilterOutUnlessThePartnerMustHaveIt) {
    Message message = signed_message();
    const std::string filter(test::between(
        message.signature, "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116",
        "</ds:Transform>"
    ));
    message.signature = with(message.signature, filter, "");
    const std::string text = signed_by_peer(message);
    const auto result = Verifier().verify(text, message.parts, Policy());
    EXPECT_THAT(faults_of(result), IsEmpty());
    // Nothing is cut out, so it is signed too.
    EXPECT_THAT(result.envelope, testing::HasSubstr("SyncReply"));
    Policy strict;
    strict.actor_filter_required = true;
    EXPECT_THAT(
        faults_of(Verifier().verify(text, message.parts, strict)), ElementsAre("transform_order")
    );
}

TEST(Peer, MayUseExclusiveCanonicalizationUnlessThePolicyForbidsIt) {
    Message message = signed_message();
    const std::string_view inclusive = uri_of(Transform::c14n);
    const std::string_view exclusive = uri_of(Transform::exclusive_c14n);
    message.signature = with(with(message.signature, inclusive, exclusive), inclusive, exclusive);
    const std::string text = signed_by_peer(message);
    const auto result = Verifier().verify(text, message.parts, Policy());
    EXPECT_THAT(faults_of(result), IsEmpty());
    Policy strict;
    strict.exclusive_c14n = false;
    EXPECT_THAT(
        faults_of(Verifier().verify(text, message.parts, strict)),
        ElementsAre("canonicalization_method", "transform_refused", "transform_order")
    );
}

TEST(Peer, MayUseSha1OnlyWhereThePartnerIsAllowedTo) {
    Message message = signed_message();
    message.signature = with(
        message.signature, uri_of(SignatureMethod::rsa_sha256), uri_of(SignatureMethod::rsa_sha1)
    );
    for (int i = 0; i < 3; ++i) {
        message.signature =
            with(message.signature, uri_of(DigestMethod::sha256), uri_of(DigestMethod::sha1));
    }
    const std::string text = signed_by_peer(message);
    EXPECT_THAT(
        faults_of(Verifier().verify(text, message.parts, Policy())),
        ElementsAre("signature_method", "digest_method", "digest_method", "digest_method")
    );
    const auto result = Verifier().verify(text, message.parts, Policy().with_sha1());
    EXPECT_THAT(faults_of(result), IsEmpty());
    EXPECT_EQ(result.signature_method, SignatureMethod::rsa_sha1);
    EXPECT_EQ(result.references[0].digest.size(), 20U);
}

class LongerDigests : public testing::TestWithParam<std::pair<SignatureMethod, DigestMethod>> {};

TEST_P(LongerDigests, Verify) {
    Message message = signed_message();
    message.signature =
        with(message.signature, uri_of(SignatureMethod::rsa_sha256), uri_of(GetParam().first));
    for (int i = 0; i < 3; ++i) {
        message.signature =
            with(message.signature, uri_of(DigestMethod::sha256), uri_of(GetParam().second));
    }
    EXPECT_THAT(faults_of_peers(message, Policy()), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Peer, LongerDigests,
    testing::Values(
        std::pair(SignatureMethod::rsa_sha384, DigestMethod::sha384),
        std::pair(SignatureMethod::rsa_sha512, DigestMethod::sha512)
    )
);

}  // namespace
}  // namespace budstikke::crypto::xmldsig
