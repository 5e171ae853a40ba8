// The HTTPS listener serves who has a certificate, hands over whole packages and answers as the
// Receiver says.
#include <future>

#include "tests/unit/transport/ebxml/carriers/https_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using HttpsListenerTest = HttpsTest;
using Kind = Reception::Kind;

TEST_F(HttpsListenerTest, HandsOverHeadersOfMimeAndBodyAndAnswersEmptyWhereThereIsNothingToSay) {
    start();
    auto peer = this->peer();
    ASSERT_TRUE(peer.send(request(
        "<a/>",
        "Content-Type: text/xml\r\nX-Other: no\r\nsoapaction: \"ebXML\"\r\n"
        "Content-Transfer-Encoding: 8bit\r\n"
    )));
    const std::string answer = peer.answer();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("Content-Length: 0\r\nConnection: keep-alive\r\n\r\n")) << answer;
    ASSERT_EQ(receiver_.packages().size(), 1U);
    EXPECT_EQ(
        receiver_.packages()[0],
        "Content-Type: text/xml\r\nsoapaction: \"ebXML\"\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n<a/>"
    );
    EXPECT_EQ(receiver_.sources()[0], "127.0.0.1");
}

TEST_F(HttpsListenerTest, GivesTheReplyInTheSameExchangeAndAFaultWith500) {
    start();
    const Package reply{.content_type = "text/xml", .transfer_encoding = "8bit", .body = "<r/>"};
    receiver_.set_answer([&](const Arrival&) { return Reception{.reply = reply}; });
    auto peer = this->peer();
    ASSERT_TRUE(peer.send(request("<a/>")));
    const std::string answer = peer.answer();
    EXPECT_TRUE(
        answer.starts_with("HTTP/1.1 200 OK\r\nSOAPAction: \"ebXML\"\r\nContent-Type: "
                           "text/xml\r\nContent-Transfer-Encoding: 8bit\r\n")
    ) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n<r/>")) << answer;
    receiver_.set_answer([&](const Arrival&) {
        return Reception{.reply = reply, .reply_is_fault = true};
    });
    ASSERT_TRUE(peer.send(request("<b/>")));
    EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 500 "));
}

TEST_F(HttpsListenerTest, SaysLaterWith503WhereNothingWasKept) {
    start();
    receiver_.set_answer([](const Arrival&) {
        return Reception{.kind = Kind::later, .reply = std::nullopt};
    });
    auto peer = this->peer();
    ASSERT_TRUE(peer.send(request("<a/>")));
    const std::string answer = peer.answer();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_NE(answer.find("\r\nRetry-After: 30\r\n"), std::string::npos);
}

TEST_F(HttpsListenerTest, AFailingReceiverKeptNothing) {
    start();
    receiver_.set_answer([](const Arrival&) -> Reception { throw std::runtime_error("x"); });
    auto peer = this->peer();
    ASSERT_TRUE(peer.send(request("<a/>")));
    EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 503 "));
    EXPECT_EQ(events_.count("ebxml_receive_failed source=127.0.0.1"), 1U);
}

TEST_F(HttpsListenerTest, TakesRequestsOneAfterTheOtherAlsoThoseThatWereSentAhead) {
    start();
    auto peer = this->peer();
    ASSERT_TRUE(peer.send(request("<a/>") + request("<b/>") + request("<c/>")));
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 200 "));
    }
    EXPECT_EQ(
        receiver_.packages(), (std::vector{package("<a/>"), package("<b/>"), package("<c/>")})
    );
}

TEST_F(HttpsListenerTest, ReadsChunksWithExtensionsAndTrailersByteByByte) {
    start();
    auto peer = this->peer();
    const std::string bytes =
        "POST /ebxml HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\n"
        "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\n<a\r\n2\r\n/>\r\n0\r\nX-T: 1\r\n\r\n";
    for (const char byte : bytes) {
        ASSERT_TRUE(peer.send({&byte, 1}));
    }
    EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(receiver_.packages(), std::vector{package("<a/>")});
}

