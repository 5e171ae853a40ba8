// Subscribe, credit, settle, redelivery, several consumers and slow ones, over the wire.
#include <set>

#include <gtest/gtest.h>

#include "broker/tools/client/connection.hpp"
#include "broker/transport/exchange/frame.hpp"
#include "tests/unit/base/small_buffers.hpp"
#include "tests/unit/transport/exchange_fixture.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

class ReceiveTest : public ExchangeTest {
 protected:
    void fill(int count, const std::string& payload = "sealed") {
        const auto sender = connect("hospital");
        for (int i = 0; i < count; ++i) {
            // A conversation each, so that order does not hold them back.
            const v1::Receipt receipt = submit(*sender, "m" + std::to_string(i), payload);
            ASSERT_EQ(receipt.outcome(), v1::Receipt::ACCEPTED);
        }
    }
    static bool nothing_comes(ExchangeClient& client) {
        const auto delivery = client.next_delivery(100ms);
        return delivery && !*delivery;
    }
};

TEST_F(ReceiveTest, DeliversWithTheFactsAndSettlesDurably) {
    start_server();
    fill(1, "the very bytes");
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 5));
    const v1::Delivery delivery = receive(*client);
    EXPECT_EQ(delivery.her_id(), "201");
    EXPECT_EQ(delivery.payload(), "the very bytes");
    EXPECT_EQ(delivery.attempt(), 1U);
    EXPECT_FALSE(delivery.redelivered());
    EXPECT_EQ(delivery.message().message_id(), "m0");
    EXPECT_EQ(delivery.message().sender(), "100");
    EXPECT_EQ(delivery.message().recipient(), "201");
    EXPECT_TRUE(delivery.message().opaque());
    EXPECT_EQ(delivery.message().sha256().size(), 32U);
    const auto settled = client->settle(settlement(delivery));
    ASSERT_TRUE(settled) << settled.error().detail;
    EXPECT_EQ(settled->state(), "delivered");
    // The sender has said goodbye, which the broker may not have read yet.
    wait_for_connections(1);
    EXPECT_EQ(server_->sessions().front().deliveries, 1U);
}

TEST_F(ReceiveTest, DeniesAHerIdOfAnotherOrganisation) {
    start_server();
    const auto client = connect("hospital");
    const auto denied = client->subscribe("201", 1);
    ASSERT_FALSE(denied);
    EXPECT_EQ(denied.error().code, Errc::denied);
    const auto fields = events_.wait_for("subscription_denied");
    ASSERT_TRUE(fields);
    EXPECT_NE(fields->find("her_id=201"), std::string::npos);
    EXPECT_TRUE(client->alive());
}

TEST_F(ReceiveTest, SendsNoMoreThanTheCredit) {
    start_server();
    fill(5);
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 2));
    const v1::Delivery first = receive(*client);
    const v1::Delivery second = receive(*client);
    EXPECT_TRUE(nothing_comes(*client));
    ASSERT_TRUE(client->settle(settlement(first)));
    const v1::Delivery third = receive(*client);
    EXPECT_TRUE(nothing_comes(*client));
    client->add_credit("201", 2);
    receive(*client);
    receive(*client);
    EXPECT_TRUE(nothing_comes(*client));
}

TEST_F(ReceiveTest, HoldsTheCreditLimitOneBelowAtAndAbove) {
    options_.limits.credit_max = 10;
    options_.limits.credit_per_connection_max = 15;
    start_server();
    const auto client = connect("municipality");
    const auto above = client->subscribe("201", 11);
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error().code, Errc::limit_exceeded);
    EXPECT_TRUE(client->subscribe("201", 9));
    EXPECT_TRUE(client->subscribe("201", 1));
    client->add_credit("201", 1);
    const auto problem = client->next_other(soon);
    ASSERT_TRUE(problem && *problem);
    EXPECT_EQ((*problem)->problem().code(), "limit_exceeded");
    EXPECT_FALSE(client->subscribe("202", 6));
    EXPECT_TRUE(client->subscribe("202", 5));
    EXPECT_TRUE(client->unsubscribe("201"));
    EXPECT_TRUE(client->subscribe("202", 5));
}

