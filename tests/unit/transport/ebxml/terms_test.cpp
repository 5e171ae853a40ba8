// May A send F to B, on which terms, and if not, why: by real agreements, and Service, Action and
// Role of HISD 1209.
#include "broker/transport/ebxml/agreement/terms.hpp"

#include "broker/transport/ebxml/message/timestamp.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::ebxml {
namespace {

using namespace std::chrono_literals;

const Agreement& nav() {
    static const Agreement agreement =
        read_agreement(file_text(standards() / "cpa-2.0/examples/nav-qass-35065.xml")).value();
    return agreement;
}

constexpr std::string_view vendor = "8141253";
constexpr std::string_view nav_her_id = "79768";
const Timestamp within = parse_date_time("2026-06-01T00:00:00Z").value();
const ServiceAction claim = service_action("OppgjorsMelding").value();

std::string obstacle(
    std::string_view from, std::string_view to, const ServiceAction& what, Timestamp now = within
) {
    const auto terms = terms_of(nav(), from, to, what, now);
    return terms ? "none" : std::string(name(terms.error()));
}

TEST(Terms, AreThoseOfTheAgreement) {
    const auto terms = terms_of(nav(), vendor, nav_her_id, claim, within);
    ASSERT_TRUE(terms) << name(terms.error());
    EXPECT_EQ(terms->cpa_id, "nav:qass:35065");
    EXPECT_EQ(terms->retries, 4U);
    EXPECT_EQ(terms->retry_interval, 12h);
    EXPECT_EQ(terms->persist_duration, 96h);
    EXPECT_TRUE(terms->ack_requested);
    EXPECT_FALSE(terms->synchronous);
    EXPECT_TRUE(terms->is_signed);
    EXPECT_TRUE(terms->encrypted);
    EXPECT_TRUE(terms->compressed);
    EXPECT_FALSE(terms->endpoints.empty());
    EXPECT_GT(terms->encryption_certificate.size(), 1000U);
}

TEST(Terms, NameTheObstacle) {
    EXPECT_EQ(obstacle(vendor, nav_her_id, claim), "none");
    EXPECT_EQ(obstacle("1", nav_her_id, claim), "sender_no_party");
    EXPECT_EQ(obstacle(vendor, "1", claim), "recipient_no_party");
    EXPECT_EQ(
        obstacle(vendor, nav_her_id, claim, parse_date_time("2025-09-29T13:33:27Z").value()),
        "not_yet_valid"
    );
    EXPECT_EQ(
        obstacle(vendor, nav_her_id, claim, parse_date_time("2028-01-02T22:59:01Z").value()),
        "expired"
    );
    EXPECT_EQ(obstacle(vendor, nav_her_id, service_action("EPIKRISE").value()), "service_unknown");
    // The one who is to receive it does not send it.
    EXPECT_EQ(obstacle(nav_her_id, vendor, claim), "sender_may_not");
    auto wrong_role = claim;
    wrong_role.to_role = "Frikortregister";
    EXPECT_EQ(obstacle(vendor, nav_her_id, wrong_role), "recipient_takes_not");
}

TEST(Terms, TheAnswerGoesTheOtherWay) {
    const auto answer = apprec_for(claim);
    ASSERT_TRUE(answer);
    EXPECT_EQ(obstacle(nav_her_id, vendor, *answer), "none");
    EXPECT_EQ(obstacle(vendor, nav_her_id, *answer), "sender_may_not");
}

TEST(Terms, WithoutAnAgreementAreTheDefaultsOfTheProfile) {
    const auto terms = default_terms("1212", "1001");
    EXPECT_EQ(terms.cpa_id, "1001_1212");
    EXPECT_EQ(default_cpa_id("99", "100"), "99_100");
    EXPECT_EQ(default_cpa_id("0100", "99"), "99_0100");
    EXPECT_EQ(terms.retries, 5U);
    EXPECT_EQ(terms.retry_interval, 12h);
    EXPECT_TRUE(terms.ack_requested && terms.is_signed && terms.encrypted);
    EXPECT_FALSE(terms.synchronous || terms.compressed);
}

TEST(ServiceAction, EveryNationalActionFollowsTheRule) {
    for (const auto action : national_actions()) {
        const std::string type(action);
        const auto sent = service_action(type);
        ASSERT_TRUE(sent) << type;
        EXPECT_EQ(*sent, (ServiceAction{"S-" + type, type, type + "sender", type + "receiver"}));
        const auto receipt = apprec_for(*sent);
        ASSERT_TRUE(receipt) << type;
        EXPECT_EQ(
            *receipt, (ServiceAction{"S-" + type, "APPREC", type + "receiver", type + "sender"})
        );
        EXPECT_FALSE(apprec_for(*receipt)) << type;
    }
    EXPECT_TRUE(service_action("DIALOG_INNBYGGER_KOORDINERING"));
    EXPECT_FALSE(service_action("APPREC"));
    EXPECT_FALSE(service_action("UKJENT"));
    EXPECT_FALSE(service_action(""));
}

TEST(ServiceAction, NamesWithoutTheirPrefixAreTheSame) {
    EXPECT_TRUE(same_service("S-SVAR_LAB", "SVAR_LAB"));
    EXPECT_TRUE(same_service("S-SVAR_LAB", "S-SVAR_LAB"));
    EXPECT_FALSE(same_service("S-SVAR_LAB", "S-SVAR_KKL"));
    const auto sector =
        read_agreement(file_text(standards() / "cpa-2.0/examples/CPP-NHN-PartyB-Rubbelogbit_v6.xml")
        );
    ASSERT_TRUE(sector);
    // All that the template has, with the service under either name; it lacks eight newer ones.
    std::size_t found = 0;
    for (const auto action : national_actions()) {
        const auto wanted = service_action(action)->service;
        for (const auto& role : sector->parties.front().roles) {
            if (same_service(role.service, wanted)) {
                ++found;
                break;
            }
        }
    }
    EXPECT_EQ(found, 29U);
}

}  // namespace
}  // namespace budstikke::ebxml
