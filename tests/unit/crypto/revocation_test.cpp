// Revocation lists: what counts, what is refused when it is loaded, and that a doubt keeps out.
#include "broker/crypto/revocation.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::test {
namespace {

class Revocation : public testing::Test {
 protected:
    Result<RevocationLists> load(
        std::vector<std::string> files, StaleListPolicy policy = StaleListPolicy::fail_closed,
        const std::string& authorities = "ca.crt"
    ) const {
        std::vector<std::filesystem::path> paths;
        for (const std::string& file : files)
            paths.push_back(pki.path(file));
        return RevocationLists::load({pki.path(authorities)}, paths, policy);
    }
    PeerIdentity identity(const std::string& client) const {
        return *read_peer_identity(pki.certificate(client));
    }

    const TestPki& pki = TestPki::instance();
    const TempFolder folder;
    const Timestamp now = SystemClock().now();
};

TEST_F(Revocation, TellsGoodFromRevoked) {
    const Result<RevocationLists> lists = load({"root-ca.crl", "issuing-ca.crl"});
    ASSERT_TRUE(lists) << lists.error().detail;
    EXPECT_EQ(lists->check(identity("hospital"), now), RevocationStatus::good);
    EXPECT_EQ(lists->check(identity("revoked"), now), RevocationStatus::revoked);
    ASSERT_EQ(lists->lists().size(), 2U);
    EXPECT_EQ(lists->lists()[0].issuer, "CN=Budstikke Test Issuing CA,O=Budstikke Test PKI,C=NO");
    EXPECT_EQ(lists->lists()[0].revoked_count, 1U);
}

TEST_F(Revocation, GoesStaleAtTheNextUpdate) {
    const Result<RevocationLists> closed = load({"root-ca.crl", "issuing-ca.crl"});
    const Result<RevocationLists> open =
        load({"root-ca.crl", "issuing-ca.crl"}, StaleListPolicy::use_stale);
    ASSERT_TRUE(closed && open);
    const Timestamp limit = *closed->first_next_update();
    const PeerIdentity hospital = identity("hospital");
    EXPECT_EQ(closed->check(hospital, limit - Duration(1)), RevocationStatus::good);
    EXPECT_EQ(closed->check(hospital, limit), RevocationStatus::stale);
    EXPECT_EQ(open->check(hospital, limit), RevocationStatus::good);
    const Timestamp later = limit + std::chrono::hours(24);
    EXPECT_EQ(closed->check(identity("revoked"), later), RevocationStatus::revoked);
    EXPECT_EQ(open->check(identity("revoked"), later), RevocationStatus::revoked);
}

TEST_F(Revocation, MissesAListOfAnyCaInThePath) {
    const Result<RevocationLists> none = load({});
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->first_next_update().has_value());
    EXPECT_EQ(none->check(identity("hospital"), now), RevocationStatus::no_list);
    const Result<RevocationLists> one = load({"issuing-ca.crl"}, StaleListPolicy::use_stale);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->check(identity("hospital"), now), RevocationStatus::no_list);
    EXPECT_EQ(one->check(identity("foreign"), now), RevocationStatus::no_list);
}

TEST_F(Revocation, RevokesEverybodyBelowARevokedCa) {
    const Result<RevocationLists> lists = load({"root-revokes-issuing.crl", "issuing-ca.crl"});
    ASSERT_TRUE(lists);
    EXPECT_EQ(lists->check(identity("hospital"), now), RevocationStatus::revoked);
}

TEST_F(Revocation, UsesTheNewestListOfACaInAnyOrder) {
    for (const auto& files :
         {std::vector<std::string>{"root-ca.crl", "stale.crl", "issuing-ca.crl"},
          std::vector<std::string>{"root-ca.crl", "issuing-ca.crl", "stale.crl"}}) {
        const Result<RevocationLists> lists = load(files);
        ASSERT_TRUE(lists);
        EXPECT_EQ(lists->check(identity("hospital"), now), RevocationStatus::good);
        EXPECT_EQ(lists->check(identity("revoked"), now), RevocationStatus::revoked);
    }
}

