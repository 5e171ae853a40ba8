// What one connection may have unanswered. At the limit the broker reads no further until something
// is answered; then it goes on, and every question gets its one answer.
#include <functional>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/transport/exchange_fixture.hpp"
#include "tests/unit/transport/hand_client.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

class PendingLimitsTest : public ExchangeTest {
 protected:
    using Work = std::function<v1::Frame(std::uint64_t number)>;

    /// The limit must be three, and `work` what waits for the broker's commit.
    void expect_pause_at_three(HandClient& client, const Work& work) {
        CommitHold hold(*broker_);
        client.send(work(1));
        client.send(work(2));
        client.send(ping_frame(101));
        EXPECT_EQ(number_of(client.next()), 101U) << "one below the limit it reads on";
        client.send(work(3));
        client.send(ping_frame(102));
        client.send(work(4));
        EXPECT_FALSE(client.next_within(100ms)) << "at the limit it does not";
        expect_others_are_served();
        hold.release();
        std::multiset<std::uint64_t> answered;
        for (int i = 0; i < 5; ++i) {
            answered.insert(number_of(client.next()));
        }
        EXPECT_EQ(answered, (std::multiset<std::uint64_t>{1, 2, 3, 4, 102}));
        client.send(ping_frame(103));
        EXPECT_EQ(number_of(client.next()), 103U) << "and nothing was answered twice";
    }
    void expect_others_are_served() {
        HandClient other(client_options("practice"));
        other.greet();
        other.send(ping_frame(7));
        EXPECT_EQ(number_of(other.next()), 7U);
    }
    std::unique_ptr<HandClient> greeted(const std::string& certificate) {
        auto client = std::make_unique<HandClient>(client_options(certificate));
        client->greet();
        return client;
    }
    static void refer_to(const std::string& msg_id, v1::MessageRef& ref) {
        ref.set_message_id(msg_id);
        ref.set_sender("100");
    }
};

TEST_F(PendingLimitsTest, PausesAtTheLimitOfQueries) {
    options_.limits.queries_pending_max = 3;
    start_server();
    const auto client = greeted("hospital");
    expect_pause_at_three(*client, [](std::uint64_t number) {
        v1::Frame frame;
        frame.mutable_withdraw()->set_request(number);
        refer_to("none", *frame.mutable_withdraw()->mutable_message());
        return frame;
    });
}

