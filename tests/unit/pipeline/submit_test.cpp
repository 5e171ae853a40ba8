// Answers to submissions: accepted, repeated, conflicting, refused with the reason.
#include <array>

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "tests/unit/adapters/messages.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::pipeline {
namespace {

class SubmitTest : public BrokerTest {
 protected:
    static bool has(const Findings& findings, const FindingSpec& spec) {
        return std::ranges::any_of(findings, [&](const Finding& finding) {
            return finding.spec == &spec;
        });
    }
    /// The refusal for this reason, and nothing else stored.
    void expect_refused(Submission submission, const FindingSpec& spec) {
        const Receipt receipt = submit(std::move(submission));
        EXPECT_FALSE(receipt.accepted) << spec.code;
        EXPECT_TRUE(has(receipt.findings, spec)) << spec.code;
        EXPECT_EQ(receipt.id, MessageId());
        EXPECT_TRUE(store_->messages(MessageId(), 10)->empty());
    }

    std::string directory_toml() const override {
        return R"(
[[party]]
her_id = "400"
organisation = "900000001"
name = "Closed"
kind = "gp"
endpoint = "exchange"
validation = "none"
valid_until = 2020-01-01

[[party]]
her_id = "401"
organisation = "900000001"
name = "Merged"
kind = "gp"
endpoint = "exchange"
validation = "none"
redirect_to = "201"

[[party]]
her_id = "402"
organisation = "900000001"
name = "Laboratory"
kind = "laboratory"
endpoint = "exchange"
validation = "none"
[[party.accepts]]
type = "REQ_LAB"
)";
    }
};

TEST_F(SubmitTest, AnswersWithTheIdOfWhatIsStored) {
    const Receipt receipt = submit(Draftsman{.to = {"201", "202"}});
    ASSERT_TRUE(receipt.accepted);
    EXPECT_FALSE(receipt.repeated);
    EXPECT_EQ(receipt.message_id, "m1");
    ASSERT_EQ(receipt.recipients.size(), 2U);
    EXPECT_TRUE(receipt.recipients[1].accepted);
    EXPECT_EQ(receipt.recipients[1].role, ReceiverRole::copy);
    const auto stored = store_->find_message(receipt.id);
    ASSERT_TRUE(stored && *stored);
    EXPECT_EQ((*stored)->submitted_by, "900000001");
    EXPECT_EQ(broker_->read_payload(**stored, 0), "sealed for another's eyes");
    EXPECT_EQ(state(receipt.id, "201"), DeliveryState::queued);
    EXPECT_EQ(
        causes(receipt.id, "202"), (std::vector{DeliveryCause::committed, DeliveryCause::routed})
    );
}

TEST_F(SubmitTest, GivesARepetitionTheSameAnswerAlsoAfterARestart) {
    const Receipt first = submit(Draftsman{});
    const Receipt again = submit(Draftsman{});
    EXPECT_TRUE(again.accepted);
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(again.accepted_at, first.accepted_at);
    restart();
    clock_.advance(std::chrono::hours(24));
    const Receipt later = submit(Draftsman{});
    EXPECT_TRUE(later.repeated);
    EXPECT_EQ(later.id, first.id);
    EXPECT_EQ(store_->messages(MessageId(), 10)->size(), 1U);
}

TEST_F(SubmitTest, GivesARepetitionTheSameAnswerWhateverHasChangedSince) {
    const Receipt first = submit(Draftsman{});
    ASSERT_TRUE(await<Result<void>>([&](auto answer) {
        broker_->hold(by("party hold"), her("201"), true, std::move(answer));
    }));
    const Receipt again = submit(Draftsman{});
    EXPECT_TRUE(again.accepted);
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.id, first.id);
    ASSERT_EQ(again.recipients.size(), 1U);
    EXPECT_TRUE(again.recipients[0].accepted);
    broker_->drain(true);
    EXPECT_TRUE(submit(Draftsman{}).repeated);
    EXPECT_FALSE(submit(Draftsman{.msg_id = "m2"}).accepted);
    EXPECT_FALSE(submit(Draftsman{.bytes = "other bytes"}).accepted);
}

