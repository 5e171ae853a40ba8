// What a sender is told before its message is accepted, and what operations are told when they ask,
// is what the outbox would find when it composes: no more is refused, and no less.
#include "broker/transport/ebxml/service/partner_ways.hpp"

#include <filesystem>

#include "broker/message/finding_catalogue.hpp"
#include "broker/transport/ebxml/message/timestamp.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"
#include "tests/unit/transport/ebxml/service/world.hpp"

namespace budstikke::ebxml::test {
namespace {

using namespace std::chrono_literals;
using crypto::test::PartyPki;
using pipeline::Draftsman;

constexpr std::string_view encrypted = "application/pkcs7-mime";
constexpr std::string_view clear = "application/xml";

/// A broker for its store, which knows what AppRecs answer.
class PartnerWaysTest : public pipeline::BrokerTest {
 protected:
    void know() {
        known_ = world_.surroundings();
        ways_ = std::make_unique<PartnerWays>(*store_, known_);
    }
    void copy_certificate(const std::string& name) const {
        std::filesystem::copy_file(
            PartyPki::instance().certificate(name), world_.folder() / "hospital.crt",
            std::filesystem::copy_options::overwrite_existing
        );
    }
    std::string_view asked(
        const directory::Directory& directory, const budstikke::Envelope& envelope,
        std::string_view from, std::string_view to, std::string_view content_type
    ) const {
        const HerId sender = her(from);
        const HerId recipient = her(to);
        const auto* const obstacle = ways_->obstacle({
            .directory = directory,
            .from = sender,
            .to = recipient,
            .envelope = envelope,
            .content_type = content_type,
            .now = at_,
        });
        return obstacle == nullptr ? "none" : obstacle->code;
    }
    std::string_view code(
        std::string_view to, std::string type = "EPIKRISE", std::string_view from = "3001",
        std::string_view content_type = clear
    ) const {
        budstikke::Envelope envelope;
        envelope.action = std::move(type);
        return asked(known_->directory(), envelope, from, to, content_type);
    }
    std::string_view code_of(const budstikke::Envelope& envelope, std::string_view to = "2001")
        const {
        return asked(known_->directory(), envelope, "3001", to, clear);
    }
    static budstikke::Envelope apprec(std::string original, std::string original_type) {
        budstikke::Envelope envelope;
        envelope.action = "APPREC";
        envelope.is_apprec = true;
        envelope.original_message_id = std::move(original);
        envelope.original_type = std::move(original_type);
        return envelope;
    }

    /// What operations are told.
    std::string reason(
        std::string_view to, std::string_view from = "3001", std::string_view content_type = {}
    ) const {
        const HerId sender = her(from);
        const HerId recipient = her(to);
        const auto way = way_to(
            *known_,
            {.from = sender,
             .to = recipient,
             .what = service_action("EPIKRISE").value(),
             .content_type = content_type},
            at_
        );
        return way ? "none" : way.error().code;
    }
    /// Only of its other messages the agreement says that they are encrypted.
    void agree_on_clear_text() const {
        const auto party = [](std::string_view her_id, std::string_view role, std::string side) {
            std::string text = "<tp:PartyInfo><tp:PartyId tp:type='HER'>";
            text.append(her_id).append("</tp:PartyId><tp:CollaborationRole><tp:Role tp:name='");
            text.append(role).append(
                "'/><tp:ServiceBinding><tp:Service>S-EPIKRISE</tp:Service><tp:" + side +
                "><tp:ThisPartyActionBinding tp:action='EPIKRISE' tp:packageId='clear'/></tp:" +
                side + "></tp:ServiceBinding></tp:CollaborationRole></tp:PartyInfo>"
            );
            return text;
        };
        crypto::test::write_file(
            world_.folder() / "agreement.xml",
            "<tp:CollaborationProtocolAgreement tp:cpaid='test:1' xmlns:tp='"
            "http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd'>" +
                party("3001", "EPIKRISEsender", "CanSend") +
                party("2001", "EPIKRISEreceiver", "CanReceive") +
                "<tp:Packaging tp:id='clear'/><tp:Packaging tp:id='other'><tp:CompositeList>"
                "<tp:Encapsulation tp:mimetype='application/pkcs7-mime'/></tp:CompositeList>"
                "</tp:Packaging></tp:CollaborationProtocolAgreement>"
        );
    }

