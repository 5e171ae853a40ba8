// OCSP against `openssl ocsp` as the responder, and every answer that must not count.
#include "broker/crypto/pki/ocsp.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto {
namespace {

using test::PartyPki;
using test::TempFolder;

PartyCertificate certificate(const std::filesystem::path& path) {
    return PartyCertificate::load(path).value().front();
}

PartyCertificate authority(const std::string& name) {
    return certificate(PartyPki::instance().path(name + "/ca.crt"));
}

OcspQuestion question(const std::string& name) {
    return ask_ocsp(certificate(PartyPki::instance().certificate(name)), authority("issuing-ca"))
        .value();
}

/// What the responder of the issuing CA answers, signed with this certificate and key.
std::string answer_of(
    const std::string& request, const std::filesystem::path& signer,
    const std::filesystem::path& key, const std::string& options
) {
    const PartyPki& pki = PartyPki::instance();
    const TempFolder folder;
    test::write_file(folder.path("request"), request);
    test::output_of(
        "openssl ocsp -index " + pki.path("issuing-ca/index.txt").string() + " -CA " +
        pki.path("issuing-ca/ca.crt").string() + " -rsigner " + signer.string() + " -rkey " +
        key.string() + " -reqin " + folder.path("request").string() + " -respout " +
        folder.path("response").string() + " " + options
    );
    return test::read_all(folder.path("response"));
}

/// Signed by a CA.
std::string answer(
    const std::string& request, const std::string& signer = "issuing-ca",
    const std::string& options = "-ndays 1"
) {
    const PartyPki& pki = PartyPki::instance();
    return answer_of(request, pki.path(signer + "/ca.crt"), pki.path(signer + "/ca.key"), options);
}

/// A certificate of the issuing CA that its index does not know, for the key of `clinic-sign`.
std::filesystem::path issued_aside(const TempFolder& folder, const std::string& extensions) {
    const PartyPki& pki = PartyPki::instance();
    const std::string at = folder.path("aside").string();
    test::write_file(folder.path("aside.ext"), extensions);
    test::output_of(
        "openssl req -new -key " + pki.key("clinic-sign").string() + " -subj /C=NO/CN=Aside -out " +
        at + ".csr && openssl x509 -req -in " + at + ".csr -CA " +
        pki.path("issuing-ca/ca.crt").string() + " -CAkey " +
        pki.path("issuing-ca/ca.key").string() + " -days 5 -extfile " + at + ".ext -out " + at
    );
    return at;
}

Timestamp now() {
    return SystemClock().now();
}

std::string verdict(const std::string& response, const OcspQuestion& asked, Timestamp at = now()) {
    const auto read = read_ocsp(response, asked, at);
    if (!read) return std::string(name(read.error()));
    return *read == OcspStatus::good      ? "good"
           : *read == OcspStatus::revoked ? "revoked"
                                          : "unknown";
}

TEST(Ocsp, TellsGoodRevokedAndUnknownApart) {
    const OcspQuestion good = question("hospital-sign");
    EXPECT_EQ(verdict(answer(good.request), good), "good");
    const OcspQuestion revoked = question("revoked-sign");
    EXPECT_EQ(verdict(answer(revoked.request), revoked), "revoked");
    const TempFolder folder;
    const auto aside = certificate(issued_aside(folder, "keyUsage=nonRepudiation\n"));
    const OcspQuestion unknown = ask_ocsp(aside, authority("issuing-ca")).value();
    EXPECT_EQ(verdict(answer(unknown.request), unknown), "unknown");
}

TEST(Ocsp, AsksOnlyTheIssuer) {
    const auto asked = ask_ocsp(
        certificate(PartyPki::instance().certificate("hospital-sign")), authority("root-ca")
    );
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().code, Errc::invalid_argument);
}