TEST_F(PendingLimitsTest, PausesAtTheLimitOfSubmissions) {
    options_.limits.submissions_pending_max = 3;
    start_server();
    const auto client = greeted("hospital");
    expect_pause_at_three(*client, [](std::uint64_t number) {
        v1::Frame frame;
        v1::Submit& submit = *frame.mutable_submit();
        submit = draft("m" + std::to_string(number));
        submit.set_submission(number);
        submit.set_size(6);
        submit.set_payload("sealed");
        return frame;
    });
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

TEST_F(PendingLimitsTest, PausesWhenMoreSettlementsWaitThanThereCanBeDeliveries) {
    options_.limits.credit_per_connection_max = 3;
    start_server();
    submit(*connect("hospital"), "m1");
    const auto client = greeted("municipality");
    v1::Frame subscribe;
    subscribe.mutable_subscribe()->set_her_id("201");
    subscribe.mutable_subscribe()->set_credit(3);
    client->send(subscribe);
    ASSERT_TRUE(client->next().has_subscribed());
    const v1::Frame delivery = client->next();
    ASSERT_TRUE(delivery.has_delivery());
    // The first settles it; the others are answered that there is nothing to settle.
    expect_pause_at_three(*client, [&](std::uint64_t number) {
        v1::Frame frame;
        *frame.mutable_settle() = settlement(delivery.delivery());
        frame.mutable_settle()->set_request(number);
        return frame;
    });
}

v1::Frame withdrawal(std::uint64_t number) {
    v1::Frame frame;
    frame.mutable_withdraw()->set_request(number);
    frame.mutable_withdraw()->mutable_message()->set_message_id("none");
    frame.mutable_withdraw()->mutable_message()->set_sender("100");
    return frame;
}

/// Three may wait for the commit thread, over all connections; the one that holds it is the first.
class CrowdedBroker : public PendingLimitsTest {
 protected:
    pipeline::Settings settings() const override {
        pipeline::Settings settings;
        settings.operations_waiting_max = 3;
        return settings;
    }
    void wait_for_the_crowd() const {
        const auto until = std::chrono::steady_clock::now() + soon;
        while (!broker_->crowded()) {
            ASSERT_LT(std::chrono::steady_clock::now(), until);
            std::this_thread::yield();
        }
    }
};

TEST_F(CrowdedBroker, ReadsFromNobodyUntilThereIsRoomAndLosesNothing) {
    start_server();
    const auto first = greeted("hospital");
    const auto second = greeted("practice");
    CommitHold hold(*broker_);
    first->send(withdrawal(1));
    first->send(ping_frame(101));
    EXPECT_EQ(number_of(first->next()), 101U) << "one below the limit it reads on";
    first->send(withdrawal(2));
    first->send(ping_frame(102));
    EXPECT_FALSE(first->next_within(100ms)) << "at the limit it does not";
    wait_for_the_crowd();
    // What had not blocked yet is read frame by frame: one each, and no more.
    second->send(ping_frame(201));
    EXPECT_EQ(number_of(second->next()), 201U);
    second->send(ping_frame(202));
    second->send(withdrawal(3));
    EXPECT_FALSE(second->next_within(100ms));
    greeted("municipality");  // a newcomer is greeted all the same
    hold.release();
    std::multiset<std::uint64_t> answered;
    for (int i = 0; i < 3; ++i) {
        answered.insert(number_of(first->next()));
    }
    EXPECT_EQ(answered, (std::multiset<std::uint64_t>{1, 2, 102}));
    EXPECT_EQ(number_of(second->next()), 202U);
    EXPECT_EQ(number_of(second->next()), 3U);
}

TEST_F(CrowdedBroker, AnswersAPipelineThatIsLongerThanTheCrowd) {
    start_server();
    const auto client = greeted("hospital");
    std::set<std::uint64_t> asked;
    std::set<std::uint64_t> answered;
    for (std::uint64_t number = 1; number <= 40; ++number) {
        client->send(withdrawal(number));
        asked.insert(number);
    }
    for (std::size_t i = 0; i < asked.size(); ++i) {
        answered.insert(number_of(client->next()));
    }
    EXPECT_EQ(answered, asked);
}

TEST_F(CrowdedBroker, LetsAPeerGoThatLeavesTheCrowd) {
    start_server();
    {
        const auto client = greeted("hospital");
        CommitHold hold(*broker_);
        client->send(withdrawal(1));
        client->send(withdrawal(2));
        client->send(withdrawal(3));
        EXPECT_FALSE(client->next_within(50ms));
    }
    EXPECT_TRUE(events_.wait_for("session_closed"));
    expect_others_are_served();
}

TEST_F(PendingLimitsTest, CountsAtLeastTheLeastOfASubmission) {
    start_server();
    const auto client = greeted("hospital");
    CommitHold hold(*broker_);
    std::size_t expected = 0;
    std::uint64_t number = 0;
    for (const std::size_t bytes :
         {std::size_t{1}, limits::submission_bytes_min - 1, limits::submission_bytes_min,
          limits::submission_bytes_min + 1}) {
        v1::Frame frame;
        v1::Submit& submit = *frame.mutable_submit();
        submit = draft("m" + std::to_string(++number));
        submit.set_submission(number);
        submit.set_size(bytes);
        submit.set_payload(std::string(bytes, 'z'));
        client->send(frame);
        client->send(ping_frame(number));
        EXPECT_EQ(number_of(client->next()), number);
        expected += std::max(bytes, limits::submission_bytes_min);
        EXPECT_EQ(broker_->budget().in_flight(), expected) << bytes;
    }
}

TEST_F(PendingLimitsTest, AnswersEveryQueryOfAPipelineAroundTheLimit) {
    start_server();
    const auto client = greeted("hospital");
    constexpr std::uint64_t limit = limits::queries_pending_max;
    for (const std::uint64_t count : {limit - 1, limit, limit + 1, 4 * limit}) {
        std::set<std::uint64_t> asked;
        for (std::uint64_t number = 1; number <= count; ++number) {
            v1::Frame frame;
            frame.mutable_status_request()->set_request(number);
            refer_to("none", *frame.mutable_status_request()->mutable_message());
            client->send(frame);
            asked.insert(number);
        }
        std::set<std::uint64_t> answered;
        for (std::uint64_t i = 0; i < count; ++i) {
            const v1::Frame answer = client->next();
            EXPECT_EQ(answer.problem().code(), "not_found");
            answered.insert(number_of(answer));
        }
        EXPECT_EQ(answered, asked) << count;
    }
}

}  // namespace
}  // namespace budstikke::transport