    World world_;
    Timestamp at_ = SystemClock().now();
    std::shared_ptr<const Surroundings> known_;
    std::unique_ptr<PartnerWays> ways_;
};

TEST_F(PartnerWaysTest, NothingStandsInTheWayOfAPartnerThatHasAll) {
    know();
    EXPECT_EQ(code("2001"), "none");
    EXPECT_EQ(code("2001", "EPIKRISE", "3001", encrypted), "none");
    EXPECT_EQ(code("2001", "EPIKRISE", "3001", {}), "none");
}

TEST_F(PartnerWaysTest, WhomAnotherCarriesIsNoConcernOfIt) {
    know();
    EXPECT_EQ(code("4001", "BOGUS"), "none");
    EXPECT_EQ(code("9999", "BOGUS"), "none");
}

TEST_F(PartnerWaysTest, EachLackIsSaidBeforeTheMessageIsTaken) {
    world_.edit(R"("2004", "2005"])", R"("2004"])");
    know();
    EXPECT_EQ(code("2001", "BOGUS"), "recipient.no_service");
    EXPECT_EQ(code("2001", ""), "recipient.no_service");
    EXPECT_EQ(code("2002"), "recipient.no_certificate");
    EXPECT_EQ(code("2003"), "recipient.unreachable");
    EXPECT_EQ(code("2005"), "recipient.no_way");  // no one may take its deliveries
    EXPECT_EQ(code("2001", "EPIKRISE", "4001"), "recipient.no_way");  // no identity of the sender
}

TEST_F(PartnerWaysTest, ACertificateThatIsNotBelievedIsNoWay) {
    copy_certificate("hospital-sign");
    know();
    EXPECT_EQ(code("2001"), "recipient.certificate_not_trusted");
    copy_certificate("own-sign");
    know();
    EXPECT_EQ(code("2001"), "recipient.certificate_not_trusted");
}

TEST_F(PartnerWaysTest, MailTakesNoMessageOfWhoHasNoAddress) {
    world_.edit("ebxml_url = \"https://msh.example/ebxml\"\n", "");
    know();
    EXPECT_EQ(code("2001"), "none");
    EXPECT_EQ(code("2001", "EPIKRISE", "3002"), "recipient.no_way");
    EXPECT_EQ(reason("2001"), "none");
    EXPECT_EQ(reason("2001", "3002"), "no_mail_address");
}

TEST_F(PartnerWaysTest, MailTakesNoClearText) {
    agree_on_clear_text();
    know();
    EXPECT_EQ(code("2001"), "none");
    EXPECT_EQ(reason("2001"), "none");
    world_.edit("ebxml_url = \"https://msh.example/ebxml\"\n", "");
    know();
    EXPECT_EQ(code("2001"), "recipient.no_way");
    EXPECT_EQ(reason("2001"), "clear_by_mail");
    EXPECT_EQ(code("2001", "EPIKRISE", "3001", encrypted), "none");
    EXPECT_EQ(reason("2001", "3001", encrypted), "none");
}

TEST_F(PartnerWaysTest, OperationsLearnTheReasonBehindWhatASenderIsTold) {
    world_.edit(R"("2004", "2005"])", R"("2004"])");
    know();
    EXPECT_EQ(reason("2002"), "no_certificate");
    EXPECT_EQ(reason("2003"), "no_endpoint");
    EXPECT_EQ(reason("2005"), "recipient_not_acted_for");
    EXPECT_EQ(reason("2001", "4001"), "no_identity");
}

TEST_F(PartnerWaysTest, AnAgreementSaysWhatMayPass) {
    world_.agree();
    know();
    EXPECT_EQ(code("2001", "EPIKRISE", "3002"), "none");  // others have no agreement
    at_ = parse_date_time("2026-06-01T00:00:00Z").value();
    ways_ = std::make_unique<PartnerWays>(
        *store_, known_ = Surroundings::make(world_.sources(), at_).value()
    );
    EXPECT_EQ(code("2001"), "recipient.not_agreed");
    EXPECT_EQ(code("2001", "OppgjorsMelding"), "recipient.certificate_not_trusted");
}

TEST_F(PartnerWaysTest, AnAgreementThatIsOverIsNoWayAndOneThatBeginsLaterMayBecomeOne) {
    world_.agree();
    const auto at = [this](std::string_view time) {
        at_ = parse_date_time(time).value();
        known_ = Surroundings::make(world_.sources(), at_).value();
        ways_ = std::make_unique<PartnerWays>(*store_, known_);
        return code("2001", "OppgjorsMelding");
    };
    EXPECT_EQ(at("2028-01-03T00:00:00Z"), "recipient.not_agreed");
    EXPECT_EQ(at("1999-01-01T00:00:00Z"), "recipient.way_not_open");
}

TEST_F(PartnerWaysTest, AListThatIsTooOldToTellIsFetchedByAndBy) {
    know();
    // The certificates are valid for long, their lists are not.
    at_ += 24h * 365;
    known_ = Surroundings::make(world_.sources(), at_).value();
    ways_ = std::make_unique<PartnerWays>(*store_, known_);
    EXPECT_EQ(
        known_->route(her("3001"), her("2001"), service_action("EPIKRISE").value(), at_)
            .error()
            .code,
        "revocation_stale"
    );
    EXPECT_EQ(code("2001"), "recipient.way_not_open");
}

TEST_F(PartnerWaysTest, NothingIsRefusedByAgreementsThatAreTooOld) {
    know();
    at_ = known_->read_at() + limits::ebxml_agreements_age_max;
    EXPECT_EQ(code("2002"), "recipient.no_certificate");
    at_ += 1ms;
    EXPECT_EQ(code("2002"), "recipient.way_not_open");
    EXPECT_EQ(code("2001", "BOGUS"), "recipient.no_service");
}

TEST_F(PartnerWaysTest, NothingIsRefusedByADirectoryThatIsNoLongerOrNotYetTheOneInForce) {
    know();
    const auto next = world_.directory();
    budstikke::Envelope envelope;
    envelope.action = "EPIKRISE";
    EXPECT_EQ(asked(*next, envelope, "3001", "2002", clear), "recipient.way_not_open");
    EXPECT_EQ(asked(*next, envelope, "3001", "2001", clear), "none");
    ways_->replace(known_ = world_.surroundings());
    EXPECT_EQ(code("2002"), "recipient.no_certificate");
}

TEST_F(PartnerWaysTest, AnAppRecWaitsForAWayButNotForAService) {
    know();
    EXPECT_EQ(code_of(apprec("m9", "EPIKRISE")), "none");
    EXPECT_EQ(code_of(apprec("m9", "EPIKRISE"), "2002"), "recipient.way_not_open");
    EXPECT_EQ(code_of(apprec("m9", "BOGUS")), "recipient.no_service");
    EXPECT_EQ(code_of(apprec("", "")), "recipient.no_service");
}

TEST_F(PartnerWaysTest, AnAppRecHasTheServiceOfTheMessageThatItAnswers) {
    // As the partner of this test and in its store: 100 sent m1 to 201.
    const auto known = submit(Draftsman{.type = "EPIKRISE"});
    ASSERT_TRUE(known.accepted);
    world_.edit(R"("2004", "2005"])", R"("2004", "2005", "100"])");
    world_.edit(
        "[[party]]\nher_id = \"2005\"",
        "[[party]]\nher_id = \"100\"\norganisation = \"999000001\"\nname = \"Invented\"\n"
        "kind = \"gp\"\nvalidation = \"none\"\nendpoint = \"ebxml\"\n"
        "ebxml_url = \"https://msh.example/ebxml\"\nencryption_certificate = \"hospital.crt\"\n"
        "[[party]]\nher_id = \"2005\""
    );
    know();
    EXPECT_EQ(code_of(apprec("m1", "words of its own"), "100"), "none");
    EXPECT_EQ(code_of(apprec("m2", "words of its own"), "100"), "recipient.no_service");
}

TEST_F(PartnerWaysTest, OfAppRecsAtLargeOnlyWhatHoldsForAllIsSaid) {
    world_.agree();
    know();
    const budstikke::Envelope at_large = apprec("", "");
    const auto code_for = [&](std::string_view from, std::string_view to) {
        return asked(known_->directory(), at_large, from, to, {});
    };
    EXPECT_EQ(code_for("3002", "2001"), "none");
    EXPECT_EQ(code_for("3001", "2001"), "none");  // their agreement may have a Service for it
    EXPECT_EQ(code_for("3001", "2002"), "recipient.way_not_open");
}

}  // namespace
}  // namespace budstikke::ebxml::test
