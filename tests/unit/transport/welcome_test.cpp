// Who is let in, how each refusal is told to operations, and how sessions end.
#include <fstream>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "broker/tools/client/connection.hpp"
#include "broker/transport/exchange/frame.hpp"
#include "tests/unit/transport/exchange_fixture.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

class WelcomeTest : public ExchangeTest {
 protected:
    /// Connects and expects to be refused with this event.
    Error refused(const std::string& certificate, const std::string& event) {
        const auto client = ExchangeClient::connect(client_options(certificate));
        EXPECT_FALSE(client) << certificate;
        EXPECT_TRUE(events_.wait_for(event)) << event;
        return client ? Error{} : client.error();
    }
    /// It stays connected meanwhile.
    static void wait_for_goodbye(const ExchangeClient& client) {
        const auto until = std::chrono::steady_clock::now() + soon;
        while (!client.goodbye() && std::chrono::steady_clock::now() < until) {
            std::this_thread::yield();
        }
    }
};

TEST_F(WelcomeTest, GreetsWithLimitsAndIdentity) {
    start_server();
    const auto client = connect("municipality");
    const v1::Welcome& welcome = client->welcome();
    EXPECT_EQ(welcome.version(), 1U);
    EXPECT_EQ(welcome.organisation(), "900000002");
    ASSERT_EQ(welcome.acts_for_size(), 2);
    EXPECT_EQ(welcome.acts_for(0), "201");
    EXPECT_EQ(welcome.frame_bytes_max(), limits::frame_bytes_max);
    EXPECT_EQ(welcome.chunk_bytes_max(), limits::chunk_bytes_max);
    EXPECT_EQ(welcome.idle_seconds_max(), 120U);
    const auto sessions = server_->sessions();
    ASSERT_EQ(sessions.size(), 1U);
    EXPECT_EQ(sessions[0].organisation, "900000002");
    EXPECT_EQ(sessions[0].software, "test 1");
}

TEST_F(WelcomeTest, RefusesEachWrongCertificateWithItsOwnEvent) {
    start_server();
    client::ClientOptions none = client_options("hospital");
    none.certificate.clear();
    none.key.clear();
    EXPECT_FALSE(ExchangeClient::connect(none));
    EXPECT_TRUE(events_.wait_for("handshake_refused_no_certificate"));
    refused("foreign", "handshake_refused_unknown_issuer");
    refused("expired", "handshake_refused_expired");
    refused("server-eku", "handshake_refused_wrong_purpose");
    refused("no-organisation", "handshake_refused_no_organisation_number");
    refused("revoked", "handshake_refused_revoked");
}

TEST_F(WelcomeTest, RefusalsBeforeAuthenticationLookTheSame) {
    start_server();
    const Error foreign = refused("foreign", "handshake_refused_unknown_issuer");
    const Error expired = refused("expired", "handshake_refused_expired");
    const Error revoked = refused("revoked", "handshake_refused_revoked");
    EXPECT_EQ(foreign.detail, expired.detail);
    EXPECT_EQ(foreign.detail, revoked.detail);
}

TEST_F(WelcomeTest, ExplainsToAnUnknownOrganisation) {
    start_server();
    const Error error = refused("stranger", "session_refused_unknown_organisation");
    EXPECT_EQ(error.code, Errc::denied);
    EXPECT_NE(error.detail.find("NOT_REGISTERED"), std::string::npos) << error.detail;
}

TEST_F(WelcomeTest, RefusesAnotherVersion) {
    start_server();
    auto options = client_options("hospital");
    options.version = 2;
    const auto client = ExchangeClient::connect(options);
    ASSERT_FALSE(client);
    EXPECT_NE(client.error().detail.find("UNSUPPORTED_VERSION"), std::string::npos);
    EXPECT_TRUE(events_.wait_for("hello_refused_version"));
}

