// A TLS session as its users see it: bytes both ways, back-pressure, orderly and rude endings,
// resumption, and our own client's checks of the server.
#include "broker/crypto/tls_session.hpp"

#include <array>
#include <chrono>

#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/digest.hpp"
#include "broker/crypto/tls_context.hpp"
#include "tests/unit/crypto/raw_client.hpp"
#include "tests/unit/crypto/test_pki.hpp"

namespace budstikke::crypto::test {
namespace {

constexpr int rounds_max = 1000;

bool waits(const TlsStep& step) {
    return step.state == TlsState::want_read || step.state == TlsState::want_write;
}

template <typename Context, typename Config>
Context made(const Config& config, const Clock& clock) {
    Result<Context> context = Context::make(config, clock);
    if (!context) throw std::runtime_error(context.error().detail);
    return *context;
}

// Both ends of one connection in this thread.
class Connection {
 public:
    Connection(
        const TlsServerContext& server_context, const TlsClientContext& client_context,
        std::string_view name = "localhost", std::string_view ticket = {}
    )
        : server(*server_context.accept(sockets.server())),
          client(*client_context.connect(sockets.client(), name, ticket)) {
        for (int round = 0; round < rounds_max; ++round) {
            if (round == 0 || waits(client_step)) client_step = client.handshake();
            if (round == 0 || waits(server_step)) server_step = server.handshake();
            if (!waits(client_step) && !waits(server_step)) break;
            if (client_step.state == TlsState::failed || server_step.state == TlsState::failed) {
                if (round > 10) break;
            }
        }
    }

    // What the client gets of this text that the server sends.
    std::string deliver(std::string_view text) {
        std::size_t sent = 0;
        std::string got;
        std::array<char, 4096> space{};
        for (int round = 0; round < rounds_max && got.size() < text.size(); ++round) {
            if (sent < text.size()) sent += server.write(text.substr(sent)).bytes;
            for (TlsStep step = client.read(space); step.state == TlsState::ok;
                 step = client.read(space)) {
                got.append(space.data(), step.bytes);
            }
        }
        return got;
    }

    SocketPair sockets;
    TlsSession server;
    TlsSession client;
    TlsStep server_step;
    TlsStep client_step;
};

class Session : public testing::Test {
 protected:
    TlsServerContext listener() const { return made<TlsServerContext>(pki.server(), clock); }
    TlsClientContext hospital() const {
        return made<TlsClientContext>(pki.client("hospital"), clock);
    }

    RawClient raw_hospital(const SocketPair& sockets) const {
        return RawClient(
            {.certificate = pki.certificate("hospital"), .key = pki.key("hospital")},
            sockets.client()
        );
    }
    static TlsState shake_hands(TlsSession& server, RawClient& client) {
        TlsStep step{.state = TlsState::want_read};
        for (int round = 0; round < rounds_max && waits(step); ++round) {
            client.step();
            step = server.handshake();
        }
        return step.state;
    }

