// What a single list must be to count at all: each that says more or less than we would read in it
// is refused when it is loaded, by the name of its file and with the cause.
#include "broker/crypto/revocation_list.hpp"

#include <array>
#include <chrono>
#include <cstdlib>
#include <string_view>

#include <gtest/gtest.h>

#include "broker/crypto/certificate.hpp"
#include "tests/unit/crypto/resigned_list.hpp"
#include "tests/unit/crypto/revocation_pki.hpp"

namespace budstikke::crypto::test {
namespace {

class RevocationListFile : public testing::Test {
 protected:
    Result<std::vector<RevocationList>> load(const std::string& file) const {
        const auto authorities = load_certificates(pki.path("ca.crt"));
        if (!authorities) return std::unexpected(authorities.error());
        return load_revocation_lists(file, *authorities);
    }
    void expect_refused(const std::string& file, std::string_view cause) const {
        const auto lists = load(file);
        ASSERT_FALSE(lists) << cause;
        EXPECT_EQ(lists.error().code, Errc::invalid_argument) << cause;
        EXPECT_TRUE(lists.error().detail.starts_with(file)) << lists.error().detail;
        EXPECT_TRUE(lists.error().detail.contains(cause)) << lists.error().detail;
    }

    RevocationPki pki;
};

TEST_F(RevocationListFile, IsRefusedWithItsCauseWhereItSaysOtherThanWeWouldRead) {
    constexpr const char* point = "issuingDistributionPoint = critical, @part\n[part]\n";
    const std::array<std::pair<std::string, const char*>, 8> refused = {{
        {std::string(point) + "indirectCRL = TRUE\n", "indirect"},
        {std::string(point) + "onlysomereasons = keyCompromise\n", "some reasons"},
        {std::string(point) + "onlyAA = TRUE\n", "attribute certificates"},
        {std::string(point) + "onlyCA = TRUE\nonlyuser = TRUE\n", "for no certificate"},
        {std::string(point) + "relativename = relative\n[relative]\nCN = one\n", "no full name"},
        {"deltaCRL = critical, ASN1:INTEGER:1\n", "delta"},
        {"1.2.3.4 = critical, ASN1:NULL\n", "critical extension that we do not know: 1.2.3.4"},
        {"issuingDistributionPoint = critical, DER:0500\n", "does not decode"},
    }};
    for (const auto& [extensions, cause] : refused) {
        expect_refused(pki.write_list("list.crl", {.extensions = extensions}), cause);
    }
}

TEST_F(RevocationListFile, MayHaveAnUnknownExtensionThatIsNotCritical) {
    const auto lists = load(pki.write_list("list.crl", {.extensions = "1.2.3.4 = ASN1:NULL\n"}));
    ASSERT_TRUE(lists) << lists.error().detail;
    EXPECT_EQ(lists->size(), 1U);
}

TEST_F(RevocationListFile, IsRefusedForWhatAnEntryAsks) {
    pki.issue("client", "");
    pki.revoke("client");
    const std::string key = pki.path("issuing-ca/ca.key");
    const std::string unknown = pki.write_list("unknown.crl", {});
    add_to_first_entry(unknown, key, "1.2.3.4", "critical,ASN1:NULL");
    expect_refused(unknown, "an entry has a critical extension that we do not know: 1.2.3.4");

    const std::string indirect = pki.write_list("indirect.crl", {});
    add_to_first_entry(indirect, key, "certificateIssuer", "DER:3000");
    expect_refused(indirect, "indirect");

    const std::string harmless = pki.write_list("harmless.crl", {});
    add_to_first_entry(harmless, key, "1.2.3.4", "ASN1:NULL");
    EXPECT_TRUE(load(harmless));
}

TEST_F(RevocationListFile, IsRefusedWhereItIsSignedWithSha1) {
    // The CA's own key is on a curve; another CA, of the test's making, has an RSA key.
    const std::string key = pki.path("rsa.key");
    const std::string certificate = pki.path("rsa.crt");
    const std::string command = "PKI_CA=- openssl req -x509 -newkey rsa:2048 -nodes -config " +
                                pki.path("openssl.cnf") + " -extensions ca_extensions -subj " +
                                "'/C=NO/CN=Invented RSA CA' -days 30 -keyout " + key + " -out " +
                                certificate + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT: a command of ours
    write_file(pki.path("ca.crt"), read_all(pki.path("ca.crt")) + read_all(certificate));
    const std::string by_rsa = " -keyfile " + key + " -cert " + certificate;
    const std::string with_pss = by_rsa + " -sigopt rsa_padding_mode:pss";
    const auto list = [&](const std::string& options) {
        return pki.write_list("list.crl", {.dates = "-crlhours 24 -md " + options});
    };
    for (const std::string& signer : {std::string(), by_rsa, with_pss}) {
        expect_refused(list("sha1" + signer), "weakly signed");
        const auto strong = load(list("sha256" + signer));
        EXPECT_TRUE(strong) << signer << ": " << strong.error().detail;
    }
    // The digest of PSS, not that of its mask.
    expect_refused(list("sha1" + with_pss + " -sigopt rsa_mgf1_md:sha256"), "weakly signed");
}

TEST_F(RevocationListFile, TellsItsScopeAndNumber) {
    const auto plain = load(pki.write_list("plain.crl", {.number = "0100"}));
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->front().number, "0100");
    EXPECT_EQ(plain->front().scope, RevocationScope{});

    const auto part = load(pki.write_list(
        "part.crl", {.extensions = partition("http://crl.example/1.crl") + "onlyuser = TRUE\n"}
    ));
    ASSERT_TRUE(part);
    EXPECT_EQ(part->front().number, "");
    const RevocationScope scope{
        .clients = true, .authorities = false, .points = {"URI:http://crl.example/1.crl"}
    };
    EXPECT_EQ(part->front().scope, scope);
}

TEST_F(RevocationListFile, MayEndAfterTheNanosecondsOfAClockDo) {
    using namespace std::chrono;
    const auto lists = load(pki.write_list(
        "list.crl", {.dates = "-crl_lastupdate 20260101000000Z -crl_nextupdate 99991231235959Z"}
    ));
    ASSERT_TRUE(lists) << lists.error().detail;
    EXPECT_EQ(lists->front().next_update, Timestamp(sys_days(9999y / 12 / 31) + 23h + 59min + 59s));
}

TEST_F(RevocationListFile, IsReplacedByNumberBeforeDate) {
    RevocationList older;
    RevocationList newer;
    const auto both_ways = [&] { return std::pair(newer.replaces(older), older.replaces(newer)); };
    newer.number = "0100";
    older.number = "ff";
    older.this_update = Timestamp(Duration(1));
    EXPECT_EQ(both_ways(), std::pair(true, false)) << "a longer number is a larger one";
    newer.number = "fe";
    EXPECT_EQ(both_ways(), std::pair(false, true));
    older.number.clear();
    EXPECT_EQ(both_ways(), std::pair(false, true)) << "without numbers the date tells";
    newer.this_update = Timestamp(Duration(2));
    EXPECT_EQ(both_ways(), std::pair(true, false));
}

}  // namespace
}  // namespace budstikke::crypto::test