TEST_F(WelcomeTest, TakesASoftwareNameOfItsLimitAndNoLonger) {
    start_server();
    for (const std::size_t length :
         {limits::software_bytes_max - 1, limits::software_bytes_max, limits::software_bytes_max + 1
         }) {
        auto options = client_options("hospital");
        options.software = std::string(length, 's');
        EXPECT_EQ(
            ExchangeClient::connect(options).has_value(), length <= limits::software_bytes_max
        );
    }
}

TEST_F(WelcomeTest, EndsASessionThatDoesNotBeginWithHello) {
    start_server();
    const SteadyTime until = std::chrono::steady_clock::now() + soon;
    auto connection = client::Connection::open(client_options("hospital"));
    ASSERT_TRUE(connection);
    v1::Frame frame;
    frame.mutable_ping()->set_number(1);
    std::string bytes;
    append_frame(bytes, frame);
    ASSERT_TRUE((*connection)->send_now(bytes, until));
    v1::Frame answer;
    ASSERT_TRUE((*connection)->read_frame(answer, until));
    EXPECT_EQ(answer.go_away().reason(), v1::GoAway::PROTOCOL_ERROR);
}

TEST_F(WelcomeTest, TakesLittleBeforeHello) {
    start_server();
    const SteadyTime until = std::chrono::steady_clock::now() + soon;
    auto connection = client::Connection::open(client_options("hospital"));
    ASSERT_TRUE(connection);
    const std::string lie = {0, 0, 0x10, 0x01};
    ASSERT_TRUE((*connection)->send_now(lie, until));
    v1::Frame answer;
    ASSERT_TRUE((*connection)->read_frame(answer, until));
    EXPECT_EQ(answer.go_away().reason(), v1::GoAway::LIMIT_EXCEEDED);
}

TEST_F(WelcomeTest, DoesNotWaitForEverForHello) {
    options_.limits.hello_time_max = 200ms;
    start_server();
    auto connection = client::Connection::open(client_options("hospital"));
    ASSERT_TRUE(connection);
    v1::Frame answer;
    ASSERT_TRUE((*connection)->read_frame(answer, std::chrono::steady_clock::now() + soon));
    EXPECT_EQ(answer.go_away().reason(), v1::GoAway::TIMEOUT);
}

TEST_F(WelcomeTest, EndsTheSessionsOfARevokedCertificate) {
    start_server();
    const auto client = connect("practice");
    const auto other = connect("hospital");
    const auto config = ExchangePki::instance().server();
    const std::string pki = ExchangePki::instance().path("pki").string();
    ASSERT_EQ(crypto::test::run_script("revoke.sh", pki + " practice"), 0);
    auto tls = crypto::TlsServerContext::make(config, wall_);
    ASSERT_TRUE(tls);
    server_->replace_tls(*tls);
    server_->sweep();
    EXPECT_EQ(reason_of_end(*client), v1::GoAway::REVOKED);
    EXPECT_TRUE(events_.wait_for("session_ended_certificate"));
    EXPECT_TRUE(other->alive());
    auto resuming = client_options("practice");
    resuming.ticket = client->ticket();
    EXPECT_FALSE(ExchangeClient::connect(resuming));
}

TEST_F(WelcomeTest, EndsTheSessionsOfAnOrganisationThatIsHeld) {
    start_server();
    const auto client = connect("hospital");
    ASSERT_TRUE(await<Result<void>>([&](auto answer) {
        broker_->hold(by("party hold"), pipeline::her("100"), true, std::move(answer));
    }));
    server_->sweep();
    EXPECT_EQ(reason_of_end(*client), v1::GoAway::HELD);
    const auto again = ExchangeClient::connect(client_options("hospital"));
    ASSERT_FALSE(again);
    EXPECT_NE(again.error().detail.find("HELD"), std::string::npos);
}

