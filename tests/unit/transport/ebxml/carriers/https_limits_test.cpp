// The HTTPS listener holds every client to its limits: one below, at, one above.
#include "tests/unit/base/small_buffers.hpp"
#include "tests/unit/transport/ebxml/carriers/https_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using namespace std::chrono_literals;

class HttpsLimitsTest : public HttpsTest {
 protected:
    std::string ask(const std::string& bytes) {
        auto peer = this->peer();
        peer.send(bytes);
        return peer.answer().substr(0, 12);
    }
    /// A request whose header is that long, the empty line included.
    static std::string with_header_bytes(std::size_t bytes) {
        const std::string without = request("<a/>", "Content-Type: text/xml\r\nX: \r\n");
        const std::string padding(bytes - (without.size() - 4), 'x');
        return request("<a/>", "Content-Type: text/xml\r\nX: " + padding + "\r\n");
    }
    static std::string chunked(const std::string& body) {
        std::string text =
            "POST /ebxml HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\n"
            "Transfer-Encoding: chunked\r\n\r\n";
        for (const char byte : body) {
            text += std::string("1\r\n") + byte + "\r\n";
        }
        return text + "0\r\n\r\n";
    }
};

TEST_F(HttpsLimitsTest, HoldsTheDefaultsOfTheProject) {
    EXPECT_EQ(options_.limits.header_bytes_max, limits::https_header_bytes_max);
    EXPECT_EQ(options_.limits.package_bytes_max, limits::mime_bytes_max);
    EXPECT_EQ(options_.limits.header_time_max, limits::https_header_time_max);
    EXPECT_EQ(options_.limits.body_time_max, limits::https_body_time_max);
    EXPECT_EQ(options_.limits.idle_time_max, limits::https_idle_time_max);
    EXPECT_EQ(pool_options_.waiting_max, limits::https_requests_waiting_max);
}

TEST_F(HttpsLimitsTest, TakesAHeaderUpToItsLimit) {
    start();
    EXPECT_EQ(ask(with_header_bytes(limits::https_header_bytes_max - 1)), "HTTP/1.1 200");
    EXPECT_EQ(ask(with_header_bytes(limits::https_header_bytes_max)), "HTTP/1.1 200");
    EXPECT_EQ(ask(with_header_bytes(limits::https_header_bytes_max + 1)), "HTTP/1.1 431");
}

TEST_F(HttpsLimitsTest, TakesAPackageUpToItsLimitWithLengthAndInChunks) {
    options_.limits.package_bytes_max = package("").size() + 100;
    start();
    for (const std::size_t size : {99U, 100U}) {
        EXPECT_EQ(ask(request(std::string(size, 'x'))), "HTTP/1.1 200") << size;
        EXPECT_EQ(ask(chunked(std::string(size, 'x'))), "HTTP/1.1 200") << size;
    }
    EXPECT_EQ(ask(request(std::string(101, 'x'))), "HTTP/1.1 413");
    EXPECT_EQ(ask(chunked(std::string(101, 'x'))), "HTTP/1.1 413");
    EXPECT_EQ(receiver_.packages().size(), 4U);
}

TEST_F(HttpsLimitsTest, TakesThePackageOfTheProjectsLimitAndNotOneByteMore) {
    start();
    const std::size_t fits = limits::mime_bytes_max - package("").size();
    EXPECT_EQ(ask(request(std::string(fits, 'x'))), "HTTP/1.1 200");
    ASSERT_EQ(receiver_.packages().size(), 1U);
    EXPECT_EQ(receiver_.packages()[0].size(), limits::mime_bytes_max);
    const std::string large = request(std::string(fits + 1, 'x'));
    auto peer = this->peer();
    ASSERT_TRUE(peer.send(large.substr(0, large.size() - fits - 1)));
    EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpsLimitsTest, EndsAChunkHeaderThatHasNoEnd) {
    start();
    EXPECT_EQ(
        ask("POST /ebxml HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\n"
            "Transfer-Encoding: chunked\r\n\r\n2;x=" +
            std::string(2 * limits::https_header_bytes_max, 'y')),
        "HTTP/1.1 431"
    );
}

TEST_F(HttpsLimitsTest, ClosesConnectionsWhoseHeaderOrBodyTakesTooLong) {
    options_.limits.header_time_max = 100ms;
    options_.limits.body_time_max = 100ms;
    start();
    auto slow_header = this->peer();
    ASSERT_TRUE(slow_header.send("POST /ebxml HTT"));
    EXPECT_TRUE(slow_header.is_closed());
    auto slow_body = this->peer();
    const std::string bytes = request("<a/>");
    ASSERT_TRUE(slow_body.send(bytes.substr(0, bytes.size() - 1)));
    EXPECT_TRUE(slow_body.is_closed());
    EXPECT_EQ(events_.count("ebxml_http_timeout"), 2U);
    EXPECT_TRUE(receiver_.packages().empty());
}

TEST_F(HttpsLimitsTest, ClosesAConnectionThatSaysNothing) {
    options_.limits.idle_time_max = 100ms;
    start();
    auto peer = this->peer();
    EXPECT_TRUE(peer.is_closed());
    EXPECT_EQ(events_.count("ebxml_http_timeout"), 0U);
}