TEST_F(HttpsListenerTest, TellsAClientThatAsksToGoOn) {
    start();
    auto peer = this->peer();
    ASSERT_TRUE(
        peer.send("POST /ebxml HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\n"
                  "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    );
    EXPECT_EQ(peer.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
    ASSERT_TRUE(peer.send("<a/>"));
    EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpsListenerTest, ClosesAfterTheAnswerWhereTheClientAsksForIt) {
    start();
    auto peer = this->peer();
    ASSERT_TRUE(peer.send(request("<a/>", "Content-Type: text/xml\r\nConnection: close\r\n")));
    EXPECT_NE(peer.answer().find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(HttpsListenerTest, LetsInNobodyWithoutACertificateThatItBelieves) {
    start();
    for (const char* certificate : {"", "foreign", "expired", "revoked", "server-eku"}) {
        // The client of TLS 1.3 is done before the server has looked at its certificate.
        try {
            auto peer = this->peer(certificate);
            EXPECT_FALSE(peer.send(request("<a/>")) && !peer.answer().empty()) << certificate;
        } catch (const std::runtime_error& error) {
            EXPECT_STREQ(error.what(), "no handshake");
        }
    }
    EXPECT_TRUE(events_.wait_for("handshake_refused_", 5));
    EXPECT_TRUE(receiver_.packages().empty());
}

TEST_F(HttpsListenerTest, AClientThatGoesAwayInTheMiddleLeavesNothing) {
    start();
    {
        auto peer = this->peer();
        const std::string bytes = request("<whole/>");
        ASSERT_TRUE(peer.send(std::string_view(bytes).substr(0, bytes.size() - 1)));
        peer.vanish();
    }
    ASSERT_TRUE(listener_->drain(std::chrono::minutes(2)));
    EXPECT_TRUE(receiver_.packages().empty());
}

TEST_F(HttpsListenerTest, AClientThatGoesAwayBeforeTheAnswerCostsNothing) {
    start();
    receiver_.hold();
    {
        auto peer = this->peer();
        ASSERT_TRUE(peer.send(request("<a/>")));
        ASSERT_TRUE(receiver_.wait_for(1));
        peer.vanish();
    }
    receiver_.release();
    EXPECT_TRUE(listener_->drain(std::chrono::minutes(2)));
}

TEST_F(HttpsListenerTest, DrainingAnswersWhatHasBegunAndEndsWhatIsIdle) {
    // Both are asked in one go then, so that the end of the one tells of the other.
    ASSERT_EQ(options_.io_threads, 1U);
    start();
    receiver_.hold();
    auto busy = this->peer();
    auto idle = this->peer();
    ASSERT_TRUE(busy.send(request("<a/>")));
    ASSERT_TRUE(receiver_.wait_for(1));
    auto drained =
        std::async(std::launch::async, [&] { return listener_->drain(std::chrono::minutes(2)); });
    EXPECT_TRUE(idle.is_closed());
    receiver_.release();
    const std::string answer = busy.answer();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
    busy.vanish();
    idle.vanish();
    EXPECT_TRUE(drained.get());
    EXPECT_THROW(this->peer(), std::runtime_error);
}

TEST_F(HttpsListenerTest, StoppingAnswersWhatTheReceiverHasAndCutsOffTheRest) {
    start();
    receiver_.hold();
    auto busy = this->peer();
    auto slow = this->peer();
    ASSERT_TRUE(busy.send(request("<a/>")));
    ASSERT_TRUE(slow.send("POST /ebxml HTTP/1.1\r\n"));
    ASSERT_TRUE(receiver_.wait_for(1));
    auto stopped = std::async(std::launch::async, [&] { listener_->stop(); });
    EXPECT_TRUE(slow.is_closed());
    receiver_.release();
    EXPECT_TRUE(busy.answer().starts_with("HTTP/1.1 200 "));
    busy.vanish();
    slow.vanish();
    stopped.get();
    EXPECT_EQ(listener_->connections(), 0U);
}

TEST_F(HttpsListenerTest, AReloadEndsTheConnectionsOfCertificatesThatAreRevokedNow) {
    auto before = tls_config();
    const auto& pki = crypto::test::TestPki::instance();
    before.crl_files[0] = pki.path("root-before-revocation.crl");
    before.crl_files[1] = pki.path("before-revocation.crl");
    pool_.emplace(pool_options_, receiver_, events_);
    auto listener = HttpsListener::start(options_, tls(before), *pool_, clock_, events_);
    ASSERT_TRUE(listener) << listener.error().detail;
    listener_ = *std::move(listener);
    auto revoked = this->peer("revoked");
    auto other = this->peer();
    for (HttpsPeer* peer : {&revoked, &other}) {
        ASSERT_TRUE(peer->send(request("<a/>")));
        ASSERT_TRUE(peer->answer().starts_with("HTTP/1.1 200 "));
    }
    listener_->replace_tls(tls(tls_config()));
    EXPECT_TRUE(revoked.is_closed());
    EXPECT_TRUE(events_.wait_for("session_ended_certificate"));
    ASSERT_TRUE(other.send(request("<b/>")));
    EXPECT_TRUE(other.answer().starts_with("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace budstikke::ebxml::test