TEST_F(SubmitTest, RefusesTheSameIdentityWithOtherContent) {
    const Receipt first = submit(Draftsman{});
    const Receipt other = submit(Draftsman{.bytes = "other bytes"});
    EXPECT_FALSE(other.accepted);
    EXPECT_TRUE(has(other.findings, finding::identity_conflict));
    EXPECT_EQ(broker_->counters().conflicts, 1U);
    EXPECT_EQ(state(first.id, "201"), DeliveryState::queued);
}

TEST_F(SubmitTest, AddsADeliveryForANewRecipientOfAKnownMessage) {
    Submission for_one = Draftsman{.to = {"201", "202"}}.submission();
    for_one.recipients = {"201"};
    const Receipt first = submit(std::move(for_one));
    ASSERT_TRUE(first.accepted);
    EXPECT_EQ(first.recipients.size(), 1U);
    const Receipt both = submit(Draftsman{.to = {"201", "202"}});
    EXPECT_TRUE(both.accepted);
    EXPECT_FALSE(both.repeated);
    EXPECT_EQ(both.id, first.id);
    EXPECT_EQ(state(first.id, "202"), DeliveryState::queued);
    EXPECT_EQ(store_->deliveries_of(first.id)->size(), 2U);
}

TEST_F(SubmitTest, AddsADeliveryAlsoToAMessageThatIsBeingStoredInTheSameWrite) {
    std::promise<void> both_wait;
    std::promise<Receipt> other;
    auto before = broker_->prepare(Draftsman{.msg_id = "m0"}.submission());
    // Its answer holds up the thread that writes until both wait for it.
    broker_->commit(*std::move(before), [&](Receipt receipt) {
        both_wait.get_future().wait();
        other.set_value(std::move(receipt));
    });
    std::array<std::promise<Receipt>, 2> answers;
    for (const std::size_t at : {0U, 1U}) {
        Submission one = Draftsman{.to = {"201", "202"}}.submission();
        one.recipients = {at == 0 ? "201" : "202"};
        auto prepared = broker_->prepare(std::move(one));
        broker_->commit(*std::move(prepared), [&answers, at](Receipt receipt) {
            answers.at(at).set_value(std::move(receipt));
        });
    }
    both_wait.set_value();
    EXPECT_TRUE(other.get_future().get().accepted);
    const Receipt first = answers[0].get_future().get();
    const Receipt second = answers[1].get_future().get();
    EXPECT_TRUE(first.accepted && second.accepted);
    EXPECT_EQ(second.id, first.id);
    EXPECT_EQ(store_->deliveries_of(first.id)->size(), 2U);
}

TEST_F(SubmitTest, JoinsTheCopyThatComesWhileTheFirstIsBeingProcessed) {
    auto first = broker_->prepare(Draftsman{}.submission());
    auto second = broker_->prepare(Draftsman{}.submission());
    std::promise<Receipt> one;
    std::promise<Receipt> two;
    broker_->commit(*std::move(first), [&](Receipt receipt) { one.set_value(receipt); });
    broker_->commit(*std::move(second), [&](Receipt receipt) { two.set_value(receipt); });
    const Receipt answer = one.get_future().get();
    const Receipt joined = two.get_future().get();
    EXPECT_TRUE(answer.accepted && joined.accepted);
    EXPECT_EQ(joined.id, answer.id);
    EXPECT_TRUE(joined.repeated);
}