TEST_F(Revocation, KeepsCasOfOneNameApartByTheirKeys) {
    const Result<RevocationLists> lists = load({"root-ca.crl", "issuing-ca.crl"});
    ASSERT_TRUE(lists);
    PeerIdentity peer = identity("hospital");
    peer.issuer_key_id = std::string(40, 'a');
    EXPECT_EQ(lists->check(peer, now), RevocationStatus::no_list);
    peer.issuer_key_id.clear();
    EXPECT_EQ(lists->check(peer, now), RevocationStatus::good);
}

TEST_F(Revocation, OfTwoCasOfOneNameNoneVouchesForTheOther) {
    const std::string namesake = folder.path("namesake.crt").string();
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30"
        " -subj '/C=NO/O=Budstikke Test PKI/CN=Budstikke Test Issuing CA' -keyout " +
        folder.path("namesake.key").string() + " -out " + namesake + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT: a command of ours
    const auto lists = RevocationLists::load(
        {pki.path("ca.crt"), namesake}, {pki.path("root-ca.crl"), pki.path("issuing-ca.crl")},
        StaleListPolicy::fail_closed
    );
    ASSERT_TRUE(lists) << lists.error().detail;
    PeerIdentity peer = identity("hospital");
    EXPECT_EQ(lists->check(peer, now), RevocationStatus::good) << "it names its CA's key";
    peer.issuer_key_id.clear();
    EXPECT_EQ(lists->check(peer, now), RevocationStatus::no_list) << "it may be of either CA";
}

TEST_F(Revocation, ReadsPemDerAndSeveralInOneFile) {
    const std::string der = folder.path("list.der").string();
    const std::string command =
        "openssl crl -outform DER -in " + pki.path("issuing-ca.crl").string() + " -out " + der;
    ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT: a command of ours
    const auto from_der = RevocationLists::load(
        {pki.path("ca.crt")}, {der, pki.path("root-ca.crl")}, StaleListPolicy::fail_closed
    );
    ASSERT_TRUE(from_der) << from_der.error().detail;
    EXPECT_EQ(from_der->check(identity("revoked"), now), RevocationStatus::revoked);
    write_file(
        folder.path("both"),
        read_all(pki.path("root-ca.crl")) + read_all(pki.path("issuing-ca.crl"))
    );
    const auto from_both = RevocationLists::load(
        {pki.path("ca.crt")}, {folder.path("both")}, StaleListPolicy::fail_closed
    );
    ASSERT_TRUE(from_both);
    EXPECT_EQ(from_both->check(identity("hospital"), now), RevocationStatus::good);
}

TEST_F(Revocation, RefusesListsThatNoConfiguredCaHasSigned) {
    const Result<RevocationLists> foreign =
        load({"issuing-ca.crl"}, StaleListPolicy::fail_closed, "foreign-ca/ca.crt");
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, Errc::denied);
    EXPECT_NE(foreign.error().detail.find("issuing-ca.crl"), std::string::npos);
    std::string der = folder.path("list.der").string();
    const std::string command =
        "openssl crl -outform DER -in " + pki.path("issuing-ca.crl").string() + " -out " + der;
    ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT: a command of ours
    std::string bytes = read_all(der);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    write_file(der, bytes);
    const auto forged =
        RevocationLists::load({pki.path("ca.crt")}, {der}, StaleListPolicy::fail_closed);
    ASSERT_FALSE(forged);
}

TEST_F(Revocation, RefusesFilesThatAreNoLists) {
    for (const char* content :
         {"", "no list", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"}) {
        write_file(folder.path("wrong"), content);
        const auto lists = RevocationLists::load(
            {pki.path("ca.crt")}, {folder.path("wrong")}, StaleListPolicy::fail_closed
        );
        ASSERT_FALSE(lists);
        EXPECT_EQ(lists.error().code, Errc::malformed);
    }
    EXPECT_EQ(load({"absent.crl"}).error().code, Errc::not_found);
}

}  // namespace
}  // namespace budstikke::crypto::test
