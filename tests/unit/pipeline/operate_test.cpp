// What operations and senders do to messages under way, and who may see them.
#include <fstream>

#include <gtest/gtest.h>

#include "broker/message/finding_catalogue.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"

namespace budstikke::pipeline {
namespace {

using enum DeliveryState;

class OperateTest : public BrokerTest {
 protected:
    Result<void> hold(const std::string& her_id, bool held) {
        return await<Result<void>>([&](auto answer) {
            broker_->hold(by("party hold"), her(her_id), held, std::move(answer));
        });
    }
    Result<void> pause(const std::string& her_id, bool paused) {
        return await<Result<void>>([&](auto answer) {
            broker_->pause(by("queue pause"), her(her_id), paused, std::move(answer));
        });
    }
    Result<void> retry(const DeliveryId& id) {
        return await<Result<void>>([&](auto answer) {
            broker_->retry_dead_letter(by("deadletter retry"), id, std::move(answer));
        });
    }
    Result<void> discard(const DeliveryId& id) {
        return await<Result<void>>([&](auto answer) {
            broker_->discard(by("deadletter discard"), id, std::move(answer));
        });
    }
    std::vector<Broker::WithdrawVerdict> withdraw(
        const std::string& organisation, const MessageRef& message
    ) {
        auto verdicts = await<Result<std::vector<Broker::WithdrawVerdict>>>([&](auto answer) {
            broker_->withdraw(organisation, message, {}, "changed", std::move(answer));
        });
        return verdicts.value_or(std::vector<Broker::WithdrawVerdict>{});
    }
    DeliveryId dead_letter() {
        const Receipt receipt = submit(Draftsman{});
        const auto consumer = consume(inbox_, "900000002", "201");
        const auto offers = inbox_.take(1);
        EXPECT_EQ(settle(consumer, offers[0], SettleOutcome::rejected), dead_lettered);
        detach(consumer);
        return {.message = receipt.id, .recipient = her("201")};
    }

    /// 202 has 900 as its successor from now on, or no longer.
    void redirect(bool begins) {
        std::string toml = directory_text() + R"(
[[party]]
her_id = "900"
organisation = "900000002"
name = "Successor"
kind = "municipality"
endpoint = "exchange"
)";
        const std::string before = R"(acts_for = ["201", "202"])";
        toml.replace(toml.find(before), before.size(), R"(acts_for = ["201", "202", "900"])");
        if (begins) {
            toml.insert(toml.find("name = \"Home care\""), "redirect_to = \"900\"\n");
        }
        broker_->replace_directory(load_directory_text(toml));
    }
    std::size_t waiting_for(const std::string& her_id) {
        return await<QueueDetail>(
                   [&](auto answer) { broker_->queue(her(her_id), 10, std::move(answer)); }
        ).rows.size();
    }

    Inbox inbox_;
};

TEST_F(OperateTest, WithdrawsWhatHasNotLeftYet) {
    const Receipt receipt = submit(Draftsman{.to = {"201", "202"}});
    const auto consumer = consume(inbox_, "900000002", "201");
    const auto offers = inbox_.take(1);
    const MessageRef by_msg_id{.id = {}, .message_id = "m1", .sender = her("100")};
    EXPECT_TRUE(withdraw("900000002", by_msg_id).empty());
    const auto verdicts = withdraw("900000001", by_msg_id);
    ASSERT_EQ(verdicts.size(), 2U);
    EXPECT_FALSE(verdicts[0].cancelled);
    EXPECT_EQ(verdicts[0].state, in_flight);
    EXPECT_TRUE(verdicts[1].cancelled);
    EXPECT_EQ(state(receipt.id, "202"), cancelled);
    EXPECT_EQ(broker_->counters().open_deliveries, 1U);
    detach(consumer);
}

TEST_F(OperateTest, DoesNotWithdrawADeadLetter) {
    const auto id = dead_letter();
    const auto verdicts = withdraw("900000001", {.id = id.message, .message_id = {}, .sender = {}});
    ASSERT_EQ(verdicts.size(), 1U);
    EXPECT_FALSE(verdicts[0].cancelled);
    EXPECT_EQ(state(id.message, "201"), dead_lettered);
}

TEST_F(OperateTest, HoldStopsAPartyAtOnceAlsoWhatIsInFlight) {
    const Receipt receipt = submit(Draftsman{});
    consume(inbox_, "900000002", "201");
    inbox_.take(1);
    ASSERT_TRUE(hold("201", true));
    EXPECT_EQ(state(receipt.id, "201"), queued);
    ASSERT_EQ(inbox_.ended().size(), 1U);
    EXPECT_EQ(inbox_.ended()[0].second, SubscriptionEnd::held);
    const Receipt refused = submit(Draftsman{.msg_id = "m2"});
    EXPECT_FALSE(refused.accepted);
    EXPECT_EQ(refused.recipients[0].findings[0].spec, &finding::recipient_held);
    const Receipt from_held = send_apprec("201", "100", "m1", 1);
    EXPECT_FALSE(from_held.accepted);
    EXPECT_EQ(from_held.findings.back().spec, &finding::sender_held);
    restart();
    EXPECT_TRUE(broker_->is_held(her("201")));
    ASSERT_TRUE(hold("201", false));
    EXPECT_FALSE(broker_->is_held(her("201")));
    const auto again = consume(inbox_, "900000002", "201");
    EXPECT_TRUE(inbox_.take(1)[0].redelivered);
    detach(again);
}

TEST_F(OperateTest, HoldOfAnUnknownPartyIsRefusedAndStillRecorded) {
    EXPECT_EQ(hold("999", true).error().code, Errc::not_found);
    const auto records = broker_->audit_records(0, 10).value();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].outcome, "not_found");
    EXPECT_EQ(records[0].reason, "a test");
}