TEST_F(SubmitTest, RefusesAllForOneUnroutableRecipientUnlessPartialIsAllowed) {
    Submission strict = Draftsman{.to = {"201", "999"}}.submission();
    const Receipt refused = submit(std::move(strict));
    EXPECT_FALSE(refused.accepted);
    ASSERT_EQ(refused.recipients.size(), 2U);
    EXPECT_TRUE(has(refused.recipients[1].findings, finding::recipient_unknown));
    Submission partial = Draftsman{.to = {"201", "999"}}.submission();
    partial.allow_partial = true;
    const Receipt accepted = submit(std::move(partial));
    EXPECT_TRUE(accepted.accepted);
    EXPECT_TRUE(accepted.recipients[0].accepted);
    EXPECT_FALSE(accepted.recipients[1].accepted);
    Submission nobody = Draftsman{.msg_id = "m2", .to = {"999"}}.submission();
    nobody.allow_partial = true;
    EXPECT_FALSE(submit(std::move(nobody)).accepted);
}

TEST_F(SubmitTest, SaysWhyARecipientIsRefused) {
    const auto finding_for = [&](const std::string& her_id) {
        const Receipt receipt = submit(Draftsman{.to = {her_id}});
        EXPECT_FALSE(receipt.accepted) << her_id;
        return receipt.recipients.empty() || receipt.recipients[0].findings.empty()
                   ? nullptr
                   : receipt.recipients[0].findings[0].spec;
    };
    EXPECT_EQ(finding_for("999"), &finding::recipient_unknown);
    EXPECT_EQ(finding_for("400"), &finding::recipient_not_valid_now);
    EXPECT_EQ(finding_for("402"), &finding::recipient_refuses_type);
    EXPECT_EQ(finding_for("1.2"), &finding::receiver_her_not_digits);
    EXPECT_EQ(finding_for(""), &finding::receiver_her_missing);
}

TEST_F(SubmitTest, SendsToTheSuccessorAndSaysSo) {
    const Receipt receipt = submit(Draftsman{.to = {"401"}});
    ASSERT_TRUE(receipt.accepted);
    EXPECT_EQ(receipt.recipients[0].redirected_to, her("201"));
    EXPECT_EQ(delivery(receipt.id, "401").queue, her("201"));
}

TEST_F(SubmitTest, RefusesASenderThatTheOrganisationMayNotActFor) {
    expect_refused(Draftsman{.sender = "201"}.submission(), finding::sender_not_allowed);
    expect_refused(Draftsman{.sender = "77777"}.submission(), finding::sender_not_allowed);
    expect_refused(
        Draftsman{.organisation = "999999999"}.submission(), finding::sender_not_allowed
    );
    expect_refused(Draftsman{.sender = "1.0"}.submission(), finding::sender_her_not_digits);
}

TEST_F(SubmitTest, RefusesFactsThatAreMissingOrWrong) {
    Submission undeclared = Draftsman{}.submission();
    undeclared.declared.reset();
    expect_refused(std::move(undeclared), finding::declared_missing);
    Submission elsewhere = Draftsman{}.submission();
    elsewhere.recipients = {"202"};
    expect_refused(std::move(elsewhere), finding::recipient_not_named);
    Submission empty = Draftsman{.bytes = ""}.submission();
    expect_refused(std::move(empty), finding::payload_empty);
    Submission plain = Draftsman{}.submission();
    plain.content_type = "text/plain";
    expect_refused(std::move(plain), finding::content_type_unsupported);
    Submission broken = Draftsman{}.submission();
    broken.content_type = "application/xml";
    broken.payload = Payload("<a><b></a>");
    expect_refused(std::move(broken), finding::xml_not_well_formed);
}

