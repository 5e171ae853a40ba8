// What nobody may take from the others, and what nobody gets who may no longer have it.
#include <cstdint>
#include <memory>

#include <gtest/gtest.h>

#include "tests/unit/base/small_buffers.hpp"
#include "tests/unit/transport/exchange_fixture.hpp"
#include "tests/unit/transport/hand_client.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

class FairnessTest : public ExchangeTest {
 protected:
    static constexpr std::uint32_t count = 24;

    void hold(bool held) {
        ASSERT_TRUE(await<Result<void>>([&](auto answer) {
            broker_->hold(by("party hold"), pipeline::her("201"), held, std::move(answer));
        }));
    }
    static v1::Frame subscribe_frame(std::uint32_t credit) {
        v1::Frame frame;
        frame.mutable_subscribe()->set_her_id("201");
        frame.mutable_subscribe()->set_credit(credit);
        return frame;
    }
    /// Subscribed to 201 and not reading, so that what is offered waits in the broker.
    std::unique_ptr<HandClient> slow_consumer(std::uint32_t credit) {
        auto client = std::make_unique<HandClient>(client_options("municipality"));
        client->greet();
        keep_little_under_way();
        client->send(subscribe_frame(credit));
        EXPECT_TRUE(client->next().has_subscribed());
        EXPECT_TRUE(client->next().has_delivery());
        return client;
    }
    /// With more offered than the sockets between take.
    std::unique_ptr<HandClient> fill_slow_consumer() {
        options_.limits.outbound_bytes_max = 64 * limits::kib;
        start_server();
        const auto sender = connect("hospital");
        for (std::uint32_t i = 0; i < count; ++i) {
            submit(*sender, "m" + std::to_string(i), std::string(limits::chunk_bytes_max, 'z'));
        }
        return slow_consumer(count);
    }
    void expect_that_nothing_more_comes(HandClient& client, const std::string& reason) {
        ASSERT_TRUE(events_.wait_for("subscription_ended"));
        std::uint32_t deliveries = 1;
        v1::Frame frame = client.next();
        for (; frame.has_delivery(); frame = client.next()) {
            ++deliveries;
        }
        EXPECT_EQ(frame.unsubscribed().reason(), reason);
        EXPECT_LT(deliveries, count) << "only what was on its way came";
        client.send(ping_frame(1));
        EXPECT_EQ(number_of(client.next()), 1U);
        EXPECT_FALSE(client.next_within(100ms));
    }
    void expect_all_at(const std::string& certificate) {
        const auto entitled = connect(certificate);
        ASSERT_TRUE(entitled->subscribe("201", count));
        for (std::uint32_t i = 0; i < count; ++i) {
            EXPECT_EQ(receive(*entitled).payload().size(), limits::chunk_bytes_max);
        }
    }
    /// As by a reload: the municipality keeps 202 and is let in.
    void give_201_to_the_practice() {
        std::string text = directory_text();
        const auto replace = [&text](const std::string& from, const std::string& to) {
            const auto at = text.find(from);
            ASSERT_NE(at, std::string::npos);
            text.replace(at, from.size(), to);
        };
        replace(R"(acts_for = ["201", "202"])", R"(acts_for = ["202"])");
        replace(R"(acts_for = ["301"])", R"(acts_for = ["301", "201"])");
        broker_->replace_directory(load_directory_text(text));
    }
};

TEST_F(FairnessTest, SendsNothingMoreOfAQueueThatIsHeldNotEvenWhatWasOffered) {
    const auto client = fill_slow_consumer();
    hold(true);
    expect_that_nothing_more_comes(*client, "held");
    hold(false);
    expect_all_at("municipality");
}

TEST_F(FairnessTest, SendsNothingMoreOfAQueueThatTheOrganisationMayNoLongerHave) {
    const auto client = fill_slow_consumer();
    give_201_to_the_practice();
    expect_that_nothing_more_comes(*client, "not_allowed");
    expect_all_at("practice");
}