TEST_F(ReceiveTest, HoldsNoMoreThanAConnectionMayBySubscribingAnew) {
    options_.limits.credit_per_connection_max = 3;
    start_server();
    fill(2);
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 2));
    const v1::Delivery first = receive(*client);
    receive(*client);
    // Of one queue what is unsettled counts as before.
    ASSERT_TRUE(client->unsubscribe("201"));
    ASSERT_TRUE(client->subscribe("201", 2));
    {
        const auto sender = connect("hospital");
        submit(*sender, "m2", "sealed", {"201"});
        for (const char* const id : {"a", "b", "c"}) {
            submit(*sender, id, "sealed", {"202"});
        }
    }
    EXPECT_TRUE(nothing_comes(*client));
    // Of another one comes what the connection may still have: two are left, one is the third.
    ASSERT_TRUE(client->unsubscribe("201"));
    ASSERT_TRUE(client->subscribe("202", 3));
    const v1::Delivery third = receive(*client);
    EXPECT_EQ(third.her_id(), "202");
    EXPECT_TRUE(nothing_comes(*client));
    ASSERT_TRUE(client->settle(settlement(first)));
    EXPECT_EQ(receive(*client).her_id(), "202");
    EXPECT_TRUE(nothing_comes(*client));
}

TEST_F(ReceiveTest, HoldsTheLimitOfSubscriptions) {
    options_.limits.subscriptions_max = 1;
    start_server();
    const auto client = connect("municipality");
    EXPECT_TRUE(client->subscribe("201", 1));
    const auto second = client->subscribe("202", 1);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::limit_exceeded);
}

TEST_F(ReceiveTest, ReturnsWhatADeadConnectionDidNotSettle) {
    start_server();
    fill(1);
    std::string id;
    {
        const auto client = connect("municipality");
        ASSERT_TRUE(client->subscribe("201", 1));
        const v1::Delivery delivery = receive(*client);
        id = delivery.delivery_id();
    }
    const auto again = connect("municipality");
    ASSERT_TRUE(again->subscribe("201", 1));
    const v1::Delivery delivery = receive(*again);
    EXPECT_EQ(delivery.delivery_id(), id);
    EXPECT_TRUE(delivery.redelivered());
    EXPECT_EQ(delivery.attempt(), 2U);
    EXPECT_TRUE(again->settle(settlement(delivery)));
}

TEST_F(ReceiveTest, ReleasesAndRejects) {
    start_server();
    fill(2);
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 2));
    const auto released = client->settle(settlement(receive(*client), v1::Settle::RELEASED));
    ASSERT_TRUE(released);
    EXPECT_EQ(released->state(), "queued");
    v1::Settle reject = settlement(receive(*client), v1::Settle::REJECTED);
    reject.set_reason_code("T99");
    reject.set_reason("cannot be read");
    const auto rejected = client->settle(reject);
    ASSERT_TRUE(rejected);
    EXPECT_EQ(rejected->state(), "dead_lettered");
}

TEST_F(ReceiveTest, SettlesOnlyWhatWasDeliveredHere) {
    start_server();
    fill(1);
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 1));
    const v1::Delivery delivery = receive(*client);
    const auto other = connect("municipality");
    ASSERT_TRUE(other->subscribe("202", 1));
    const auto foreign = other->settle(settlement(delivery));
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, Errc::not_found);
    v1::Settle unreadable = settlement(delivery);
    unreadable.set_delivery_id("no id");
    const auto invalid = client->settle(unreadable);
    ASSERT_FALSE(invalid);
    EXPECT_EQ(invalid.error().code, Errc::invalid_argument);
    v1::Settle unspecified = settlement(delivery, v1::Settle::UNSPECIFIED);
    EXPECT_FALSE(client->settle(unspecified));
    EXPECT_TRUE(client->settle(settlement(delivery)));
}

// A transport receipt and the end of all attempts are for the broker's own endpoints to state.
TEST_F(ReceiveTest, NoConsumerCanStateMoreThanTheProtocolHas) {
    start_server();
    fill(1);
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 1));
    const v1::Delivery delivery = receive(*client);
    for (const int beyond : {4, 5, 6, -1}) {
        const auto settled =
            client->settle(settlement(delivery, static_cast<v1::Settle::Outcome>(beyond)));
        ASSERT_FALSE(settled) << beyond;
        EXPECT_EQ(settled.error().code, Errc::invalid_argument) << beyond;
    }
    EXPECT_EQ(broker_->counters().settled + broker_->counters().expired, 0U);
    EXPECT_TRUE(client->settle(settlement(delivery)));
}