TEST_F(SubmitTest, HoldsTheLimitsOfDeclaredFacts) {
    const std::string at_limit(limits::msg_id_bytes_max, 'i');
    EXPECT_TRUE(submit(Draftsman{.msg_id = at_limit.substr(1)}).accepted);
    EXPECT_TRUE(submit(Draftsman{.msg_id = at_limit}).accepted);
    EXPECT_FALSE(submit(Draftsman{.msg_id = at_limit + "i"}).accepted);
    std::vector<std::string> many;
    for (std::size_t i = 0; i < limits::receivers_max; ++i) {
        many.push_back(i == 0 ? "201" : std::to_string(5000 + i));
    }
    const auto partial = [&] {
        Submission submission = Draftsman{.msg_id = "many", .to = many}.submission();
        submission.allow_partial = true;
        return submission;
    };
    EXPECT_TRUE(submit(partial()).accepted);
    many.emplace_back("9999");
    const Receipt above = submit(partial());
    EXPECT_FALSE(above.accepted);
    EXPECT_TRUE(has(above.findings, finding::receivers_too_many));
}

TEST_F(SubmitTest, HoldsTheLimitOfTheRecipientsThatASubmissionNames) {
    const auto naming = [&](const std::string& id, std::size_t count) {
        std::vector<std::string> named;
        for (std::size_t i = 0; i < count; ++i) {
            named.push_back(i == 0 ? "201" : std::to_string(5000 + i));
        }
        Submission submission = Draftsman{.msg_id = id, .to = named}.submission();
        submission.recipients = std::move(named);
        submission.allow_partial = true;
        return submission;
    };
    EXPECT_TRUE(submit(naming("below", limits::receivers_max - 1)).accepted);
    EXPECT_TRUE(submit(naming("at", limits::receivers_max)).accepted);
    // The message itself names few enough.
    Submission above = naming("above", limits::receivers_max);
    above.recipients.emplace_back("201");
    const Receipt refused = submit(std::move(above));
    EXPECT_FALSE(refused.accepted);
    ASSERT_EQ(refused.findings.size(), 1U);
    EXPECT_EQ(refused.findings[0].spec, &finding::receivers_too_many);
    EXPECT_EQ(refused.findings[0].location.path, "recipients");
}

TEST_F(SubmitTest, HoldsTheLimitOfRecipientsDeclaredBesideXmlToo) {
    const auto beside_xml = [&](std::size_t count) {
        Submission submission = Draftsman{}.submission();
        submission.content_type = "application/xml";
        submission.declared->recipients.resize(count);
        return submit(std::move(submission));
    };
    EXPECT_FALSE(has(beside_xml(limits::receivers_max).findings, finding::receivers_too_many));
    EXPECT_TRUE(has(beside_xml(limits::receivers_max + 1).findings, finding::receivers_too_many));
}

TEST_F(SubmitTest, TakesAnExpiryInTheFutureUpToItsLimit) {
    const auto expiring = [&](const char* id, Duration in) {
        Submission submission = Draftsman{.msg_id = id}.submission();
        submission.expires_at = clock_.now() + in;
        return submit(std::move(submission)).accepted;
    };
    EXPECT_FALSE(expiring("past", Duration(0)));
    EXPECT_TRUE(expiring("soon", Duration(1)));
    EXPECT_TRUE(expiring("at", limits::time_to_live_max));
    EXPECT_FALSE(expiring("above", limits::time_to_live_max + Duration(1)));
}

TEST_F(SubmitTest, ChecksWithoutStoringAnything) {
    const Receipt would = broker_->check(Draftsman{}.submission());
    EXPECT_TRUE(would.accepted);
    EXPECT_EQ(would.id, MessageId());
    EXPECT_TRUE(store_->messages(MessageId(), 10)->empty());
    submit(Draftsman{});
    EXPECT_TRUE(broker_->check(Draftsman{}.submission()).repeated);
    const Receipt conflict = broker_->check(Draftsman{.bytes = "other"}.submission());
    EXPECT_FALSE(conflict.accepted);
    EXPECT_TRUE(has(conflict.findings, finding::identity_conflict));
}