TEST_F(OperateTest, APausedQueueKeepsWhatItHasAlsoOverARestart) {
    ASSERT_TRUE(pause("201", true));
    submit(Draftsman{});
    auto consumer = consume(inbox_, "900000002", "201");
    sync();
    EXPECT_EQ(inbox_.size(), 0U);
    detach(consumer);
    restart();
    consumer = consume(inbox_, "900000002", "201");
    sync();
    EXPECT_EQ(inbox_.size(), 0U);
    ASSERT_TRUE(pause("201", false));
    EXPECT_EQ(inbox_.take(1).size(), 1U);
    detach(consumer);
}

TEST_F(OperateTest, RetriesADeadLetterMarkedAsRedelivered) {
    const auto id = dead_letter();
    ASSERT_TRUE(retry(id));
    EXPECT_TRUE(broker_->dead_letters({}, 10)->empty());
    const auto consumer = consume(inbox_, "900000002", "201");
    const auto offers = inbox_.take(1);
    EXPECT_EQ(offers[0].id, id);
    EXPECT_TRUE(offers[0].redelivered);
    EXPECT_EQ(settle(consumer, offers[0]), delivered);
    EXPECT_EQ(retry(id).error().code, Errc::conflict);
    detach(consumer);
}

TEST_F(OperateTest, DiscardsOnlyWhatTheTableAllows) {
    const auto id = dead_letter();
    ASSERT_TRUE(discard(id));
    EXPECT_EQ(state(id.message, "201"), cancelled);
    EXPECT_EQ(discard(id).error().code, Errc::conflict);
    EXPECT_EQ(
        discard({.message = id.message, .recipient = her("999")}).error().code, Errc::not_found
    );
    EXPECT_EQ(broker_->audit_records(0, 10)->size(), 3U);
}

TEST_F(OperateTest, ANewDirectoryEndsSubscriptionsThatItNoLongerAllows) {
    const auto consumer = consume(inbox_, "900000002", "201");
    submit(Draftsman{});
    const auto offers = inbox_.take(1);
    // Same folder, but the municipality has lost the GP.
    std::ifstream file(folder_ / "directory" / "parties.toml");
    std::string toml{std::istreambuf_iterator<char>(file), {}};
    const std::string before = R"(acts_for = ["201", "202"])";
    toml.replace(toml.find(before), before.size(), R"(acts_for = ["202"])");
    std::ofstream(folder_ / "directory" / "parties.toml") << toml;
    auto loaded = directory::Directory::load(folder_ / "directory");
    ASSERT_TRUE(loaded);
    broker_->replace_directory(std::make_shared<const directory::Directory>(*std::move(loaded)));
    sync();
    ASSERT_EQ(inbox_.ended().size(), 1U);
    EXPECT_EQ(inbox_.ended()[0].second, SubscriptionEnd::not_allowed);
    EXPECT_EQ(state(offers[0].id.message, "201"), queued);
    EXPECT_TRUE(broker_->is_welcome("900000002"));
    detach(consumer);
}

