// The door over real sockets and TLS: the log tells of many in one line, and loses none.
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/transport/exchange_fixture.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class DoorTest : public ExchangeTest {};

TEST_F(DoorTest, LetsWhoeverIsBeyondTheRationWaitAndComeIn) {
    options_.limits.handshakes_per_second_per_address = limits::handshakes_per_second_min;
    start_server();
    wall_.stand_still();
    constexpr auto saved = static_cast<std::uint32_t>(
        limits::handshakes_per_second_min * limits::handshakes_saved_time_max / 1s
    );
    constexpr std::uint32_t beyond = 3;
    std::vector<std::unique_ptr<ExchangeClient>> in;
    const auto begun = steady_clock::now();
    for (std::uint32_t i = 0; i < saved + beyond; ++i) {
        in.push_back(connect("hospital"));
    }
    // Each beyond what was saved up is a tenth of a second later than the one before.
    EXPECT_GE(steady_clock::now() - begun, beyond * 100ms);
    EXPECT_EQ(server_->connections(), saved + beyond);
    EXPECT_TRUE(events_.wait_for("handshake_delayed"));
    for (const auto& client : in) {
        EXPECT_TRUE(client->close());
    }
}

TEST_F(DoorTest, TellsOfManyStrangersInOneLine) {
    start_server();
    for (int i = 0; i < 5; ++i) {
        EXPECT_FALSE(ExchangeClient::connect(client_options("foreign")));
    }
    const auto known = connect("hospital");
    wait_for_connections(1);
    const std::string event = "handshake_refused_unknown_issuer";
    const auto first = events_.wait_for(event);
    ASSERT_TRUE(first);
    EXPECT_NE(first->find("count=1 "), std::string::npos) << *first;
    EXPECT_EQ(events_.count(event), 1U);
    EXPECT_EQ(events_.count("connection_accepted"), 1U);
    ASSERT_TRUE(known->close());
    server_->stop();
    EXPECT_EQ(events_.count(event), 2U) << "the others are told at the end at the latest";
    EXPECT_EQ(events_.count("connection_accepted"), 2U);
}

}  // namespace
}  // namespace budstikke::transport
