// Certificates as values: the organisation by both profiles, and nothing that only looks like one.
#include "broker/crypto/peer_identity.hpp"

#include <array>
#include <chrono>
#include <cstdio>

#include <gtest/gtest.h>

#include "broker/crypto/tls_fault.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::test {
namespace {

class Identity : public testing::Test {
 protected:
    // What a certificate with this subject says; it signs itself, which nobody asks about here.
    Result<PeerIdentity> identity_of(const std::string& subject) const {
        const std::string command =
            "PKI_CA=none openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -utf8"
            " -config " +
            pki.path("openssl.cnf").string() + " -keyout " + folder.path("c.key").string() +
            " -out " + folder.path("c.crt").string() + " -subj '" + subject + "' 2>/dev/null";
        if (std::system(command.c_str()) != 0)
            return fail(Errc::internal, "openssl req");  // NOLINT
        return read_peer_identity(folder.path("c.crt"));
    }

    const TestPki& pki = TestPki::instance();
    const TempFolder folder;
};

std::string openssl_says(const std::string& arguments) {
    std::string said;
    FILE* pipe = ::popen(("openssl " + arguments).c_str(), "r");  // NOLINT: arguments of ours
    if (pipe == nullptr) return said;
    std::array<char, 256> line{};
    while (std::fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr)
        said += line.data();
    ::pclose(pipe);
    return said;
}

TEST_F(Identity, IsReadFromBothProfiles) {
    for (const char* client : {"hospital", "seid1", "rsa"}) {
        const Result<PeerIdentity> peer = read_peer_identity(pki.certificate(client));
        ASSERT_TRUE(peer) << client;
        EXPECT_EQ(peer->organisation_number, organisation) << client;
    }
}

TEST_F(Identity, AgreesWithWhatOpensslPrints) {
    const Result<PeerIdentity> peer = read_peer_identity(pki.certificate("hospital"));
    ASSERT_TRUE(peer);
    const std::string file = pki.certificate("hospital").string();
    std::string upper;
    for (const char c : peer->serial)
        upper += static_cast<char>(std::toupper(c));
    EXPECT_EQ("serial=" + upper + "\n", openssl_says("x509 -noout -serial -in " + file));
    std::string digest = openssl_says("x509 -noout -fingerprint -sha256 -in " + file);
    std::erase(digest, ':');
    for (char& c : digest)
        c = static_cast<char>(std::tolower(c));
    EXPECT_NE(digest.find("=" + to_hex(peer->fingerprint) + "\n"), std::string::npos);
    EXPECT_EQ(peer->subject, "CN=hospital,organizationIdentifier=NTRNO-998877665,O=hospital,C=NO");
    EXPECT_EQ(peer->issuer, "CN=Budstikke Test Issuing CA,O=Budstikke Test PKI,C=NO");
    EXPECT_EQ(peer->not_after - peer->not_before, std::chrono::hours(24 * 730));
    const Result<PeerIdentity> expired = read_peer_identity(pki.certificate("expired"));
    EXPECT_EQ(to_rfc3339(expired->not_after), "2021-01-01T00:00:00.000Z");
}

TEST_F(Identity, RefusesACertificateThatNamesNoOrganisation) {
    const Result<PeerIdentity> peer = read_peer_identity(pki.certificate("no-organisation"));
    ASSERT_FALSE(peer);
    EXPECT_EQ(peer.error().code, Errc::unauthenticated);
    EXPECT_EQ(peer.error().detail, name(TlsFault::no_organisation_number));
}

TEST_F(Identity, TakesOnlyNineDigitsOfTheNorwegianRegister) {
    for (const char* subject :
         {"/organizationIdentifier=NTRNO-123456789", "/CN=123456780/serialNumber=123456789",
          "/O=A/organizationIdentifier=NTRNO-123456789/serialNumber=987654321"}) {
        const Result<PeerIdentity> peer = identity_of(subject);
        ASSERT_TRUE(peer) << subject;
        EXPECT_EQ(peer->organisation_number, "123456789") << subject;
    }
    for (const char* subject :
         {"/organizationIdentifier=NTRNO-12345678", "/organizationIdentifier=NTRNO-1234567890",
          "/organizationIdentifier=NTRSE-123456789", "/organizationIdentifier=123456789",
          "/organizationIdentifier=ntrno-123456789", "/organizationIdentifier=NTRNO-12345678a",
          "/organizationIdentifier=NTRNO-123456789 ", "/organizationIdentifier= NTRNO-123456789",
          "/serialNumber=12345678", "/serialNumber=1234567890", "/serialNumber=9578-4050-1",
          "/CN=123456789", "/O=123456789", "/OU=123456789"}) {
        const Result<PeerIdentity> peer = identity_of(subject);
        ASSERT_FALSE(peer) << subject;
        EXPECT_EQ(peer.error().code, Errc::unauthenticated) << subject;
    }
}

TEST_F(Identity, DoesNotGuessBetweenTwo) {
    for (const char* subject :
         {"/organizationIdentifier=NTRNO-123456789/organizationIdentifier=NTRNO-987654321",
          "/serialNumber=123456789/serialNumber=987654321",
          "/organizationIdentifier=NTRSE-123456789/serialNumber=987654321"}) {
        const Result<PeerIdentity> peer = identity_of(subject);
        ASSERT_FALSE(peer) << subject;
        EXPECT_EQ(peer.error().code, Errc::unauthenticated) << subject;
    }
}

TEST_F(Identity, ListsEveryCertificateOfAFile) {
    const Result<std::vector<PeerIdentity>> all = read_certificates(pki.path("ca.crt"));
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ((*all)[0].subject, "CN=Budstikke Test Root CA,O=Budstikke Test PKI,C=NO");
    EXPECT_EQ((*all)[1].issuer, (*all)[0].subject);
    EXPECT_TRUE((*all)[1].organisation_number.empty());
}

TEST_F(Identity, ReadsDerAndRefusesWhatIsNoCertificate) {
    const std::string in = pki.certificate("hospital").string();
    const std::string der = folder.path("c.der").string();
    openssl_says("x509 -outform DER -in " + in + " -out " + der);
    EXPECT_EQ(read_peer_identity(der).value(), read_peer_identity(in).value());
    const std::string bytes = read_all(der);
    const std::array<std::string, 5> wrong = {
        "", "no certificate", bytes + "x", bytes.substr(0, bytes.size() / 2),
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    };
    for (const std::string& content : wrong) {
        write_file(folder.path("wrong"), content);
        const Result<PeerIdentity> peer = read_peer_identity(folder.path("wrong"));
        ASSERT_FALSE(peer);
        EXPECT_EQ(peer.error().code, Errc::malformed);
    }
    write_file(folder.path("half"), read_all(in) + "-----BEGIN CERTIFICATE-----\nAAAA\n");
    EXPECT_FALSE(read_certificates(folder.path("half"))) << "nothing may be skipped";
    EXPECT_EQ(read_peer_identity(folder.path("absent")).error().code, Errc::not_found);
}

}  // namespace
}  // namespace budstikke::crypto::test
