// A consumer that vanishes without a word, its socket still there: for the broker it is one that
// neither reads nor writes. What it had in hand comes again, marked, to another.
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/base/small_buffers.hpp"
#include "tests/unit/transport/exchange_fixture.hpp"
#include "tests/unit/transport/hand_client.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

class SilentPeerTest : public ExchangeTest {
 protected:
    static v1::Frame subscribe_frame(std::uint32_t credit) {
        v1::Frame frame;
        frame.mutable_subscribe()->set_request(1);
        frame.mutable_subscribe()->set_her_id("201");
        frame.mutable_subscribe()->set_credit(credit);
        return frame;
    }
    void submit_many(int count, const std::string& payload) {
        const auto sender = connect("hospital");
        for (int i = 0; i < count; ++i) {
            ASSERT_EQ(
                submit(*sender, "m" + std::to_string(i), payload).outcome(), v1::Receipt::ACCEPTED
            );
        }
    }
    void expect_all_again(int count) {
        const auto heir = connect("municipality");
        ASSERT_TRUE(heir->subscribe("201", 10));
        std::set<std::string> seen;
        for (int i = 0; i < count; ++i) {
            const v1::Delivery delivery = receive(*heir);
            EXPECT_TRUE(delivery.redelivered());
            seen.insert(delivery.message().message_id());
            ASSERT_TRUE(heir->settle(settlement(delivery)));
        }
        EXPECT_EQ(seen.size(), static_cast<std::size_t>(count));
    }
};

TEST_F(SilentPeerTest, LosesWhatItHadInHandToAnotherWhenItsTimeIsOver) {
    start_server();
    submit_many(3, "sealed");
    HandClient vanished(client_options("municipality"));
    vanished.greet();
    vanished.send(subscribe_frame(10));
    EXPECT_TRUE(vanished.next().has_subscribed());
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(vanished.next().delivery().redelivered());
    }
    wall_.leap_past(options_.limits.idle_time_max);
    wait_for_connections(0);
    expect_all_again(3);
}

TEST_F(SilentPeerTest, LosesWhatIsOnItsWayToAnotherWhenItTakesNothing) {
    options_.limits.idle_time_max = 24h;
    start_server();
    submit_many(8, std::string(4 * limits::chunk_bytes_max, 'p'));
    HandClient vanished(client_options("municipality"));
    vanished.greet();
    keep_little_under_way();
    vanished.send(subscribe_frame(10));
    leap_until("session_write_stalled", options_.limits.write_time_max);
    wait_for_connections(0);
    expect_all_again(8);
}

}  // namespace
}  // namespace budstikke::transport
