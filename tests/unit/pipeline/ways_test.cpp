// What the broker knows of the way to a recipient is told before a message is accepted: in the
// answer to a submission, to a check and to a question, and alike in all three. One thing stands in
// for the part that carries, and says so: ways that are as the test wants them.
#include <map>

#include "broker/message/finding_catalogue.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::pipeline {
namespace {

/// No carrier: each recipient's obstacle is what the test says.
class SetWays final : public Ways {
 public:
    const FindingSpec* obstacle(const WayQuestion& question) const override {
        const auto at = obstacles_.find(question.to.text());
        const bool concerns = at != obstacles_.end() && question.from.text() == "100" &&
                              question.directory.find(question.to) != nullptr &&
                              question.envelope.action == "EPIKRISE";
        return concerns ? at->second : nullptr;
    }
    void close(const std::string& her_id, const FindingSpec& why) { obstacles_[her_id] = &why; }

 private:
    std::map<std::string, const FindingSpec*> obstacles_;
};

class WaysTest : public BrokerTest {
 protected:
    const Ways* ways() const override { return &ways_; }
    std::string directory_toml() const override {
        return R"(
[[party]]
her_id = "401"
organisation = "900000001"
name = "Merged"
kind = "gp"
endpoint = "exchange"
validation = "none"
redirect_to = "201"
)";
    }
    Broker::MaySend ask(const char* to, const char* type = "EPIKRISE") {
        return broker_->may_send("900000001", "100", to, type, "", "").value();
    }
    static std::vector<std::string_view> codes(const Findings& findings) {
        std::vector<std::string_view> codes;
        for (const auto& finding : findings) {
            codes.push_back(finding.spec->code);
        }
        return codes;
    }

    SetWays ways_;
};

using Codes = std::vector<std::string_view>;

TEST_F(WaysTest, WhoCannotBeReachedIsRefusedWithTheReasonWhereverItIsAsked) {
    ways_.close("201", finding::recipient_no_certificate);
    const Codes why{"recipient.no_certificate"};
    const Receipt checked = broker_->check(Draftsman{}.submission());
    EXPECT_FALSE(checked.accepted);
    EXPECT_EQ(codes(checked.recipients.at(0).findings), why);
    const Receipt sent = submit(Draftsman{});
    EXPECT_FALSE(sent.accepted);
    EXPECT_FALSE(sent.retry_later);
    EXPECT_EQ(codes(sent.recipients.at(0).findings), why);
    EXPECT_TRUE(store_->messages(MessageId(), 10)->empty());
    const auto asked = ask("201");
    EXPECT_FALSE(asked.allowed);
    EXPECT_EQ(codes(asked.findings), why);
    // Another recipient and another type are no concern of it.
    EXPECT_TRUE(ask("202").allowed);
    EXPECT_TRUE(ask("201", "DIALOG_NOTAT").allowed);
}

TEST_F(WaysTest, AWayThatMayOpenIsAWarningAndTheMessageWaits) {
    ways_.close("201", finding::recipient_way_not_open);
    const Codes why{"recipient.way_not_open"};
    EXPECT_TRUE(broker_->check(Draftsman{}.submission()).accepted);
    const Receipt sent = submit(Draftsman{});
    ASSERT_TRUE(sent.accepted);
    EXPECT_TRUE(sent.recipients.at(0).accepted);
    EXPECT_EQ(codes(sent.recipients.at(0).findings), why);
    EXPECT_EQ(state(sent.id, "201"), DeliveryState::queued);
    const auto asked = ask("201");
    EXPECT_TRUE(asked.allowed);
    EXPECT_EQ(codes(asked.findings), why);
}

TEST_F(WaysTest, TheOthersGetItWhereTheSenderAllowsThat) {
    ways_.close("201", finding::recipient_no_way);
    Submission submission = Draftsman{.to = {"201", "202"}}.submission();
    submission.allow_partial = true;
    const Receipt sent = submit(std::move(submission));
    ASSERT_TRUE(sent.accepted);
    EXPECT_FALSE(sent.recipients.at(0).accepted);
    EXPECT_TRUE(sent.recipients.at(1).accepted);
    EXPECT_EQ(state(sent.id, "202"), DeliveryState::queued);
}

TEST_F(WaysTest, ItIsAskedOfWhoHasTakenOver) {
    ways_.close("201", finding::recipient_no_way);
    EXPECT_EQ(codes(ask("401").findings), Codes{"recipient.no_way"});
}

TEST_F(WaysTest, WhatWasAcceptedBeforeIsAnsweredAsBefore) {
    const Receipt first = submit(Draftsman{});
    ASSERT_TRUE(first.accepted);
    ways_.close("201", finding::recipient_no_certificate);
    const Receipt again = submit(Draftsman{});
    EXPECT_TRUE(again.accepted);
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.id, first.id);
}

TEST_F(WaysTest, NobodyLearnsOfAWayThatTheyMayNotUse) {
    ways_.close("201", finding::recipient_no_way);
    const auto foreign =
        broker_->may_send("900000002", "100", "201", "EPIKRISE", "", "").value().findings;
    EXPECT_EQ(codes(foreign), Codes{"submission.sender_not_allowed"});
}

}  // namespace
}  // namespace budstikke::pipeline