    const TestPki& pki = TestPki::instance();
    SettableClock clock;
};

TEST_F(Session, NamesThePeerAndTheProtocol) {
    Connection connection(listener(), hospital());
    ASSERT_EQ(connection.server_step.state, TlsState::ok) << name(connection.server_step.fault);
    ASSERT_EQ(connection.client_step.state, TlsState::ok) << name(connection.client_step.fault);
    EXPECT_EQ(*connection.server.peer(), *read_peer_identity(pki.certificate("hospital")));
    EXPECT_EQ(connection.client.peer(), nullptr) << "the server names no organisation";
    EXPECT_EQ(connection.server.alpn(), "budstikke/1");
    EXPECT_EQ(connection.client.alpn(), "budstikke/1");
    EXPECT_EQ(connection.client.version(), "TLSv1.3");
    EXPECT_FALSE(connection.client.cipher().empty());
    EXPECT_FALSE(connection.server.resumed());
}

TEST_F(Session, OutlivesTheContextThatItWasMadeFrom) {
    auto context = std::make_unique<TlsServerContext>(listener());
    const SocketPair sockets;
    Result<TlsSession> server = context->accept(sockets.server());
    context.reset();
    RawClient client = raw_hospital(sockets);
    EXPECT_EQ(shake_hands(*server, client), TlsState::ok);
}

TEST_F(Session, GivesTheTurnBackWhileAPeerFloodsWithKeyUpdates) {
    const TlsServerContext context = listener();
    const SocketPair sockets;
    Result<TlsSession> server = context.accept(sockets.server());
    RawClient client = raw_hospital(sockets);
    ASSERT_EQ(shake_hands(*server, client), TlsState::ok);
    const std::string flood = client.key_updates(4000);
    ASSERT_GT(flood.size(), limits::tls_step_bytes_max);
    ASSERT_EQ(
        ::send(sockets.client(), flood.data(), flood.size(), MSG_NOSIGNAL),
        static_cast<ssize_t>(flood.size())
    );
    std::array<char, 16> space{};
    EXPECT_EQ(server->read(space).state, TlsState::want_read);
    int left = 0;
    ASSERT_EQ(::ioctl(sockets.server(), FIONREAD, &left), 0);
    EXPECT_EQ(static_cast<std::size_t>(left), flood.size() - limits::tls_step_bytes_max);
    EXPECT_EQ(server->read(space).state, TlsState::want_read) << "the next turn reads on";
    ASSERT_EQ(::ioctl(sockets.server(), FIONREAD, &left), 0);
    EXPECT_EQ(left, 0);
}

TEST_F(Session, CarriesMoreThanTheSocketHoldsUnchanged) {
    Connection connection(listener(), hospital());
    std::string text;
    for (int i = 0; i < 300'000; ++i)
        text += std::to_string(i) + ",";
    EXPECT_EQ(sha256(connection.deliver(text)), sha256(text));
}

TEST_F(Session, SaysWhatToWaitForWhenNobodyReads) {
    Connection connection(listener(), hospital());
    const std::string megabyte(1024 * 1024, 'x');
    TlsStep step;
    for (int round = 0; round < rounds_max && step.state == TlsState::ok; ++round) {
        step = connection.server.write(megabyte);
    }
    EXPECT_EQ(step.state, TlsState::want_write);
    std::array<char, 16> space{};
    EXPECT_EQ(connection.server.read(space).state, TlsState::want_read);
}

TEST_F(Session, TellsAnOrderlyEndFromALostConnection) {
    Connection orderly(listener(), hospital());
    std::array<char, 16> space{};
    EXPECT_EQ(orderly.client.shutdown().state, TlsState::ok);
    EXPECT_EQ(orderly.server.read(space).state, TlsState::closed);
    EXPECT_EQ(orderly.server.shutdown().state, TlsState::ok);

    Connection rude(listener(), hospital());
    rude.sockets.close_client();
    const TlsStep step = rude.server.read(space);
    EXPECT_EQ(step.state, TlsState::failed);
    EXPECT_EQ(name(step.fault), "connection_lost");
    EXPECT_EQ(name(rude.server.write("x").fault), "connection_lost");
}

TEST_F(Session, SurvivesWritingToAPeerThatHasGone) {
    Connection connection(listener(), hospital());
    connection.sockets.close_client();
    // A signal would end the test program here.
    const TlsStep step = connection.server.write("nobody hears this");
    EXPECT_EQ(step.state, TlsState::failed);
    EXPECT_EQ(name(step.fault), "connection_lost");
}

TEST_F(Session, DoesNotTalkBeforeTheHandshake) {
    const SocketPair sockets;
    Result<TlsSession> server = listener().accept(sockets.server());
    std::array<char, 16> space{};
    EXPECT_EQ(server->handshake().state, TlsState::want_read);
    EXPECT_EQ(server->peer(), nullptr);
    EXPECT_EQ(server->shutdown().state, TlsState::ok);
    EXPECT_EQ(server->write("too early").state, TlsState::failed);
    EXPECT_EQ(server->read(space).state, TlsState::failed);
}

TEST_F(Session, RecognisesWhatIsNotTls) {
    for (const std::string_view text :
         {"GET / HTTP/1.1\r\n\r\n", "MSH|^~\\&|LAB|||\r", "\x0b\x1c\r\n\r\n"}) {
        const SocketPair sockets;
        Result<TlsSession> server = listener().accept(sockets.server());
        ASSERT_GT(::send(sockets.client(), text.data(), text.size(), MSG_NOSIGNAL), 0);
        const TlsStep step = server->handshake();
        EXPECT_EQ(step.state, TlsState::failed);
        EXPECT_EQ(name(step.fault), "not_tls");
    }
}

TEST_F(Session, ResumesOnceMoreWithTheSamePeer) {
    const TlsServerContext context = listener();
    const TlsClientContext client = hospital();
    Connection first(context, client);
    ASSERT_EQ(first.deliver("hello"), "hello");
    const std::string ticket = first.client.ticket();
    ASSERT_FALSE(ticket.empty());
    Connection second(context, client, "localhost", ticket);
    ASSERT_EQ(second.server_step.state, TlsState::ok) << name(second.server_step.fault);
    EXPECT_TRUE(second.server.resumed());
    EXPECT_TRUE(second.client.resumed());
    EXPECT_EQ(*second.server.peer(), *first.server.peer());
    EXPECT_EQ(second.server.alpn(), "budstikke/1");
    EXPECT_EQ(second.deliver("again"), "again");
}

TEST_F(Session, DoesNotResumeACertificateThatHasExpiredSince) {
    TlsServerConfig config = pki.server();
    config.stale_lists = StaleListPolicy::use_stale;
    const auto context = made<TlsServerContext>(config, clock);
    const SettableClock still;
    const auto client = made<TlsClientContext>(pki.client("other"), still);
    Connection first(context, client);
    ASSERT_EQ(first.deliver("hello"), "hello");
    clock.advance_wall(std::chrono::hours(48));
    Connection second(context, client, "localhost", first.client.ticket());
    EXPECT_EQ(second.server_step.state, TlsState::failed);
    EXPECT_EQ(name(second.server_step.fault), "expired");
}

TEST_F(Session, DoesNotResumeOnceTheListIsStale) {
    const TlsServerContext context = listener();
    const SettableClock still;
    const auto client = made<TlsClientContext>(pki.client("hospital"), still);
    Connection first(context, client);
    ASSERT_EQ(first.deliver("hello"), "hello");
    clock.advance_wall(std::chrono::hours(24 * 31));
    Connection second(context, client, "localhost", first.client.ticket());
    EXPECT_EQ(name(second.server_step.fault), "crl_stale");
}

TEST_F(Session, DoesNotResumeARevokedPartyAfterTheReload) {
    TlsServerConfig before = pki.server();
    before.crl_files = {pki.path("root-ca.crl"), pki.path("before-revocation.crl")};
    const auto old_context = made<TlsServerContext>(before, clock);
    const auto client = made<TlsClientContext>(pki.client("revoked"), clock);
    Connection first(old_context, client);
    ASSERT_EQ(first.deliver("hello"), "hello");
    const TlsServerContext reloaded = listener();
    Connection second(reloaded, client, "localhost", first.client.ticket());
    EXPECT_EQ(name(second.server_step.fault), "revoked");
    // The sweep ends the first one.
    EXPECT_EQ(old_context.recheck(*first.server.peer()), TlsFault::none);
    EXPECT_EQ(reloaded.recheck(*first.server.peer()), TlsFault::revoked);
}

TEST_F(Session, FallsBackToAFullHandshakeForATicketOfAnotherContext) {
    const TlsClientContext client = hospital();
    Connection first(listener(), client);
    ASSERT_EQ(first.deliver("hello"), "hello");
    Connection second(listener(), client, "localhost", first.client.ticket());
    EXPECT_EQ(second.server_step.state, TlsState::ok) << name(second.server_step.fault);
    EXPECT_FALSE(second.server.resumed());
    Connection third(listener(), client, "localhost", "no ticket at all");
    EXPECT_EQ(third.server_step.state, TlsState::ok);
}

TEST_F(Session, ForgetsTicketsWhenTheirKeysHaveTurnedTwice) {
    const TlsServerContext context = listener();
    const TlsClientContext client = hospital();
    Connection first(context, client);
    ASSERT_EQ(first.deliver("hello"), "hello");
    const std::string ticket = first.client.ticket();
    clock.advance_steady(limits::tls_session_time_max);
    Connection second(context, client, "localhost", ticket);
    EXPECT_TRUE(second.server.resumed()) << "the key before is still believed";
    clock.advance_steady(limits::tls_session_time_max);
    Connection third(context, client, "localhost", ticket);
    EXPECT_EQ(third.server_step.state, TlsState::ok);
    EXPECT_FALSE(third.server.resumed());
}

TEST_F(Session, ReportsARefusalToOurClientAsThePeersWord) {
    const auto client = made<TlsClientContext>(pki.client("foreign"), clock);
    Connection connection(listener(), client);
    EXPECT_EQ(name(connection.server_step.fault), "unknown_issuer");
    std::array<char, 16> space{};
    const TlsStep step = connection.client.read(space);
    EXPECT_EQ(step.state, TlsState::failed);
    EXPECT_EQ(name(step.fault), "refused_by_peer");
}

TEST_F(Session, ChecksTheServersNameAtTheClient) {
    const TlsServerContext context = listener();
    for (const char* right : {"localhost", "127.0.0.1", "::1"}) {
        EXPECT_EQ(Connection(context, hospital(), right).client_step.state, TlsState::ok) << right;
    }
    for (const char* wrong : {"broker.example", "127.0.0.2"}) {
        const Connection connection(context, hospital(), wrong);
        EXPECT_EQ(name(connection.client_step.fault), "wrong_server_name") << wrong;
        EXPECT_EQ(name(connection.server_step.fault), "refused_by_peer") << wrong;
    }
}

TEST_F(Session, DoesNotResumeWithAServerOfAnotherName) {
    const TlsServerContext context = listener();
    const TlsClientContext client = hospital();
    Connection first(context, client);
    ASSERT_EQ(first.deliver("hello"), "hello");
    const Connection second(context, client, "broker.example", first.client.ticket());
    EXPECT_EQ(name(second.client_step.fault), "wrong_server_name");
}

TEST_F(Session, ChecksTheServersIssuerAndPurposeAtTheClient) {
    TlsClientConfig trusting_others = pki.client("hospital");
    trusting_others.ca_files = {pki.path("foreign-ca/ca.crt")};
    const auto stranger = made<TlsClientContext>(trusting_others, clock);
    EXPECT_EQ(name(Connection(listener(), stranger).client_step.fault), "unknown_issuer");
    TlsServerConfig client_certificate = pki.server();
    client_certificate.certificate_chain_file = pki.certificate("hospital");
    client_certificate.key_file = pki.key("hospital");
    const auto impostor = made<TlsServerContext>(client_certificate, clock);
    EXPECT_EQ(name(Connection(impostor, hospital()).client_step.fault), "wrong_purpose");
}

}  // namespace
}  // namespace budstikke::crypto::test