TEST_F(SubmitTest, AnswersWhoMaySendWhatToWhom) {
    const auto ask = [&](const char* organisation, const char* from, const char* to,
                         const char* type) {
        return broker_->may_send(organisation, from, to, type, "", "").value();
    };
    EXPECT_TRUE(ask("900000001", "100", "201", "EPIKRISE").allowed);
    EXPECT_EQ(ask("900000001", "100", "401", "EPIKRISE").redirected_to, her("201"));
    EXPECT_TRUE(ask("900000001", "100", "402", "REQ_LAB").allowed);
    EXPECT_TRUE(
        has(ask("900000001", "100", "402", "EPIKRISE").findings, finding::recipient_refuses_type)
    );
    // Nothing is learned on behalf of somebody else.
    const auto foreign = ask("900000002", "100", "999", "EPIKRISE");
    EXPECT_FALSE(foreign.allowed);
    ASSERT_EQ(foreign.findings.size(), 1U);
    EXPECT_EQ(foreign.findings[0].spec, &finding::sender_not_allowed);
}

TEST_F(SubmitTest, TellsASenderToComeBackWhenItIsDraining) {
    broker_->drain(true);
    const Receipt receipt = submit(Draftsman{});
    EXPECT_FALSE(receipt.accepted);
    EXPECT_TRUE(receipt.retry_later);
    EXPECT_TRUE(has(receipt.findings, finding::broker_draining));
    broker_->drain(false);
    EXPECT_TRUE(submit(Draftsman{}).accepted);
}

class SmallBroker : public SubmitTest {
 protected:
    Settings settings() const override {
        Settings settings;
        settings.open_deliveries_max = 2;
        settings.payload_bytes_max = 10;
        return settings;
    }
};

TEST_F(SmallBroker, RefusesMoreThanItsQueuesHold) {
    EXPECT_TRUE(submit(Draftsman{.msg_id = "1", .bytes = "a"}).accepted);
    EXPECT_TRUE(submit(Draftsman{.msg_id = "2", .bytes = "b"}).accepted);
    const Receipt third = submit(Draftsman{.msg_id = "3", .bytes = "c"});
    EXPECT_FALSE(third.accepted);
    EXPECT_TRUE(third.retry_later);
    EXPECT_TRUE(has(third.findings, finding::broker_full));
}

TEST_F(SmallBroker, HoldsTheLimitOfThePayload) {
    EXPECT_TRUE(submit(Draftsman{.msg_id = "1", .bytes = std::string(9, 'x')}).accepted);
    EXPECT_TRUE(submit(Draftsman{.msg_id = "2", .bytes = std::string(10, 'x')}).accepted);
    const Receipt above = submit(Draftsman{.msg_id = "3", .bytes = std::string(11, 'x')});
    EXPECT_FALSE(above.accepted);
    EXPECT_TRUE(has(above.findings, finding::payload_too_large));
}

TEST_F(SubmitTest, RefusesAMessageThatNamesTwoSendersAlsoWhereNothingIsValidated) {
    adapters::MsgHead message;
    const auto party = [](const std::string& her_id) {
        return "<Organisation><OrganisationName>Invented</OrganisationName>" +
               adapters::ident(her_id, "HER") + "</Organisation>";
    };
    message.sender = party("100");
    message.receiver = party("201");
    const auto submission = [](std::string xml) {
        Submission made;
        made.organisation = "900000001";
        made.content_type = "application/xml";
        made.payload = Payload(std::move(xml));
        return made;
    };
    for (const std::string& second : {party("100"), party("202")}) {
        const std::string twice =
            adapters::with_behind(message.xml(), "</Sender>", "<Sender>" + second + "</Sender>");
        expect_refused(submission(twice), finding::ambiguous);
        const Receipt checked = broker_->check(submission(twice));
        EXPECT_FALSE(checked.accepted);
        EXPECT_TRUE(has(checked.findings, finding::ambiguous));
    }
    EXPECT_TRUE(submit(submission(message.xml())).accepted) << "with one it is taken";
}

}  // namespace
}  // namespace budstikke::pipeline
