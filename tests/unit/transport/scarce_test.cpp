// Memory for slow readers is as scarce as it can be: not a byte may wait. Whoever reads gets
// everything all the same, and of who does not, no more is read.
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/transport/exchange_fixture.hpp"
#include "tests/unit/transport/hand_client.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

class ScarceTest : public ExchangeTest {
 protected:
    static constexpr std::size_t large = 2 * limits::chunk_bytes_max + 1;

    void SetUp() override {
        ExchangeTest::SetUp();
        options_.limits.outbound_bytes_total_max = 1;
        options_.limits.outbound_bytes_per_organisation_max = 1;
        options_.limits.outbound_bytes_scarce_max = 1;
        // Sessions look at the clock several times in the shortest deadline.
        options_.limits.closing_time_max = 200ms;
    }
};

TEST_F(ScarceTest, AnswersEveryQuestionOfOneWhoReads) {
    constexpr std::uint64_t count = 500;
    start_server();
    HandClient client(client_options("hospital"));
    client.greet();
    for (std::uint64_t number = 1; number <= count; ++number) {
        client.send(ping_frame(number));
    }
    for (std::uint64_t number = 1; number <= count; ++number) {
        ASSERT_EQ(client.next().pong().number(), number);
    }
}

TEST_F(ScarceTest, DeliversLargePayloadsToSeveralConnectionsOfOneOrganisation) {
    constexpr int count = 12;
    start_server();
    const auto sender = connect("hospital");
    for (int i = 0; i < count; ++i) {
        const v1::Receipt receipt =
            submit(*sender, "m" + std::to_string(i), std::string(large, 'p'));
        ASSERT_EQ(receipt.outcome(), v1::Receipt::ACCEPTED);
    }
    const auto one = connect("municipality");
    const auto two = connect("municipality");
    ASSERT_TRUE(one->subscribe("201", 2));
    ASSERT_TRUE(two->subscribe("201", 2));
    std::set<std::string> seen;
    for (int i = 0; i < count; ++i) {
        auto& reader = i % 2 == 0 ? *one : *two;
        const v1::Delivery delivery = receive(reader);
        EXPECT_EQ(delivery.payload().size(), large);
        seen.insert(delivery.message().message_id());
        ASSERT_TRUE(reader.settle(settlement(delivery)));
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(count));
}

}  // namespace
}  // namespace budstikke::transport
