// The judge is judged: each kind of fault that the crash tests exist for is planted, and found.
#include "tests/crash/oracle.hpp"

#include <gtest/gtest.h>

#include "tests/crash/outcomes.hpp"

namespace budstikke::crash {
namespace {

crypto::Digest digest_of(std::string_view text) {
    return crypto::sha256(text);
}

Sent message(const std::string& id, const std::string& conversation = {}) {
    return {
        .id = id,
        .sender = "2001",
        .recipients = {"3001"},
        .conversation = conversation,
        .digest = digest_of(id),
    };
}

Received delivery(const std::string& id, bool redelivered = false) {
    return {
        .delivery_id = "delivery of " + id,
        .id = id,
        .recipient = "3001",
        .digest = digest_of(id),
        .redelivered = redelivered,
    };
}

void accept(Oracle& oracle, const std::string& id) {
    oracle.accepted(id, "broker's " + id, false);
}

/// Only this kind was found, and so often.
void expect_only(const Oracle& oracle, Fault fault, std::uint64_t times) {
    const Counts counts = oracle.counts();
    EXPECT_EQ(counts.of(fault), times);
    EXPECT_EQ(counts.all_faults(), times);
    EXPECT_EQ(oracle.report().size(), times);
}

TEST(Oracle, FindsNoFaultWhereEverythingCameOnceAndInOrder) {
    Oracle oracle;
    for (const auto* id : {"a", "b", "c"}) {
        oracle.sent(message(id, "k"));
    }
    for (const auto* id : {"a", "b", "c"}) {
        accept(oracle, id);
        oracle.received(delivery(id));
        oracle.settled(id, "3001");
    }
    EXPECT_TRUE(oracle.wait_until_quiet(Duration(0)));
    oracle.judge_open();
    EXPECT_EQ(oracle.counts().all_faults(), 0U);
    EXPECT_EQ(oracle.counts().acknowledged, 3U);
    EXPECT_EQ(oracle.counts().delivered, 3U);
}

TEST(Oracle, FindsAnAcknowledgedMessageThatNeverCame) {
    Oracle oracle;
    oracle.sent(message("a"));
    accept(oracle, "a");
    EXPECT_FALSE(oracle.wait_until_quiet(Duration(0)));
    oracle.judge_open();
    expect_only(oracle, Fault::lost, 1);
}

TEST(Oracle, FindsTheOneRecipientOfSeveralThatGotNothing) {
    Oracle oracle;
    Sent to_two = message("a");
    to_two.recipients = {"3001", "3002"};
    oracle.sent(to_two);
    accept(oracle, "a");
    oracle.received(delivery("a"));
    oracle.settled("a", "3001");
    EXPECT_FALSE(oracle.wait_until_quiet(Duration(0)));
    oracle.judge_open();
    expect_only(oracle, Fault::lost, 1);
}

TEST(Oracle, FindsADeliveryThatIsForgottenBeforeItsSettlement) {
    Oracle oracle;
    oracle.sent(message("a"));
    accept(oracle, "a");
    oracle.received(delivery("a"));
    ASSERT_EQ(oracle.unconfirmed_since(0).size(), 1U);
    oracle.judge_open();
    expect_only(oracle, Fault::lost, 1);
}

TEST(Oracle, FindsADeliveryThatIsCalledEndedThoughNobodySettledIt) {
    Oracle oracle;
    oracle.sent(message("a"));
    accept(oracle, "a");
    oracle.received(delivery("a"));
    oracle.settling("a", "3001");
    oracle.received(delivery("a", true));  // that settlement did not arrive
    oracle.ended("a", "3001");
    expect_only(oracle, Fault::lost, 1);
}

TEST(Oracle, BelievesAnEndWhoseSettlementWasOnItsWay) {
    Oracle oracle;
    oracle.sent(message("a"));
    accept(oracle, "a");
    oracle.received(delivery("a"));
    oracle.settling("a", "3001");
    oracle.ended("a", "3001");
    EXPECT_TRUE(oracle.wait_until_quiet(Duration(0)));
    EXPECT_EQ(oracle.counts().all_faults(), 0U);
    oracle.received(delivery("a", true));
    expect_only(oracle, Fault::duplicated, 1);
}

TEST(Oracle, FindsWhatWasNeverAnswered) {
    Oracle oracle;
    oracle.sent(message("a"));
    oracle.judge_open();
    expect_only(oracle, Fault::answer, 1);
}

TEST(Oracle, LetsAMarkedDeliveryComeAgainUntilItsSettlementIsConfirmed) {
    Oracle oracle;
    oracle.sent(message("a"));
    accept(oracle, "a");
    oracle.received(delivery("a", true));  // the offer before this was lost on the way
    oracle.received(delivery("a", true));
    EXPECT_EQ(oracle.counts().all_faults(), 0U);
    EXPECT_EQ(oracle.counts().redelivered, 1U);
    oracle.settled("a", "3001");
    oracle.received(delivery("a", true));
    expect_only(oracle, Fault::duplicated, 1);
}

TEST(Oracle, FindsADeliveryThatComesAgainUnmarked) {
    Oracle oracle;
    oracle.sent(message("a"));
    oracle.received(delivery("a"));
    oracle.received(delivery("a"));
    expect_only(oracle, Fault::duplicated, 1);
}

TEST(Oracle, FindsAMessageThatWasAcceptedTwice) {
    Oracle oracle;
    oracle.sent(message("a"));
    oracle.sent(message("a"));
    oracle.received(delivery("a"));
    Received second = delivery("a");
    second.delivery_id = "another delivery";
    oracle.received(second);
    expect_only(oracle, Fault::duplicated, 1);
    accept(oracle, "a");
    oracle.accepted("a", "another of the broker's", true);
    expect_only(oracle, Fault::duplicated, 2);
}

TEST(Oracle, FindsARepetitionThatIsNotCalledOne) {
    Oracle oracle;
    oracle.sent(message("a"));
    accept(oracle, "a");
    oracle.accepted("a", "broker's a", true);
    EXPECT_EQ(oracle.counts().all_faults(), 0U);
    accept(oracle, "a");
    expect_only(oracle, Fault::answer, 1);
}

TEST(Oracle, FindsAConversationOutOfOrder) {
    Oracle oracle;
    oracle.sent(message("a", "k"));
    oracle.sent(message("b", "k"));
    oracle.received(delivery("b"));
    oracle.received(delivery("a"));
    expect_only(oracle, Fault::reordered, 1);
}

TEST(Oracle, LetsConversationsOvertakeEachOther) {
    Oracle oracle;
    oracle.sent(message("a", "k"));
    oracle.sent(message("b", "k"));
    oracle.sent(message("c", "l"));
    oracle.sent(message("d"));
    for (const auto* id : {"a", "d", "c", "b"}) {
        oracle.received(delivery(id));
    }
    EXPECT_EQ(oracle.counts().all_faults(), 0U);
}

TEST(Oracle, FindsSingleMessagesOfOneSenderOutOfOrderUnlessOneWasReleased) {
    Oracle oracle;
    for (const auto* id : {"a", "b", "c", "d"}) {
        oracle.sent(message(id));
    }
    oracle.received(delivery("b"));
    oracle.received(delivery("a"));
    expect_only(oracle, Fault::reordered, 1);
    oracle.released("a", "3001");
    oracle.received(delivery("d"));
    oracle.received(delivery("c"));
    expect_only(oracle, Fault::reordered, 1);
}

TEST(Oracle, AsksNoOrderBetweenTheConnectionsOfOneRecipient) {
    Oracle oracle;
    oracle.share("3001");
    oracle.sent(message("a"));
    oracle.sent(message("b"));
    oracle.received(delivery("b"));
    oracle.received(delivery("a"));
    EXPECT_EQ(oracle.counts().all_faults(), 0U);
}

TEST(Oracle, FindsOtherBytesThanWereSent) {
    Oracle oracle;
    oracle.sent(message("a"));
    Received changed = delivery("a");
    changed.digest = digest_of("other");
    oracle.received(changed);
    expect_only(oracle, Fault::damaged, 1);
}

TEST(Oracle, FindsWhatNobodySent) {
    Oracle oracle;
    oracle.sent(message("a"));
    oracle.received(delivery("b"));
    Received elsewhere = delivery("a");
    elsewhere.recipient = "3002";
    oracle.received(elsewhere);
    expect_only(oracle, Fault::unsent, 2);
}

TEST(Oracle, ListsWhatWasAcknowledgedSinceAPoint) {
    Oracle oracle;
    for (const auto* id : {"a", "b", "c"}) {
        oracle.sent(message(id));
    }
    accept(oracle, "a");
    accept(oracle, "c");
    const auto rows = oracle.acknowledged_since(1);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.front().id, "c");
    EXPECT_EQ(rows.front().number, 3U);
    EXPECT_EQ(rows.front().sender, "2001");
}

TEST(Oracle, KnowsWhoseAppRecHasCome) {
    Oracle oracle;
    oracle.sent(message("a"));
    Sent receipt = message("r");
    receipt.sender = "3001";
    receipt.recipients = {"2001"};
    receipt.answers = "a";
    oracle.sent(receipt);
    EXPECT_FALSE(oracle.was_answered("a", "3001"));
    Received arrival = delivery("r");
    arrival.recipient = "2001";
    oracle.received(arrival);
    EXPECT_TRUE(oracle.was_answered("a", "3001"));
    EXPECT_FALSE(oracle.was_answered("a", "3002"));
}

/// The faults where a delivery that has to end as `expected` went through these states.
std::size_t faults_of(const std::string& expected, const std::vector<std::string>& states) {
    Outcomes outcomes;
    outcomes.expect("a", "3001", expected);
    for (const auto& state : states) {
        outcomes.saw("a", "3001", state);
    }
    return outcomes.faults().size();
}

TEST(Outcomes, OneThatFitsIsGoodHoweverLongTheWay) {
    EXPECT_EQ(faults_of("delivered", {"accepted", "queued", "in_flight", "delivered"}), 0U);
    EXPECT_EQ(
        faults_of(
            "delivered",
            {"accepted", "queued", "in_flight", "queued", "in_flight", "delivered", "delivered"}
        ),
        0U
    );
    EXPECT_EQ(faults_of("confirmed", {"queued", "in_flight", "delivered", "confirmed"}), 0U);
    EXPECT_EQ(faults_of("confirmed", {"queued", "in_flight", "confirmed"}), 0U);
}

TEST(Outcomes, AnotherNoneTwoAndAWayBackAreFound) {
    EXPECT_EQ(faults_of("delivered", {"queued", "in_flight", "expired"}), 1U);
    EXPECT_EQ(faults_of("delivered", {"queued", "in_flight"}), 1U);
    EXPECT_EQ(faults_of("confirmed", {"queued", "in_flight", "delivered"}), 1U);
    EXPECT_EQ(faults_of("delivered", {"in_flight", "dead_lettered", "delivered"}), 1U);
    EXPECT_EQ(faults_of("delivered", {"in_flight", "delivered", "confirmed"}), 1U);
    EXPECT_EQ(faults_of("delivered", {"in_flight", "delivered", "queued", "delivered"}), 1U);
}

TEST(Outcomes, AreSeenOnceEachHasEnded) {
    Outcomes outcomes;
    EXPECT_TRUE(outcomes.all_seen());
    outcomes.expect("a", "3001", "delivered");
    outcomes.expect("a", "3002", "confirmed");
    EXPECT_FALSE(outcomes.saw("a", "3001", "delivered"));
    EXPECT_FALSE(outcomes.saw("b", "3002", "confirmed"));
    EXPECT_FALSE(outcomes.saw("a", "3002", "delivered"));
    EXPECT_TRUE(outcomes.saw("a", "3002", "confirmed"));
    EXPECT_TRUE(outcomes.faults().empty());
}

}  // namespace
}  // namespace budstikke::crash
