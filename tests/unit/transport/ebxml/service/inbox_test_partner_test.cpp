// As a test partner the broker answers every message with all that is wrong with it, as the
// national validator did, and delivers nothing.
#include <algorithm>

#include <gmock/gmock.h>

#include "tests/unit/transport/ebxml/packages.hpp"
#include "tests/unit/transport/ebxml/service/inbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using testing::HasSubstr;

class TestPartner : public InboxTest {
 protected:
    void SetUp() override {
        options_.test_partner = true;
        InboxTest::SetUp();
    }
    void TearDown() override {
        EXPECT_EQ(accepted(), 0U);
        InboxTest::TearDown();
    }
};

TEST_F(TestPartner, AcknowledgesACorrectMessageAndDeliversNothing) {
    PartnerMessage message;
    const auto signal = answered(message);
    EXPECT_EQ(signal.envelope.kind, Kind::acknowledgment) << signal.text();
    EXPECT_TRUE(signal.signed_by_clinic);
    EXPECT_FALSE(kept(message));
}

TEST_F(TestPartner, ReportsEveryViolationWithItsNumber) {
    PartnerMessage message;
    message.description = R"({"MSH-system":""})";
    message.before_signing = [](EnvelopeText& text) {
        text.before = changed(text.before, "<eb:CPAId>2001_3001", "<eb:CPAId>3001_2001");
        text.before = changed(text.before, "eb:signed=\"true\"", "eb:signed=\"false\"");
    };
    const auto signal = answered(message);
    ASSERT_EQ(signal.envelope.kind, Kind::error);
    for (const auto* rule : {"regel 12:", "regel 94:", "regel 272:", "regel 273:"}) {
        EXPECT_THAT(signal.text(), HasSubstr(std::string("HITS 1172 ") + rule));
    }
    const auto& errors = signal.envelope.error_list->errors;
    EXPECT_EQ(std::ranges::count(errors, ErrorSeverity::error, &EbxmlError::severity), 2);
    EXPECT_EQ(signal.envelope.error_list->highest(), ErrorSeverity::error);
}

TEST_F(TestPartner, ReportsWhatOthersOnlyLogAsWarnings) {
    PartnerMessage message;
    message.description = R"({"MSH-system":"X"})";
    const auto signal = answered(message);
    ASSERT_EQ(signal.envelope.kind, Kind::error);
    EXPECT_EQ(signal.envelope.error_list->highest(), ErrorSeverity::warning);
    EXPECT_THAT(signal.text(), HasSubstr("regel 272:"));
}

TEST_F(TestPartner, ReportsSignatureAndEncryptionBesideTheRules) {
    PartnerMessage message;
    message.signer = "clinic-sign";
    message.recipient = "hospital-crypt";
    const auto text = answered(message).text();
    EXPECT_THAT(text, HasSubstr("regel 44:"));
    EXPECT_THAT(text, HasSubstr("(no_key)"));
}

TEST_F(TestPartner, GivesTheSameAnswerToTheSameMessage) {
    PartnerMessage message;
    message.time_to_live = clock_.now() - std::chrono::seconds(2);
    const auto bytes = message.bytes();
    EXPECT_EQ(answered(bytes).text(), answered(bytes).text());
    EXPECT_THAT(answered(bytes).text(), HasSubstr("levetid"));
}

TEST_F(TestPartner, MayBeOneOfOurIdentitiesOnly) {
    options_.test_partner = false;
    restart();
    auto sources = world_.sources();
    sources.identities[0].test_partner = true;
    inbox_->replace(Surroundings::make(std::move(sources), clock_.now()).value());
    PartnerMessage message;
    EXPECT_EQ(answered(message).envelope.kind, Kind::acknowledgment);
    EXPECT_FALSE(kept(message));
}

}  // namespace
}  // namespace budstikke::ebxml::test