TEST_F(OperateTest, MovesWhatWaitsToTheSuccessorOfAMergedParty) {
    const Receipt one = submit(Draftsman{.msg_id = "1", .to = {"202"}, .conversation = "c"});
    const Receipt two = submit(Draftsman{.msg_id = "2", .to = {"202"}, .conversation = "c"});
    redirect(true);
    const auto consumer = consume(inbox_, "900000002", "900", 1);
    auto offers = inbox_.take(1);
    EXPECT_EQ(offers[0].id, (DeliveryId{.message = one.id, .recipient = her("202")}));
    EXPECT_EQ(causes(two.id, "202").back(), DeliveryCause::redirected);
    EXPECT_EQ(settle(consumer, offers[0]), delivered);
    EXPECT_EQ(settle(consumer, inbox_.take(1)[0]), delivered);
    // The successor gives the receipt for its predecessor.
    EXPECT_TRUE(send_apprec("900", "100", "1", 1).accepted);
    EXPECT_EQ(state(one.id, "202"), confirmed);
    detach(consumer);
}

TEST_F(OperateTest, GoesToTheRecipientAgainWhenARedirectHasEnded) {
    redirect(true);
    const Receipt moved = submit(Draftsman{.msg_id = "1", .to = {"202"}, .conversation = "c"});
    EXPECT_EQ(moved.recipients[0].redirected_to, her("900"));
    redirect(false);
    const Receipt own = submit(Draftsman{.msg_id = "2", .to = {"202"}, .conversation = "c"});
    EXPECT_FALSE(own.recipients[0].redirected_to);
    // The first one still waits for the successor; the second one is none of his.
    const auto recipient = consume(inbox_, "900000002", "202", 9);
    const auto offers = inbox_.take(1);
    EXPECT_EQ(offers[0].id.message, own.id);
    EXPECT_EQ(settle(recipient, offers[0]), delivered);
    detach(recipient);
}

TEST_F(OperateTest, MovesWhatWaitsBehindADeliveryInFlight) {
    const auto consumer = consume(inbox_, "900000002", "202", 1);
    const Receipt one = submit(Draftsman{.msg_id = "1", .to = {"202"}, .conversation = "c"});
    const auto taken = inbox_.take(1);
    const Receipt two = submit(Draftsman{.msg_id = "2", .to = {"202"}, .conversation = "c"});
    redirect(true);
    EXPECT_EQ(waiting_for("900"), 1U);
    EXPECT_EQ(causes(two.id, "202").back(), DeliveryCause::redirected);
    EXPECT_EQ(causes(one.id, "202").back(), DeliveryCause::offered);
    EXPECT_EQ(settle(consumer, taken[0]), delivered);
    detach(consumer);
}

TEST_F(OperateTest, ShowsQueuesWithoutTouchingThem) {
    submit(Draftsman{});
    ASSERT_TRUE(pause("202", true));
    const auto statuses =
        await<std::vector<QueueStatus>>([&](auto answer) { broker_->queues(std::move(answer)); });
    ASSERT_EQ(statuses.size(), 2U);
    EXPECT_EQ(statuses[0].queue, her("201"));
    EXPECT_EQ(statuses[0].waiting, 1U);
    EXPECT_TRUE(statuses[1].paused);
    const auto detail =
        await<QueueDetail>([&](auto answer) { broker_->queue(her("201"), 10, std::move(answer)); });
    ASSERT_EQ(detail.rows.size(), 1U);
    EXPECT_EQ(detail.rows[0].sender, her("100"));
}

TEST_F(OperateTest, ShowsAMessageOnlyToItsParties) {
    const Receipt receipt = submit(Draftsman{.to = {"201", "301"}});
    const MessageRef message{.id = receipt.id, .message_id = {}, .sender = {}};
    EXPECT_EQ(broker_->status("900000001", message)->deliveries.size(), 2U);
    const auto recipient = broker_->status("900000002", message);
    ASSERT_EQ(recipient->deliveries.size(), 1U);
    EXPECT_EQ(recipient->deliveries[0].id.recipient, her("201"));
    EXPECT_EQ(broker_->status("999999999", message).error().code, Errc::denied);
    EXPECT_EQ(
        broker_->status("900000001", {.id = {}, .message_id = "m1", .sender = her("100")})
            ->message.id,
        receipt.id
    );
}

TEST_F(OperateTest, FeedsASenderFromAnyPosition) {
    std::promise<void> changed;
    std::atomic<bool> told{false};
    const auto watch = broker_->watch_feed(her("100"), [&] {
        if (!told.exchange(true)) {
            changed.set_value();
        }
    });
    submit(Draftsman{});
    changed.get_future().wait();
    broker_->unwatch(watch);
    const auto all = broker_->feed("900000001", her("100"), 0, 10).value();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].message_id, "m1");
    EXPECT_EQ(all[1].state, queued);
    const auto rest = broker_->feed("900000001", her("100"), all[0].position, 10).value();
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].position, all[1].position);
    EXPECT_EQ(broker_->feed("900000002", her("100"), 0, 10).error().code, Errc::denied);
}

}  // namespace
}  // namespace budstikke::pipeline
