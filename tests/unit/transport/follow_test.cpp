// Status, timeline and the feed of events over the wire.
#include <gtest/gtest.h>

#include "tests/unit/transport/exchange_fixture.hpp"

namespace budstikke::transport {
namespace {

class FollowTest : public ExchangeTest {
 protected:
    static v1::StatusEvent next(ExchangeClient& client) {
        auto event = client.next_event(soon);
        if (!event || !*event) {
            throw std::runtime_error("no event");
        }
        return std::move(**event);
    }
    static v1::MessageRef by_msg_id(const std::string& msg_id) {
        v1::MessageRef ref;
        ref.set_message_id(msg_id);
        ref.set_sender("100");
        return ref;
    }
};

TEST_F(FollowTest, ShowsTheSenderEveryRecipientAndARecipientItself) {
    start_server();
    const auto sender = connect("hospital");
    submit(*sender, "m1", "sealed", {"201", "301"});
    const auto status = sender->status(by_msg_id("m1"));
    ASSERT_TRUE(status) << status.error().detail;
    ASSERT_EQ(status->deliveries_size(), 2);
    EXPECT_EQ(status->deliveries(0).state(), "queued");
    EXPECT_GT(status->deliveries(0).timeline_size(), 0);
    const auto seen = connect("municipality")->status(by_msg_id("m1"));
    ASSERT_TRUE(seen);
    ASSERT_EQ(seen->deliveries_size(), 1);
    EXPECT_EQ(seen->deliveries(0).her_id(), "201");
}

TEST_F(FollowTest, AnswersAMalformedReference) {
    start_server();
    const auto client = connect("hospital");
    v1::MessageRef ref;
    ref.set_broker_id("no id");
    const auto status = client->status(ref);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::invalid_argument);
    const auto none = client->status(v1::MessageRef());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::invalid_argument);
}

TEST_F(FollowTest, TellsOldAndNewEventsOnceAndInOrder) {
    start_server();
    const auto sender = connect("hospital");
    submit(*sender, "m1");
    ASSERT_TRUE(sender->follow("100", 0));
    const v1::StatusEvent first = next(*sender);
    EXPECT_EQ(first.message_id(), "m1");
    EXPECT_EQ(first.recipient(), "201");
    const auto receiver = connect("municipality");
    ASSERT_TRUE(receiver->subscribe("201", 1));
    ASSERT_TRUE(receiver->settle(settlement(receive(*receiver))));
    std::uint64_t position = first.position();
    for (std::string state; state != "delivered";) {
        const v1::StatusEvent event = next(*sender);
        EXPECT_GT(event.position(), position);
        position = event.position();
        state = event.state();
    }
}

TEST_F(FollowTest, ResumesFromAPosition) {
    start_server();
    const auto sender = connect("hospital");
    submit(*sender, "m1");
    ASSERT_TRUE(sender->follow("100", 0));
    v1::StatusEvent last = next(*sender);
    while (last.cause() != "routed") {
        last = next(*sender);
    }
    submit(*sender, "m2");
    const auto again = connect("hospital");
    ASSERT_TRUE(again->follow("100", last.position()));
    EXPECT_EQ(next(*again).message_id(), "m2");
}

TEST_F(FollowTest, ReadsALongFeedInPages) {
    start_server();
    const auto sender = connect("hospital");
    constexpr int count = 2 * static_cast<int>(limits::feed_rows_max);
    std::vector<std::future<Result<v1::Receipt>>> answers;
    for (int i = 0; i < count; ++i) {
        answers.push_back(sender->submit(draft("m" + std::to_string(i)), "sealed"));
    }
    for (auto& answer : answers) {
        ASSERT_TRUE(answer.get());
    }
    ASSERT_TRUE(sender->follow("100", 0));
    std::string last;
    std::uint64_t position = 0;
    while (last != "m" + std::to_string(count - 1)) {
        const v1::StatusEvent event = next(*sender);
        EXPECT_GT(event.position(), position);
        position = event.position();
        last = event.message_id();
    }
}

TEST_F(FollowTest, DeniesTheFeedOfAnotherOrganisation) {
    start_server();
    const auto client = connect("municipality");
    const auto denied = client->follow("100", 0);
    ASSERT_FALSE(denied);
    EXPECT_EQ(denied.error().code, Errc::denied);
    EXPECT_TRUE(events_.wait_for("follow_denied"));
}

TEST_F(FollowTest, AnswersForAMessageOfOthersAsForNoneAndWritesAnEvent) {
    start_server();
    const std::string broker_id = submit(*connect("hospital"), "m1").broker_id();
    const auto stranger = connect("practice");
    v1::MessageRef by_id;
    by_id.set_broker_id(broker_id);
    v1::MessageRef of_nobody;
    of_nobody.set_broker_id("00000000-0000-7000-8000-000000000000");
    v1::MessageRef own;
    own.set_message_id("m1");
    own.set_sender("301");
    const auto nothing = stranger->status(of_nobody);
    std::size_t events = 0;
    for (const auto& [ref, is_event] :
         {std::pair{by_id, true},
          {by_msg_id("m1"), true},
          {by_msg_id("none"), true},
          {of_nobody, false},
          {own, false}}) {
        const auto status = stranger->status(ref);
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().code, Errc::not_found);
        EXPECT_EQ(status.error().detail, nothing.error().detail);
        events += is_event ? 1 : 0;
        EXPECT_EQ(events_.count("message_denied"), events);
        v1::Withdraw withdraw;
        *withdraw.mutable_message() = ref;
        const auto withdrawn = stranger->withdraw(withdraw);
        ASSERT_FALSE(withdrawn);
        EXPECT_EQ(withdrawn.error().code, Errc::not_found);
        EXPECT_EQ(withdrawn.error().detail, nothing.error().detail);
        events += is_event ? 1 : 0;
        EXPECT_EQ(events_.count("message_denied"), events);
    }
    const auto fields = events_.wait_for("message_denied");
    ASSERT_TRUE(fields);
    EXPECT_EQ(
        *fields, "organisation=900000003 address=127.0.0.1 action=status code=denied her_id=none "
    );
    EXPECT_EQ(connect("hospital")->status(by_id)->deliveries(0).state(), "queued");
}

}  // namespace
}  // namespace budstikke::transport