TEST_F(HttpsLimitsTest, ClosesAConnectionThatDoesNotReadItsAnswer) {
    start();
    const Package large{
        .content_type = "text/xml",
        .transfer_encoding = "",
        .body = std::string(32 * limits::mib, 'x')
    };
    receiver_.set_answer([&](const Arrival&) { return Reception{.reply = large}; });
    auto deaf = this->peer();
    keep_little_under_way();
    ASSERT_TRUE(deaf.send(request("<a/>")));
    ASSERT_TRUE(receiver_.wait_for(1)) << "from then on there is no other time that it could miss";
    leap_until("ebxml_http_timeout", options_.limits.connections.write_time_max);
    EXPECT_EQ(deaf.answer(), "");
    auto listening = this->peer();
    ASSERT_TRUE(listening.send(request("<a/>")));
    EXPECT_TRUE(listening.answer().ends_with(large.body));
}

TEST_F(HttpsLimitsTest, LetsSoManyHandshakesBeUnderWayAndEndsThoseThatTakeTooLong) {
    options_.limits.connections.handshakes_pending_per_address_max = 1;
    start();
    const auto silent = connect_to(listener_->port());
    ASSERT_TRUE(events_.wait_for("connection_accepted"));
    EXPECT_THROW(this->peer(), std::runtime_error);
    EXPECT_TRUE(events_.wait_for("connection_refused_address_handshakes"));
    leap_until("handshake_refused_timeout", options_.limits.connections.handshake_time_max);
    auto peer = this->peer();
    ASSERT_TRUE(peer.send(request("<a/>")));
    EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpsLimitsTest, LeavesTheReceiverItsTime) {
    // Both look at the clock in one go then, so that the end of the one tells of the other.
    ASSERT_EQ(options_.io_threads, 1U);
    start();
    auto silent = this->peer();
    receiver_.hold();
    auto peer = this->peer();
    ASSERT_TRUE(peer.send(request("<a/>")));
    ASSERT_TRUE(receiver_.wait_for(1));
    const auto& limits = options_.limits;
    clock_.leap_past(std::max(
        {limits.idle_time_max, limits.header_time_max, limits.body_time_max,
         limits.connections.write_time_max, limits.connections.closing_time_max}
    ));
    EXPECT_TRUE(silent.is_closed());
    receiver_.release();
    EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpsLimitsTest, LetsSoManyRequestsWaitForAWorkerAndRefusesOneMore) {
    pool_options_.workers = 1;
    pool_options_.waiting_max = 2;
    start();
    receiver_.hold();
    auto worked_on = this->peer();
    ASSERT_TRUE(worked_on.send(request("<a/>")));
    ASSERT_TRUE(receiver_.wait_for(1));
    auto below = this->peer();
    auto at = this->peer();
    ASSERT_TRUE(below.send(request("<b/>")));
    ASSERT_TRUE(at.send(request("<c/>")));
    // Which of them is the one too many, the order of the threads decides.
    auto above = this->peer();
    ASSERT_TRUE(above.send(request("<d/>")));
    ASSERT_TRUE(events_.wait_for("ebxml_http_busy"));
    receiver_.release();
    int served = 0;
    int refused = 0;
    for (HttpsPeer* peer : {&worked_on, &below, &at, &above}) {
        const std::string answer = peer->answer();
        served += answer.starts_with("HTTP/1.1 200 ") ? 1 : 0;
        refused += answer.starts_with("HTTP/1.1 503 ") ? 1 : 0;
    }
    EXPECT_EQ(served, 3);
    EXPECT_EQ(refused, 1);
}

TEST_F(HttpsLimitsTest, HoldsSoManyBytesOfAllClientsAndRefusesOneMore) {
    pool_options_.held_bytes_max = package(std::string(100, 'x')).size();
    start();
    EXPECT_EQ(ask(request(std::string(99, 'x'))), "HTTP/1.1 200");
    EXPECT_EQ(ask(request(std::string(100, 'x'))), "HTTP/1.1 200");
    EXPECT_EQ(ask(request(std::string(101, 'x'))), "HTTP/1.1 503");
    EXPECT_EQ(ask(request(std::string(100, 'x'))), "HTTP/1.1 200");
    EXPECT_EQ(receiver_.packages().size(), 3U);
}

TEST_F(HttpsLimitsTest, LetsInSoManyConnectionsInAllAndOfOneAddressAndOfOneOrganisation) {
    for (auto* limit :
         {&options_.limits.connections.connections_max,
          &options_.limits.connections.connections_per_address_max,
          &options_.limits.connections.connections_per_organisation_max}) {
        SCOPED_TRACE(limit - &options_.limits.connections.connections_max);
        const std::uint32_t before = std::exchange(*limit, 2);
        start();
        auto below = this->peer();
        auto at = this->peer();
        ASSERT_TRUE(at.send(request("<a/>")));
        ASSERT_TRUE(at.answer().starts_with("HTTP/1.1 200 "));
        try {
            EXPECT_TRUE(this->peer().is_closed());
        } catch (const std::runtime_error& error) {
            EXPECT_STREQ(error.what(), "no handshake");
        }
        ASSERT_TRUE(below.send(request("<a/>")));
        EXPECT_TRUE(below.answer().starts_with("HTTP/1.1 200 "));
        listener_.reset();
        *limit = before;
    }
    EXPECT_EQ(events_.count("connection_refused_total"), 1U);
    EXPECT_EQ(events_.count("connection_refused_address"), 1U);
    EXPECT_EQ(events_.count("session_refused_organisation_connections"), 1U);
}

}  // namespace
}  // namespace budstikke::ebxml::test