TEST_F(ReceiveTest, HoldsTheLimitOfReasonsOneBelowAtAndAbove) {
    start_server();
    fill(1);
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 1));
    v1::Settle settle = settlement(receive(*client), v1::Settle::REJECTED);
    settle.set_reason(std::string(limits::reason_bytes_max + 1, 'r'));
    EXPECT_FALSE(client->settle(settle));
    settle.set_reason(std::string(limits::reason_bytes_max, 'r'));
    settle.set_reason_code("lower case");
    EXPECT_FALSE(client->settle(settle));
    settle.set_reason_code(std::string(limits::reason_code_bytes_max + 1, 'A'));
    EXPECT_FALSE(client->settle(settle));
    settle.set_reason_code(std::string(limits::reason_code_bytes_max, 'A'));
    EXPECT_TRUE(client->settle(settle));
}

TEST_F(ReceiveTest, TakesAReasonAndItsCodeOneBelowTheirLimits) {
    start_server();
    fill(1);
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 1));
    v1::Settle settle = settlement(receive(*client), v1::Settle::REJECTED);
    settle.set_reason(std::string(limits::reason_bytes_max - 1, 'r'));
    settle.set_reason_code(std::string(limits::reason_code_bytes_max - 1, 'A'));
    EXPECT_TRUE(client->settle(settle));
}

TEST_F(ReceiveTest, SharesAQueueBetweenConsumers) {
    start_server();
    const auto first = connect("municipality");
    const auto second = connect("municipality");
    ASSERT_TRUE(first->subscribe("201", 2));
    ASSERT_TRUE(second->subscribe("201", 2));
    fill(4);
    std::set<std::string> ids;
    for (ExchangeClient* client : {first.get(), second.get()}) {
        for (int i = 0; i < 2; ++i) {
            ids.insert(receive(*client).delivery_id());
        }
    }
    EXPECT_EQ(ids.size(), 4U);
}

TEST_F(ReceiveTest, EndsASubscriptionThatIsHeld) {
    start_server();
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 1));
    ASSERT_TRUE(await<Result<void>>([&](auto answer) {
        broker_->hold(by("party hold"), pipeline::her("201"), true, std::move(answer));
    }));
    const auto ended = client->next_other(soon);
    ASSERT_TRUE(ended && *ended);
    EXPECT_EQ((*ended)->unsubscribed().her_id(), "201");
    EXPECT_EQ((*ended)->unsubscribed().reason(), "held");
}

TEST_F(ReceiveTest, StopsOffersAfterUnsubscribe) {
    start_server();
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 5));
    ASSERT_TRUE(client->unsubscribe("201"));
    EXPECT_FALSE(client->unsubscribe("201"));
    fill(1);
    EXPECT_TRUE(nothing_comes(*client));
}

TEST_F(ReceiveTest, DeliversManyLargePayloadsThroughASmallOutbox) {
    options_.limits.outbound_bytes_max = 64 * limits::kib;
    start_server();
    fill(5, std::string(limits::chunk_bytes_max + 1, 'z'));
    const auto client = connect("municipality");
    ASSERT_TRUE(client->subscribe("201", 5));
    for (int i = 0; i < 5; ++i) {
        const v1::Delivery delivery = receive(*client);
        EXPECT_EQ(delivery.payload().size(), limits::chunk_bytes_max + 1);
        EXPECT_TRUE(client->settle(settlement(delivery)));
    }
}

TEST_F(ReceiveTest, EndsAConsumerThatDoesNotRead) {
    options_.limits.outbound_bytes_max = 64 * limits::kib;
    options_.limits.idle_time_max = 24h;
    start_server();
    fill(12, std::string(limits::chunk_bytes_max, 'z'));
    // Speaks the protocol by hand, so that it can stop reading.
    auto silent = client::Connection::open(client_options("municipality"));
    ASSERT_TRUE(silent);
    keep_little_under_way();
    std::string bytes;
    v1::Frame frame;
    frame.mutable_hello()->set_version(1);
    append_frame(bytes, frame);
    frame.mutable_subscribe()->set_her_id("201");
    frame.mutable_subscribe()->set_credit(12);
    append_frame(bytes, frame);
    ASSERT_TRUE((*silent)->send_now(bytes, std::chrono::steady_clock::now() + soon));
    leap_until("session_write_stalled", options_.limits.write_time_max);
    // What it did not settle goes to who takes it.
    const auto other = connect("municipality");
    ASSERT_TRUE(other->subscribe("201", 1));
    EXPECT_EQ(receive(*other).payload().size(), limits::chunk_bytes_max);
}

}  // namespace
}  // namespace budstikke::transport