TEST(Ocsp, AnAnswerCountsForItsQuestionOnly) {
    const OcspQuestion one = question("hospital-sign");
    const OcspQuestion again = question("hospital-sign");
    ASSERT_NE(one.request, again.request);
    EXPECT_EQ(verdict(answer(one.request), again), "wrong_answer");
    // Without a nonce it may be for any time, but still for this certificate only.
    const PartyPki& pki = PartyPki::instance();
    const TempFolder folder;
    test::output_of(
        "openssl ocsp -no_nonce -issuer " + pki.path("issuing-ca/ca.crt").string() + " -cert " +
        pki.certificate("hospital-sign").string() + " -reqout " + folder.path("request").string()
    );
    const std::string without_nonce = answer(test::read_all(folder.path("request")));
    EXPECT_EQ(verdict(without_nonce, one), "good");
    EXPECT_EQ(verdict(without_nonce, question("revoked-sign")), "wrong_answer");
}

TEST(Ocsp, AnAnswerOfAnybodyElseDoesNotCount) {
    const OcspQuestion asked = question("revoked-sign");
    EXPECT_EQ(verdict(answer(asked.request, "foreign-ca"), asked), "bad_signature");
    EXPECT_EQ(verdict(answer(asked.request, "root-ca"), asked), "bad_signature");
}

TEST(Ocsp, TheCaMayNameAResponderForIt) {
    const OcspQuestion asked = question("revoked-sign");
    const auto key = PartyPki::instance().key("clinic-sign");
    const TempFolder folder;
    const auto named = issued_aside(folder, "extendedKeyUsage=OCSPSigning\n");
    EXPECT_EQ(verdict(answer_of(asked.request, named, key, "-ndays 1"), asked), "revoked");
    const auto other = issued_aside(folder, "extendedKeyUsage=clientAuth\n");
    EXPECT_EQ(verdict(answer_of(asked.request, other, key, "-ndays 1"), asked), "bad_signature");
}

TEST(Ocsp, AnOldAnswerDoesNotCount) {
    using std::chrono::hours;
    const OcspQuestion asked = question("hospital-sign");
    const std::string day = answer(asked.request);
    EXPECT_EQ(verdict(day, asked, now() + hours(23)), "good");
    EXPECT_EQ(verdict(day, asked, now() + hours(25)), "stale");
    EXPECT_EQ(verdict(day, asked, now() - hours(1)), "stale");
    const std::string endless = answer(asked.request, "issuing-ca", "");
    EXPECT_EQ(verdict(endless, asked, now() + hours(24 * 6)), "good");
    EXPECT_EQ(verdict(endless, asked, now() + hours(24 * 8)), "stale");
}

TEST(Ocsp, ChangedBytesNeverTurnRevokedIntoGood) {
    const OcspQuestion asked = question("revoked-sign");
    const std::string response = answer(asked.request);
    for (std::size_t i = 0; i < response.size(); ++i) {
        std::string changed = response;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        ASSERT_NE(verdict(changed, asked), "good") << i;
        ASSERT_NE(verdict(response.substr(0, i), asked), "good") << i;
    }
}

TEST(Ocsp, WhatIsNoAnswerIsMalformed) {
    const OcspQuestion asked = question("hospital-sign");
    EXPECT_EQ(verdict("", asked), "malformed");
    EXPECT_EQ(verdict("<html>", asked), "malformed");
    const std::string response = answer(asked.request);
    EXPECT_EQ(verdict(response + '\0', asked), "malformed");
    // tryLater, as RFC 6960 has it: a status and nothing else.
    EXPECT_EQ(verdict({"\x30\x03\x0a\x01\x03", 5}, asked), "refused");
    for (const std::size_t size :
         {limits::ocsp_bytes_max - 1, limits::ocsp_bytes_max, limits::ocsp_bytes_max + 1}) {
        EXPECT_EQ(verdict(std::string(size, 'x'), asked), "malformed");
    }
}

}  // namespace
}  // namespace budstikke::crypto