TEST_F(WelcomeTest, EndsTheSessionsOfAnOrganisationThatLeftTheDirectory) {
    start_server();
    const auto client = connect("hospital");
    broker_->replace_directory(std::make_shared<const directory::Directory>());
    server_->sweep();
    EXPECT_EQ(reason_of_end(*client), v1::GoAway::NOT_REGISTERED);
}

TEST_F(WelcomeTest, HoldsTheLimitOfConnectionsOfAnOrganisation) {
    options_.limits.connections_per_organisation_max = 2;
    start_server();
    const auto first = connect("hospital");
    const auto second = connect("hospital");
    const auto third = ExchangeClient::connect(client_options("hospital"));
    ASSERT_FALSE(third);
    EXPECT_NE(third.error().detail.find("LIMIT_EXCEEDED"), std::string::npos);
    EXPECT_TRUE(events_.wait_for("session_refused_organisation_connections"));
    EXPECT_TRUE(ExchangeClient::connect(client_options("municipality")));
}

TEST_F(WelcomeTest, HoldsTheLimitOfConnectionsOfAnAddress) {
    options_.limits.connections_per_address_max = 1;
    start_server();
    const auto first = connect("hospital");
    EXPECT_FALSE(ExchangeClient::connect(client_options("municipality")));
    EXPECT_TRUE(events_.wait_for("connection_refused_address"));
}

TEST_F(WelcomeTest, EndsAHandshakeThatTakesTooLong) {
    options_.limits.handshake_time_max = 200ms;
    start_server();
    const auto options = client_options("hospital");
    // A plain connection that never sends a byte.
    const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(silent, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_TRUE(events_.wait_for("handshake_refused_timeout"));
    ::close(silent);
}

TEST_F(WelcomeTest, ClosesInOrderWhenTheClientSaysGoodbye) {
    start_server();
    const auto client = connect("hospital");
    auto pending = client->submit(draft("m1"), "sealed");
    EXPECT_TRUE(client->close());
    const auto receipt = pending.get();
    ASSERT_TRUE(receipt) << receipt.error().detail;
    EXPECT_EQ(receipt->outcome(), v1::Receipt::ACCEPTED);
    EXPECT_EQ(client->goodbye()->reason(), v1::GoAway::CLOSING);
    EXPECT_TRUE(events_.wait_for("session_closed"));
}

TEST_F(WelcomeTest, DrainAsksEverybodyToGoAndWaits) {
    start_server();
    const auto client = connect("hospital");
    EXPECT_FALSE(server_->drain(50ms));
    wait_for_goodbye(*client);
    EXPECT_EQ(client->goodbye().value_or(v1::GoAway()).reason(), v1::GoAway::DRAINING);
    EXPECT_TRUE(client->alive());
    EXPECT_FALSE(ExchangeClient::connect(client_options("hospital")));
    EXPECT_TRUE(client->close());
    EXPECT_TRUE(server_->drain(soon));
}

TEST_F(WelcomeTest, ADrainIsOverWhenTheLastPeerHasGoneAndNotBefore) {
    start_server();
    const auto client = connect("hospital");
    // So long that it would not come back, did it wait for its time.
    auto drained = std::async(std::launch::async, [this] {
        return server_->drain(1000 * limits::drain_time_max);
    });
    wait_for_goodbye(*client);
    EXPECT_EQ(client->goodbye().value_or(v1::GoAway()).reason(), v1::GoAway::DRAINING);
    EXPECT_EQ(drained.wait_for(100ms), std::future_status::timeout);
    EXPECT_TRUE(client->close());
    EXPECT_TRUE(drained.get());
}

TEST_F(WelcomeTest, StopEndsWhoDoesNotGo) {
    start_server();
    const auto client = connect("hospital");
    server_->stop();
    EXPECT_EQ(reason_of_end(*client), v1::GoAway::DRAINING);
    EXPECT_TRUE(server_->sessions().empty());
}

}  // namespace
}  // namespace budstikke::transport
