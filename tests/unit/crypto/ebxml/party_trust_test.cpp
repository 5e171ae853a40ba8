// That a party's certificate is believed for stated reasons only, and that all against it are
// named.
#include "broker/crypto/pki/party_trust.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/crypto/ebxml/party_pki.hpp"

namespace budstikke::crypto {
namespace {

using namespace std::chrono_literals;
using test::PartyPki;
using testing::ElementsAre;
using testing::IsEmpty;

PartyCertificate certificate(const std::string& name) {
    return PartyCertificate::load(PartyPki::instance().certificate(name)).value().front();
}

std::vector<std::filesystem::path> authorities() {
    return {PartyPki::instance().path("ca.crt")};
}

PartyTrust trust(bool with_lists = true) {
    const PartyPki& pki = PartyPki::instance();
    std::optional<RevocationLists> lists;
    if (with_lists) {
        lists = RevocationLists::load(
                    authorities(), {pki.path("root-ca.crl"), pki.path("issuing-ca.crl")},
                    StaleListPolicy::fail_closed
        )
                    .value();
    }
    return PartyTrust::make(authorities(), std::move(lists)).value();
}

Timestamp now() {
    return SystemClock().now();
}

std::vector<std::string> names(const std::vector<TrustFault>& faults) {
    std::vector<std::string> result;
    for (const TrustFault fault : faults)
        result.emplace_back(name(fault));
    return result;
}

std::vector<std::string> signing(const std::string& name) {
    return names(trust().check_signing(certificate(name), now(), std::nullopt));
}

TEST(PartyTrust, BelievesAPartysPairEachForItsUse) {
    EXPECT_THAT(signing("hospital-sign"), IsEmpty());
    EXPECT_THAT(names(trust().check_encryption(certificate("hospital-crypt"), now())), IsEmpty());
    EXPECT_THAT(signing("hospital-crypt"), ElementsAre("wrong_use"));
    EXPECT_THAT(
        names(trust().check_encryption(certificate("hospital-sign"), now())),
        ElementsAre("wrong_use")
    );
}

TEST(PartyTrust, NamesWhatIsAgainstACertificate) {
    EXPECT_THAT(signing("own-sign"), ElementsAre("self_signed"));
    EXPECT_THAT(signing("foreign-sign"), ElementsAre("unknown_issuer"));
    EXPECT_THAT(signing("expired-sign"), ElementsAre("expired"));
    EXPECT_THAT(signing("revoked-sign"), ElementsAre("revoked"));
    EXPECT_THAT(signing("weak-sign"), ElementsAre("weak_signature"));
}

TEST(PartyTrust, NamesAllOfIt) {
    const auto later = now() + std::chrono::hours(24 * 365 * 30);
    EXPECT_THAT(
        names(trust().check_signing(certificate("revoked-sign"), later, std::nullopt)),
        ElementsAre("authority_expired", "expired", "revoked")
    );
}

TEST(PartyTrust, HoldsTheTimestampAgainstTheValidity) {
    const PartyTrust believed = trust();
    const PartyCertificate one = certificate("hospital-sign");
    const auto at = [&](Timestamp signed_at) {
        return names(believed.check_signing(one, now(), signed_at));
    };
    EXPECT_THAT(at(one.facts().not_before - 1s), ElementsAre("before_validity"));
    EXPECT_THAT(at(one.facts().not_before), ElementsAre("before_validity"));
    EXPECT_THAT(at(one.facts().not_before + 1s), IsEmpty());
    EXPECT_THAT(at(one.facts().not_after - 1s), IsEmpty());
    EXPECT_THAT(at(one.facts().not_after), ElementsAre("after_validity"));
}

TEST(PartyTrust, HoldsTheClockAgainstTheValidity) {
    const PartyTrust believed = trust(false);
    const PartyCertificate one = certificate("hospital-sign");
    const auto at = [&](Timestamp time) {
        return names(believed.check_signing(one, time, std::nullopt));
    };
    EXPECT_THAT(at(one.facts().not_after - 1s), IsEmpty());
    EXPECT_THAT(at(one.facts().not_after), ElementsAre("expired"));
    // The CAs were made a moment before it.
    EXPECT_THAT(at(one.facts().not_before - 1h), ElementsAre("authority_expired", "not_yet_valid"));
}

TEST(PartyTrust, FailsClosedWithoutAFreshList) {
    const PartyPki& pki = PartyPki::instance();
    auto only_root = RevocationLists::load(
        authorities(), {pki.path("root-ca.crl")}, StaleListPolicy::fail_closed
    );
    const PartyTrust believed = PartyTrust::make(authorities(), std::move(*only_root)).value();
    EXPECT_THAT(
        names(believed.check_signing(certificate("hospital-sign"), now(), std::nullopt)),
        ElementsAre("revocation_unknown")
    );
    const auto later = now() + std::chrono::hours(24 * 60);
    EXPECT_THAT(
        names(trust().check_signing(certificate("hospital-sign"), later, std::nullopt)),
        ElementsAre("revocation_stale")
    );
}

TEST(PartyTrust, IsMadeOfCertificatesOfAuthoritiesOnly) {
    EXPECT_FALSE(PartyTrust::make({}, std::nullopt));
    const auto made =
        PartyTrust::make({PartyPki::instance().certificate("own-sign")}, std::nullopt);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Errc::invalid_argument);
}

TEST(PartyCertificates, AreComparedBitForBit) {
    const PartyCertificate one = certificate("hospital-sign");
    EXPECT_EQ(one, PartyCertificate::from_der(one.der()).value());
    EXPECT_NE(one, certificate("clinic-sign"));
    EXPECT_FALSE(PartyCertificate::from_der(std::string(one.der()) + '\0'));
    EXPECT_FALSE(PartyCertificate::from_der(one.der().substr(1)));
    EXPECT_FALSE(PartyCertificate::from_der(""));
}

}  // namespace
}  // namespace budstikke::crypto
