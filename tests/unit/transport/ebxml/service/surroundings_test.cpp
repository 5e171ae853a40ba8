// How a message gets from A to B: on the terms of the agreement of both, else on the profile's; for
// a certificate that is believed, else not at all.
#include <filesystem>

#include "broker/crypto/digest.hpp"
#include "broker/transport/ebxml/message/timestamp.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"
#include "tests/unit/transport/ebxml/service/world.hpp"

namespace budstikke::ebxml::test {
namespace {

using namespace std::chrono_literals;
using crypto::test::PartyPki;

const ServiceAction epicrisis = service_action("EPIKRISE").value();

Timestamp now() {
    return SystemClock().now();
}

std::string refusal(
    const Surroundings& known, std::string_view from, std::string_view to,
    const ServiceAction& what = epicrisis, Timestamp at = now()
) {
    const auto route = known.route(her(from), her(to), what, at);
    return route ? "none" : route.error().code;
}

TEST(Surroundings, WithoutAnAgreementTheProfilesTermsAndTheDirectoryLead) {
    const World world;
    const auto known = world.surroundings();
    const auto route = known->route(her("3001"), her("2001"), epicrisis, now());
    ASSERT_TRUE(route) << route.error().code;
    EXPECT_EQ(route->terms.cpa_id, "2001_3001");
    EXPECT_EQ(route->terms.retries, 5U);
    EXPECT_EQ(route->terms.retry_interval, 12h);
    EXPECT_EQ(route->endpoint, "https://msh.example/ebxml");
    EXPECT_EQ(route->from_address, "legekontor@edi.example");
    EXPECT_EQ(
        route->encryption_certificate, PartyPki::instance().pair("hospital-crypt").certificate()
    );
}

TEST(Surroundings, WhatTheOperatorSetsCountsWhereNoAgreementSays) {
    const World world;
    auto sources = world.sources();
    sources.retries = 2;
    sources.retry_interval = 1s;
    const auto known = Surroundings::make(std::move(sources), now()).value();
    const auto route = known->route(her("3001"), her("2001"), epicrisis, now());
    ASSERT_TRUE(route) << route.error().code;
    EXPECT_EQ(route->terms.retries, 2U);
    EXPECT_EQ(route->terms.retry_interval, 1s);
}

TEST(Surroundings, MailIsTheWayWhereThereIsNoUrl) {
    World world;
    world.edit("ebxml_url = \"https://msh.example/ebxml\"\n", "");
    const auto route = world.surroundings()->route(her("3001"), her("2001"), epicrisis, now());
    ASSERT_TRUE(route) << route.error().code;
    EXPECT_EQ(route->endpoint, "mailto:sykehus@edi.example");
}

TEST(Surroundings, NamesWhyThereIsNoWay) {
    const World world;
    const auto known = world.surroundings();
    EXPECT_EQ(refusal(*known, "3001", "2001"), "none");
    EXPECT_EQ(refusal(*known, "4001", "2001"), "no_identity");
    EXPECT_EQ(refusal(*known, "9999", "2001"), "no_identity");
    EXPECT_EQ(refusal(*known, "3001", "2003"), "no_endpoint");
    EXPECT_EQ(refusal(*known, "3001", "2002"), "no_certificate");
    EXPECT_EQ(
        refusal(*known, "3001", "2001", epicrisis, now() + 24h * 365 * 30), "authority_expired"
    );
}

TEST(Surroundings, SaysWhetherWhatAPartnerSendsWouldBeTaken) {
    const World world;
    const auto known = world.surroundings();
    const auto code = [&known](std::string_view from, std::string_view to) {
        const auto terms = known->inward(her(from), her(to), epicrisis, now());
        return terms ? terms->cpa_id : terms.error().code;
    };
    EXPECT_EQ(code("2001", "3001"), "2001_3001");
    // Nothing could be sent to these, and they may send all the same.
    EXPECT_EQ(code("2002", "3001"), "2002_3001");
    EXPECT_EQ(code("2005", "3001"), "no_signing_certificate");
    EXPECT_EQ(code("2001", "4001"), "no_identity");
}

TEST(Surroundings, NothingIsEncryptedForACertificateThatIsNotBelieved) {
    const World world;
    const auto& pki = PartyPki::instance();
    std::filesystem::copy_file(
        pki.certificate("hospital-sign"), world.folder() / "hospital.crt",
        std::filesystem::copy_options::overwrite_existing
    );
    EXPECT_EQ(refusal(*world.surroundings(), "3001", "2001"), "wrong_use");
    std::filesystem::copy_file(
        pki.certificate("own-sign"), world.folder() / "hospital.crt",
        std::filesystem::copy_options::overwrite_existing
    );
    EXPECT_EQ(refusal(*world.surroundings(), "3001", "2001"), "self_signed");
}

TEST(Surroundings, AFileThatIsNoCertificateOrNoAgreementIsAnErrorThatNamesIt) {
    const World world;
    std::ofstream(world.folder() / "hospital.crt") << "no certificate";
    const auto refused = Surroundings::make(world.sources(), now());
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("hospital.crt"), std::string::npos);
    EXPECT_NE(refused.error().detail.find("2001"), std::string::npos);

