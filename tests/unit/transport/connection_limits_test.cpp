// The limits of connections over real sockets and TLS: up to each limit everybody is served, one
// above is refused with an event of its own while the others go on, and a place that is given up is
// given to the next.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "broker/transport/socket_handle.hpp"
#include "tests/unit/transport/exchange_fixture.hpp"
#include "tests/unit/transport/hand_client.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

constexpr in_addr_t other_address = INADDR_LOOPBACK + 1;

class ConnectionLimitsTest : public ExchangeTest {
 protected:
    using Clients = std::vector<std::unique_ptr<ExchangeClient>>;

    void SetUp() override {
        ExchangeTest::SetUp();
        // A line for each, so that they can be counted.
        options_.limits.refusal_log_time_min = {};
        // Strangers stay for as long as a test needs them, however slow it is.
        options_.limits.handshake_time_max = 24h;
    }

    /// A stranger that connects and never says a byte.
    SocketHandle silent(in_addr_t from = INADDR_LOOPBACK) const {
        SocketHandle socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(from);
        EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(server_->port());
        EXPECT_EQ(
            ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0
        );
        return socket;
    }
    void expect_served(ExchangeClient& client) {
        client.send(ping_frame(42));
        const auto pong = client.next_other(soon);
        ASSERT_TRUE(pong && *pong);
        EXPECT_EQ((*pong)->pong().number(), 42U);
    }
    void expect_served(const Clients& clients) {
        for (const auto& client : clients) {
            expect_served(*client);
        }
    }
    /// As many as fill the limit; `event` tells of refusals.
    Clients fill(const std::vector<std::string>& certificates, const std::string& event) {
        Clients clients;
        for (const std::string& certificate : certificates) {
            clients.push_back(connect(certificate));
        }
        EXPECT_EQ(events_.count(event), 0U);
        return clients;
    }
    /// One leaves, so that `left` connections remain: there is room for one and no more.
    void expect_place_of_first_given_away(
        Clients& clients, std::uint32_t left, const std::string& event
    ) {
        clients.erase(clients.begin());
        wait_for_connections(left);
        clients.push_back(connect("hospital"));
        expect_served(*clients.back());
        expect_refused("hospital", event);
    }
    /// The refusal is in the log before the peer can know of it.
    void expect_refused(const std::string& certificate, const std::string& event) {
        const std::size_t before = events_.count(event);
        EXPECT_FALSE(ExchangeClient::connect(client_options(certificate)));
        EXPECT_EQ(events_.count(event), before + 1) << event;
    }
};

TEST_F(ConnectionLimitsTest, ServesUpToTheTotalRefusesOneMoreAndLetsTheNextInWhenOneLeaves) {
    const std::string event = "connection_refused_total";
    options_.limits.connections_max = 3;
    start_server();
    Clients clients = fill({"hospital", "municipality", "practice"}, event);
    expect_refused("hospital", event);
    expect_served(clients);
    EXPECT_EQ(submit(*clients.front(), "m1").outcome(), v1::Receipt::ACCEPTED);
    ASSERT_TRUE(clients.front()->close());
    expect_place_of_first_given_away(clients, 2, event);
}

TEST_F(ConnectionLimitsTest, ServesUpToTheLimitOfAnAddressAndLeavesTheOtherAddressesAlone) {
    const std::string event = "connection_refused_address";
    options_.limits.connections_per_address_max = 3;
    start_server();
    Clients clients = fill({"hospital", "municipality", "practice"}, event);
    expect_refused("hospital", event);
    expect_served(clients);
    const SocketHandle elsewhere = silent(other_address);
    wait_for_connections(4);
    EXPECT_EQ(events_.count(event), 1U);
    expect_place_of_first_given_away(clients, 3, event);
}

TEST_F(ConnectionLimitsTest, ServesUpToTheLimitOfAnOrganisationAndSaysSoToTheNext) {
    const std::string event = "session_refused_organisation_connections";
    options_.limits.connections_per_organisation_max = 3;
    start_server();
    Clients clients = fill({"hospital", "hospital", "hospital"}, event);
    {
        HandClient above(client_options("hospital"));
        EXPECT_EQ(above.next().go_away().reason(), v1::GoAway::LIMIT_EXCEEDED);
    }
    const auto fields = events_.wait_for(event);
    ASSERT_TRUE(fields);
    EXPECT_NE(fields->find("organisation=900000001"), std::string::npos) << *fields;
    const auto other = connect("municipality");
    expect_served(clients);
    expect_served(*other);
    ASSERT_TRUE(clients.front()->close());
    expect_place_of_first_given_away(clients, 3, event);
}

TEST_F(ConnectionLimitsTest, LetsStrangersOccupyOnlySoManyHandshakes) {
    options_.limits.handshakes_pending_max = 3;
    start_server();
    const SocketHandle one = silent();
    const SocketHandle two = silent();
    wait_for_connections(2);
    // The third handshake may be pending, and is not any more when it is done.
    const auto at = connect("hospital");
    EXPECT_EQ(events_.count("connection_refused_handshakes"), 0U);
    {
        const SocketHandle three = silent();
        wait_for_connections(4);
        expect_refused("municipality", "connection_refused_handshakes");
        expect_served(*at);
    }
    wait_for_connections(3);
    const auto next = connect("municipality");
    expect_served(*next);
    EXPECT_EQ(events_.count("connection_refused_handshakes"), 1U);
}

TEST_F(ConnectionLimitsTest, GivesThePlaceOfAHandshakeThatTookTooLongToTheNext) {
    options_.limits.handshakes_pending_max = 1;
    start_server();
    const SocketHandle stranger = silent();
    leap_until("handshake_refused_timeout", options_.limits.handshake_time_max);
    wait_for_connections(0);
    const auto next = connect("hospital");
    expect_served(*next);
}

TEST_F(ConnectionLimitsTest, LetsNoPeerHoldAConnectionThatIsClosing) {
    options_.limits.closing_time_max = 200ms;
    start_server();
    HandClient client(client_options("hospital"));
    client.greet();
    v1::Frame goodbye;
    goodbye.mutable_go_away()->set_reason(v1::GoAway::CLOSING);
    client.send(goodbye);
    EXPECT_EQ(client.next().go_away().reason(), v1::GoAway::CLOSING);
    // The socket stays open at this end.
    wait_for_connections(0);
}

}  // namespace
}  // namespace budstikke::transport
