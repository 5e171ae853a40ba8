// Agreements are read again once they are older than they may be (HIS 1177: 12 hours), by the clock
// that the test moves; those that cannot be read leave the last ones in force.
#include <fstream>

#include "broker/app/ebxml_part.hpp"
#include "tests/unit/admin/event_recorder.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::app {
namespace {

using namespace std::chrono_literals;
using crypto::test::PartyPki;

class EbxmlAgreements : public pipeline::BrokerTest {
 protected:
    void SetUp() override {
        BrokerTest::SetUp();
        const auto& pki = PartyPki::instance();
        config_.data = folder_;
        config_.directory = folder_ / "agreements";
        std::filesystem::create_directory(config_.directory);
        config_.ebxml.emplace();
        config_.ebxml->ca_files = {pki.path("ca.crt")};
        config_.ebxml->crl_files = {pki.path("root-ca.crl"), pki.path("issuing-ca.crl")};
        agree("first");
        auto state = load_ebxml(config_, broker_->directory(), clock_.now());
        ASSERT_TRUE(state) << state.error().detail;
        ways_ = std::make_unique<ebxml::PartnerWays>(*store_, state->surroundings);
        auto part = EbxmlPart::open(
            config_, *std::move(state), {},
            {.broker = *broker_,
             .codec = *codec_,
             .ways = *ways_,
             .adapters = adapters_,
             .schemas = nullptr,
             .clock = clock_,
             .random = random_,
             .events = events_,
             .on_failure = {}}
        );
        ASSERT_TRUE(part) << part.error().detail;
        part_ = *std::move(part);
        ASSERT_TRUE(part_->start());
    }
    void TearDown() override {
        part_.reset();
        BrokerTest::TearDown();
    }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(config_.directory / (name + ".xml")) << text;
    }
    void agree(const std::string& name) const {
        write(
            name, "<tp:CollaborationProtocolAgreement tp:cpaid='" + name +
                      "' xmlns:tp='http://www.oasis-open.org/committees/ebxml-cppa/schema/"
                      "cpp-cpa-2_0.xsd'/>"
        );
    }
    void pass(Duration time) {
        clock_.advance(time);
        part_->tick();
    }
    std::size_t known() const { return part_->service().surroundings()->agreements().size(); }

    Config config_;
    admin::EventRecorder events_;
    std::unique_ptr<ebxml::PartnerWays> ways_;
    std::unique_ptr<EbxmlPart> part_;
};

TEST_F(EbxmlAgreements, AreReadAgainAfterTheirAgeAndNotBefore) {
    agree("second");
    pass(limits::ebxml_agreements_age_max);
    EXPECT_EQ(known(), 1U);
    pass(1ms);
    EXPECT_EQ(known(), 2U);
    agree("third");
    pass(limits::ebxml_agreements_age_max);
    EXPECT_EQ(known(), 2U);
    pass(1ms);
    EXPECT_EQ(known(), 3U);
    const auto told = events_.all("ebxml_agreements_read");
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[1].fields.at("agreements"), "3");
}

TEST_F(EbxmlAgreements, ThatCannotBeReadLeaveTheLastOnesUntilTheyCan) {
    agree("second");
    write("broken", "<other/>");
    pass(limits::ebxml_agreements_age_max + 1ms);
    EXPECT_EQ(known(), 1U);
    pass(5min - 1ms);
    const auto told = events_.all("ebxml_agreements_not_read");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_NE(told[0].fields.at("why").find("broken.xml"), std::string::npos);
    agree("broken");
    pass(1ms);
    EXPECT_EQ(known(), 3U);
    EXPECT_EQ(events_.all("ebxml_agreements_not_read").size(), 1U);
}

}  // namespace
}  // namespace budstikke::app
