// The door over real sockets and TLS: the log tells of many in one line, and loses none.
#include <gtest/gtest.h>

#include "tests/unit/transport/exchange_fixture.hpp"

namespace budstikke::transport {
namespace {

class DoorTest : public ExchangeTest {};

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
