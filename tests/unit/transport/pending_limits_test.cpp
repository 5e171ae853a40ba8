// What one connection may have unanswered. At the limit the broker reads no further until something
// is answered; then it goes on, and every question gets its one answer.
#include <functional>
#include <set>

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