TEST_F(FairnessTest, BreaksOffAPayloadThatTheOrganisationMayNoLongerHave) {
    constexpr std::uint32_t chunks = 24;
    options_.limits.outbound_bytes_max = 64 * limits::kib;
    start_server();
    submit(*connect("hospital"), "m1", std::string(chunks * limits::chunk_bytes_max, 'z'));
    const auto client = slow_consumer(1);
    give_201_to_the_practice();
    ASSERT_TRUE(events_.wait_for("subscription_ended"));
    std::uint32_t pieces = 1;
    v1::Frame frame = client->next();
    for (; frame.has_delivery_chunk(); frame = client->next()) {
        ++pieces;
    }
    EXPECT_EQ(frame.unsubscribed().reason(), "not_allowed");
    EXPECT_LT(pieces, chunks);
    EXPECT_EQ(client->next().go_away().reason(), v1::GoAway::NOT_REGISTERED);
}

TEST_F(FairnessTest, BreaksOffAPayloadWhoseReceiverIsHeld) {
    constexpr std::uint32_t chunks = 24;
    options_.limits.outbound_bytes_max = 64 * limits::kib;
    start_server();
    submit(*connect("hospital"), "m1", std::string(chunks * limits::chunk_bytes_max, 'z'));
    const auto client = slow_consumer(1);
    hold(true);
    ASSERT_TRUE(events_.wait_for("subscription_ended"));
    std::uint32_t pieces = 1;
    v1::Frame frame = client->next();
    for (; frame.has_delivery_chunk(); frame = client->next()) {
        ++pieces;
    }
    EXPECT_EQ(frame.unsubscribed().reason(), "held");
    EXPECT_LT(pieces, chunks);
    EXPECT_EQ(client->next().go_away().reason(), v1::GoAway::HELD);
}

TEST_F(FairnessTest, AnswersACreditOfNothingAsInvalid) {
    start_server();
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 1));
    client->add_credit("201", 0);
    const auto problem = client->next_other(soon);
    ASSERT_TRUE(problem && *problem);
    EXPECT_EQ((*problem)->problem().code(), "invalid_argument");
    client->add_credit("201", 1);
    client->send(ping_frame(1));
    const auto pong = client->next_other(soon);
    ASSERT_TRUE(pong && *pong);
    EXPECT_TRUE((*pong)->has_pong()) << "one is not answered";
}

TEST_F(FairnessTest, ReadsNoFurtherWhileTooManySubscriptionsWaitForTheBroker) {
    options_.limits.credit_per_connection_max = 3;
    start_server();
    HandClient client(client_options("municipality"));
    client.greet();
    CommitHold hold(*broker_);
    client.send(subscribe_frame(0));
    client.send(subscribe_frame(0));
    client.send(ping_frame(1));
    EXPECT_EQ(number_of(client.next()), 1U) << "one below the limit it reads on";
    client.send(subscribe_frame(0));
    client.send(ping_frame(2));
    EXPECT_FALSE(client.next_within(100ms)) << "at the limit it does not";
    hold.release();
    // With the first answer there is room again, so the ping may overtake the other answers.
    int subscribed = 0;
    std::vector<std::uint64_t> numbers;
    for (int frames = 0; frames < 4; ++frames) {
        const v1::Frame frame = client.next();
        if (frame.has_subscribed()) {
            ++subscribed;
        } else {
            numbers.push_back(number_of(frame));
            EXPECT_GE(subscribed, 1);
        }
    }
    EXPECT_EQ(subscribed, 3);
    EXPECT_EQ(numbers, std::vector<std::uint64_t>{2});
}

TEST_F(FairnessTest, ReadsNoFurtherUntilAnUnsubscriptionIsThrough) {
    start_server();
    HandClient client(client_options("municipality"));
    client.greet();
    client.send(subscribe_frame(1));
    ASSERT_TRUE(client.next().has_subscribed());
    CommitHold hold(*broker_);
    v1::Frame unsubscribe;
    unsubscribe.mutable_unsubscribe()->set_her_id("201");
    client.send(unsubscribe);
    client.send(ping_frame(1));
    EXPECT_FALSE(client.next_within(100ms));
    hold.release();
    EXPECT_TRUE(client.next().has_unsubscribed());
    EXPECT_EQ(number_of(client.next()), 1U);
}

}  // namespace
}  // namespace budstikke::transport
