// What reading agreements and profiles promises: every fact of the templates that the sector uses,
// and the register that a folder of them makes.
#include "broker/transport/ebxml/agreement/agreement.hpp"

#include <algorithm>
#include <fstream>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/agreement/register.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::ebxml {
namespace {

using namespace std::chrono_literals;

Agreement example(const std::string& name) {
    auto agreement = read_agreement(file_text(standards() / "cpa-2.0/examples" / name));
    EXPECT_TRUE(agreement) << name;
    return agreement ? std::move(*agreement) : Agreement{};
}

TEST(Agreement, GivesEveryFactOfAnAgreement) {
    const auto agreement = example("nav-qass-35065.xml");
    EXPECT_FALSE(agreement.profile);
    EXPECT_EQ(agreement.id, "nav:qass:35065");
    ASSERT_TRUE(agreement.start && agreement.end);
    EXPECT_EQ(to_rfc3339(*agreement.start), "2025-09-29T13:33:28.000Z");
    ASSERT_EQ(agreement.parties.size(), 2U);
    const auto& partner = agreement.parties[0];
    EXPECT_TRUE(partner.has_her_id("8141253"));
    EXPECT_FALSE(partner.has_her_id("123456789"));
    EXPECT_EQ(partner.roles.size(), 10U);
    const auto* channel = partner.channel("Partner_channelSMTP0_partner");
    ASSERT_NE(channel, nullptr);
    EXPECT_EQ(channel->ack_requested, "always");
    EXPECT_EQ(channel->ack_signature_requested, "perMessage");
    EXPECT_EQ(channel->duplicate_elimination, "perMessage");
    EXPECT_EQ(channel->sync_reply_mode, "none");
    const auto* transport = partner.transport(channel->transport);
    ASSERT_NE(transport, nullptr);
    EXPECT_EQ(transport->protocol, "SMTP");
    ASSERT_EQ(transport->endpoints.size(), 1U);
    EXPECT_EQ(transport->endpoints[0].uri, "mailto://example@example.com");
    const auto* exchange = partner.doc_exchange(channel->doc_exchange);
    ASSERT_NE(exchange, nullptr);
    EXPECT_EQ(exchange->retries, 4U);
    EXPECT_EQ(exchange->retry_interval, 12h);
    EXPECT_EQ(exchange->persist_duration, 96h);
    EXPECT_EQ(exchange->signature_algorithm, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
    const auto* signing = partner.certificate(exchange->signing_certificate);
    ASSERT_NE(signing, nullptr);
    EXPECT_GT(signing->der.size(), 1000U);
    const auto role =
        std::ranges::find(partner.roles, "BehandlerKrav", &CollaborationRole::service);
    ASSERT_NE(role, partner.roles.end());
    EXPECT_EQ(role->role, "Behandler");
    EXPECT_NE(partner.certificate(role->application_certificate), nullptr);
    const auto action = std::ranges::find(role->actions, "OppgjorsMelding", &ActionBinding::action);
    ASSERT_NE(action, role->actions.end());
    EXPECT_EQ(action->direction, Direction::send);
    EXPECT_TRUE(action->non_repudiation);
    EXPECT_FALSE(action->channels.empty());
}

TEST(Agreement, ReadsTheLargeTemplatesWhole) {
    const auto largest = example("CppTemplate.xml");
    EXPECT_TRUE(largest.profile);
    EXPECT_EQ(largest.id, "cpp-nhn-partyb-total-v5");
    ASSERT_EQ(largest.parties.size(), 1U);
    EXPECT_EQ(largest.parties[0].roles.size(), 322U);
    const auto sector = example("CPP-NHN-PartyB-Rubbelogbit_v6.xml");
    ASSERT_EQ(sector.parties.size(), 1U);
    EXPECT_EQ(sector.parties[0].roles.size(), 164U);
    EXPECT_EQ(sector.parties[0].channels.size(), 6U);
    EXPECT_EQ(sector.parties[0].transports.size(), 5U);
}

TEST(Agreement, RefusesWhatIsNone) {
    const auto code = [](const std::string& text) { return read_agreement(text).error().code; };
    EXPECT_EQ(code("<a/>"), Errc::malformed);
    EXPECT_EQ(code("<a"), Errc::malformed);
    EXPECT_EQ(code(""), Errc::malformed);
    EXPECT_EQ(code("<CollaborationProtocolAgreement/>"), Errc::malformed);
}

TEST(Agreement, BoundsTheFile) {
    const std::string head =
        "<CollaborationProtocolProfile "
        "xmlns='http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd'/>";
    const auto of_size = [&head](std::size_t bytes) {
        return read_agreement(head + std::string(bytes - head.size(), ' '));
    };
    EXPECT_TRUE(of_size(limits::cpa_bytes_max - 1));
    EXPECT_TRUE(of_size(limits::cpa_bytes_max));
    const auto above = of_size(limits::cpa_bytes_max + 1);
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error().code, Errc::limit_exceeded);
}

TEST(Agreement, Durations) {
    EXPECT_EQ(parse_iso_duration("PT720M"), 12h);
    EXPECT_EQ(parse_iso_duration("P4D"), 96h);
    EXPECT_EQ(parse_iso_duration("P1DT2H3M60S"), 24h + 2h + 4min);
    EXPECT_EQ(parse_iso_duration("P2M"), 60 * 24h);
    EXPECT_EQ(parse_iso_duration("P1Y"), 365 * 24h);
    for (const auto* none :
         {"", "P", "PT", "4D", "P4", "P4H", "PT4D", "PD", "P-4D", "P4D ", "PT1M2X", "P99999999999D",
          "P3661D", "P1DT"}) {
        EXPECT_EQ(parse_iso_duration(none), std::nullopt) << none;
    }
}

TEST(Register, UndoesThePercentEncodingOfAMailAddress) {
    EXPECT_EQ(mail_address("mailto:legevakt@edi.example"), "legevakt@edi.example");
    EXPECT_EQ(mail_address("MAILTO://legevakt@edi.example"), "legevakt@edi.example");
    EXPECT_EQ(
        mail_address("mailto:lege%2Bvakt%40edi%2eexample?subject=%0A"), "lege+vakt@edi.example"
    );
    EXPECT_EQ(mail_address("mailto:what%3F%2540@edi.example"), "what?%40@edi.example");
    EXPECT_EQ(mail_address("https://edi.example"), "");
}

TEST(Register, TakesNoMailAddressThatCouldEndACommandOrNamesSeveralOrNone) {
    for (const char* uri :
         {"mailto:a@b.example%0D%0ADATA",
          "mailto:a@b.example%0a",
          "mailto:a%00@b.example",
          "mailto:a%20b@c.example",
          "mailto:%3Ca@b.example%3E",
          "mailto:a@b.example%2Cc@d.example",
          "mailto:a@b.example,c@d.example",
          "mailto:bl%C3%A5b%C3%A6r@b.example",
          "mailto:a%7F@b.example",
          "mailto:a%40b%40c.example",
          "mailto:",
          "mailto:a",
          "mailto:-oX@b.example",
          "mailto:a%@b.example",
          "mailto:a%4@b.example",
          "mailto:a@b.example%",
          "mailto:a@b.example%4",
          "mailto:a%+1@b.example",
          "mailto:a%-1@b.example",
          "mailto:a%0x41@b.example"}) {
        EXPECT_EQ(mail_address(uri), "") << uri;
    }
}

TEST(Register, IsMadeOfTheDirectoryAndTheAgreementsBesideIt) {
    const crypto::test::TempFolder folder;
    std::ofstream(folder.path("parties.toml")) << R"(
[[organisation]]
number = "999000001"
name = "Nordvik kommune"
[[party]]
her_id = "1000"
organisation = "999000001"
name = "Nordvik kommune"
kind = "municipality"
[[party]]
her_id = "1001"
parent = "1000"
organisation = "999000001"
name = "Pleie og omsorg"
kind = "municipality"
edi_address = "pleie@edi.example"
signing_certificates = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
)";
    std::filesystem::copy_file(
        standards() / "cpa-2.0/examples/nav-qass-35065.xml", folder.path("nav.xml")
    );
    std::filesystem::copy_file(
        standards() / "cpa-2.0/examples/CPP_93252.xml", folder.path("profile.xml")
    );
    const auto known = load_register(folder.path(""));
    ASSERT_TRUE(known) << known.error().detail;
    EXPECT_FALSE(known->parties.at("1000").addressable);
    EXPECT_TRUE(known->parties.at("1001").addressable);
    EXPECT_EQ(
        known->parties.at("1001").mail_addresses, std::vector<std::string>{"pleie@edi.example"}
    );
    EXPECT_EQ(
        known->parties.at("1001").signing_certificates,
        std::vector<std::string>{std::string(64, 'a')}
    );
    EXPECT_EQ(
        known->parties.at("8141253").mail_addresses, std::vector<std::string>{"example@example.com"}
    );
    EXPECT_EQ(known->parties.at("8141253").signing_certificates.size(), 1U);
    EXPECT_TRUE(known->parties.contains("93252"));
    ASSERT_EQ(known->agreements.size(), 1U);
    EXPECT_EQ(
        known->agreements.at("nav:qass:35065").her_ids,
        (std::vector<std::string>{"8141253", "79768"})
    );

    std::ofstream(folder.path("other.xml")) << "<other/>";
    const auto refused = load_register(folder.path(""));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("other.xml"), std::string::npos);
    std::ofstream(folder.path("parties.toml")) << "[[party]]\n";
    EXPECT_FALSE(load_register(folder.path("")));
    EXPECT_FALSE(load_register(folder.path("missing")));
}

}  // namespace
}  // namespace budstikke::ebxml