    const World other;
    std::ofstream(other.folder() / "agreement.xml") << "<other/>";
    const auto again = Surroundings::make(other.sources(), now());
    ASSERT_FALSE(again);
    EXPECT_NE(again.error().detail.find("agreement.xml"), std::string::npos);
}

TEST(Surroundings, AnAgreementOfBothGoesBeforeTheDirectory) {
    const World world;
    world.agree();
    const auto known = world.surroundings();
    const auto claim = service_action("OppgjorsMelding").value();
    const auto within = parse_date_time("2026-06-01T00:00:00Z").value();
    // Its certificate is of a CA that the test does not believe: the directory's is not taken.
    EXPECT_EQ(refusal(*known, "3001", "2001", claim, within), "unknown_issuer");
    EXPECT_EQ(refusal(*known, "3001", "2001", epicrisis, within), "service_unknown");
    EXPECT_EQ(
        refusal(*known, "3001", "2001", claim, parse_date_time("2028-01-03T00:00:00Z").value()),
        "expired"
    );
    // Others of the same organisations have no agreement.
    EXPECT_EQ(refusal(*known, "3002", "2001", epicrisis), "none");
    ASSERT_NE(known->agreement("NAV:qass:35065"), nullptr);
    EXPECT_EQ(known->agreement("nav:qass:35065")->parties.size(), 2U);
    EXPECT_EQ(known->agreement("2001_3001"), nullptr);
    EXPECT_EQ(known->agreements().size(), 1U);
    EXPECT_TRUE(known->known().agreements.contains("nav:qass:35065"));
}

TEST(Surroundings, SignalsGoTheWayTheMessageCame) {
    const World world;
    const auto known = world.surroundings();
    const auto to = [&](std::string_view partner, Transport by) {
        return known->signal_endpoint(her("3001"), her(partner), by, now());
    };
    EXPECT_EQ(to("2001", Transport::http), "https://msh.example/ebxml");
    EXPECT_EQ(to("2001", Transport::mail), "mailto:sykehus@edi.example");
    EXPECT_EQ(to("2002", Transport::http), "mailto:a@edi.example");
    EXPECT_EQ(to("2003", Transport::mail), "");
}

TEST(Surroundings, SignalsGoWhereTheAgreementSaysWhileItIsInForce) {
    const World world;
    world.agree();
    const auto known = world.surroundings();
    const auto at = [&](const char* time) {
        return known->signal_endpoint(
            her("3001"), her("2001"), Transport::http, parse_date_time(time).value()
        );
    };
    EXPECT_NE(at("2026-06-01T00:00:00Z"), "https://msh.example/ebxml");
    EXPECT_EQ(at("2028-01-03T00:00:00Z"), "https://msh.example/ebxml");
}

TEST(Surroundings, KnowWhoWeAreAndWhoIsAPartner) {
    const World world;
    const auto known = world.surroundings();
    ASSERT_NE(known->identity(her("3001")), nullptr);
    EXPECT_EQ(known->identity(her("3002")), known->identity(her("3001")));
    EXPECT_EQ(known->identity(her("2001")), nullptr);
    EXPECT_EQ(known->identity(her("9999")), nullptr);
    EXPECT_TRUE(known->is_partner(her("2001")));
    EXPECT_FALSE(known->is_partner(her("3001")));
    EXPECT_FALSE(known->is_partner(her("9999")));
    const auto hospital = PartyPki::instance().pair("hospital-sign").certificate();
    EXPECT_TRUE(known->signs_with("2001", hospital));
    EXPECT_FALSE(known->signs_with("2002", hospital));
    EXPECT_FALSE(known->signs_with("2005", hospital));
    EXPECT_FALSE(known->signs_with("9999", hospital));
}

TEST(Surroundings, OldAlgorithmsAreForWhomTheyAreAskedForByName) {
    const World world;
    auto sources = world.sources();
    sources.sha1_from = {"2001"};
    sources.des3_from = {"2002"};
    const auto known = Surroundings::make(std::move(sources), now()).value();
    const crypto::xmldsig::Policy signature;
    const crypto::cms::Policy encryption;
    EXPECT_EQ(
        known->policy("2001").signature.digest_methods.size(),
        signature.with_sha1().digest_methods.size()
    );
    EXPECT_EQ(known->policy("2001").encryption.ciphers, encryption.ciphers);
    EXPECT_EQ(known->policy("2002").signature.digest_methods, signature.digest_methods);
    EXPECT_EQ(known->policy("2002").encryption.ciphers, encryption.with_3des().ciphers);
}

TEST(Surroundings, AreOldAfterTheirTime) {
    const World world;
    const auto read_at = now();
    const auto known = Surroundings::make(world.sources(), read_at).value();
    EXPECT_EQ(known->read_at(), read_at);
    EXPECT_FALSE(known->is_old(read_at + limits::ebxml_agreements_age_max - 1ms));
    EXPECT_FALSE(known->is_old(read_at + limits::ebxml_agreements_age_max));
    EXPECT_TRUE(known->is_old(read_at + limits::ebxml_agreements_age_max + 1ms));
}

TEST(Surroundings, AnOrganisationHasOneIdentity) {
    const World world;
    auto sources = world.sources();
    auto more = world.sources();
    sources.identities.push_back(std::move(more.identities.front()));
    EXPECT_EQ(Surroundings::make(std::move(sources), now()).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace budstikke::ebxml::test
