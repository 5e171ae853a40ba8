// The HTTPS client gives a partner one attempt, believes who it must and says what came of it.
#include <array>
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>

#include "broker/transport/ebxml/https/client.hpp"
#include "tests/unit/transport/ebxml/carriers/https_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using namespace std::chrono_literals;

class HttpsClientTest : public HttpsTest {
 protected:
    static HttpsClientOptions options(const std::string& certificate = "hospital") {
        const auto& pki = crypto::test::TestPki::instance();
        HttpsClientOptions options;
        options.tls.ca_file = pki.path("ca.crt");
        if (!certificate.empty()) {
            options.tls.certificate_file = pki.certificate(certificate);
            options.tls.key_file = pki.key(certificate);
        }
        return options;
    }
    std::string url(const std::string& host = "localhost") const {
        return "https://" + host + ":" + std::to_string(listener_->port()) + "/ebxml";
    }
    std::expected<std::string, CarrierFault> send(
        HttpsClient& client, const std::string& to, const Package& package
    ) {
        return client.send({
            .endpoint = to,
            .package = package,
            .from_address = {},
            .mail_id = {},
            .in_reply_to = {},
        });
    }
    void expect_fault(HttpsClient& client, const std::string& to, CarrierFault fault) {
        const auto sent = send(client, to, package_);
        ASSERT_FALSE(sent);
        EXPECT_EQ(name(sent.error()), name(fault));
    }

    const Package package_{
        .content_type = "text/xml; charset=UTF-8",
        .transfer_encoding = "base64",
        .body = "PGEvPg==\r\n"
    };
};

TEST_F(HttpsClientTest, SendsThePackageAsItIsAndGivesWhatCameBack) {
    start();
    HttpsClient client(options());
    const auto nothing = send(client, url(), package_);
    ASSERT_TRUE(nothing) << name(nothing.error());
    EXPECT_EQ(*nothing, "");
    ASSERT_EQ(receiver_.packages().size(), 1U);
    EXPECT_EQ(
        receiver_.packages()[0],
        "Content-Type: text/xml; charset=UTF-8\r\nSOAPAction: \"ebXML\"\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nPGEvPg==\r\n"
    );
    const Package reply{.content_type = "text/xml", .transfer_encoding = "8bit", .body = "<r/>"};
    receiver_.set_answer([&](const Arrival&) { return Reception{.reply = reply}; });
    const auto back = send(client, url(), package_);
    ASSERT_TRUE(back);
    EXPECT_EQ(
        *back,
        "SOAPAction: \"ebXML\"\r\nContent-Type: text/xml\r\nContent-Transfer-Encoding: "
        "8bit\r\n\r\n<r/>"
    );
}

TEST_F(HttpsClientTest, UsesItsConnectionAgain) {
    start();
    HttpsClient client(options());
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(send(client, url(), package_));
    }
    EXPECT_EQ(events_.count("connection_accepted"), 1U);
}

TEST_F(HttpsClientTest, HasOneConnectionForEachThreadThatSendsAtOnceAndKeepsThem) {
    start();
    HttpsClient client(options());
    for (int round = 0; round < 2; ++round) {
        receiver_.hold();
        std::vector<std::future<bool>> sent;
        for (int i = 0; i < 3; ++i) {
            sent.push_back(std::async(std::launch::async, [&] {
                return send(client, url(), package_).has_value();
            }));
        }
        ASSERT_TRUE(receiver_.wait_for(static_cast<std::size_t>(3 * round + 3)));
        receiver_.release();
        for (auto& one : sent) {
            EXPECT_TRUE(one.get());
        }
    }
    EXPECT_EQ(events_.count("connection_accepted"), 3U);
}

TEST_F(HttpsClientTest, GivesAFaultThatComesWith500) {
    start();
    const Package reply{.content_type = "text/xml", .transfer_encoding = "", .body = "<f/>"};
    receiver_.set_answer([&](const Arrival&) {
        return Reception{.reply = reply, .reply_is_fault = true};
    });
    HttpsClient client(options());
    const auto back = send(client, url(), package_);
    ASSERT_TRUE(back);
    EXPECT_TRUE(back->ends_with("\r\n\r\n<f/>"));
}

TEST_F(HttpsClientTest, TellsLaterFromRefused) {
    start();
    receiver_.set_answer([](const Arrival&) {
        return Reception{.kind = Reception::Kind::later, .reply = std::nullopt};
    });
    HttpsClient client(options());
    expect_fault(client, url(), CarrierFault::refused_for_now);
    std::string elsewhere = url();
    elsewhere += "/not-here";
    expect_fault(client, elsewhere, CarrierFault::refused);
    expect_fault(client, "http://localhost/", CarrierFault::not_supported);
    expect_fault(client, "mailto:a@b.example", CarrierFault::not_supported);
    expect_fault(client, "file:///etc/hostname", CarrierFault::not_supported);
}

TEST_F(HttpsClientTest, BelievesNoServerOfAnotherAuthorityOrName) {
    start();
    HttpsClient client(options());
    expect_fault(client, url("other.localhost"), CarrierFault::untrusted);
    auto strange = options();
    strange.tls.ca_file = crypto::test::TestPki::instance().path("deep-1/ca.crt");
    HttpsClient other(strange);
    expect_fault(other, url(), CarrierFault::untrusted);
    EXPECT_TRUE(receiver_.packages().empty());
}

TEST_F(HttpsClientTest, BelievesAServerOnlyWithCurrentListsOfAllItsAuthoritiesWhereItHasAny) {
    start();
    const auto& pki = crypto::test::TestPki::instance();
    crypto::test::TempFolder folder;
    const auto send_with = [&](const std::string& root, const std::string& issuing) {
        auto given = options();
        given.tls.crl_file = folder.path("lists.crl");
        crypto::test::write_file(
            given.tls.crl_file,
            crypto::test::read_all(pki.path(root)) +
                (issuing.empty() ? "" : crypto::test::read_all(pki.path(issuing)))
        );
        const auto client = HttpsClient::make(given);
        const auto sent = send(**client, url(), package_);
        return sent ? std::string("sent") : std::string(name(sent.error()));
    };
    EXPECT_EQ(send_with("root-ca.crl", "issuing-ca.crl"), "sent");
    EXPECT_EQ(send_with("root-ca.crl", "stale.crl"), "untrusted");
    EXPECT_EQ(send_with("root-ca.crl", ""), "untrusted");
    EXPECT_EQ(send_with("root-revokes-issuing.crl", "issuing-ca.crl"), "untrusted");
    EXPECT_EQ(receiver_.packages().size(), 1U);
}

TEST_F(HttpsClientTest, SaysThatItIsNotBelieved) {
    start();
    for (const char* certificate : {"", "foreign", "expired", "revoked"}) {
        HttpsClient client(options(certificate));
        SCOPED_TRACE(certificate);
        expect_fault(client, url(), CarrierFault::untrusted);
    }
    EXPECT_TRUE(receiver_.packages().empty());
}

TEST_F(HttpsClientTest, EndsAnAttemptThatTakesTooLong) {
    start();
    receiver_.hold();
    auto quick = options();
    EXPECT_EQ(quick.exchange_time_max, limits::ebxml_exchange_time_max);
    quick.exchange_time_max = 500ms;
    HttpsClient client(quick);
    expect_fault(client, url(), CarrierFault::unreachable);
    listener_->drain(0s);
    receiver_.release();
}

TEST_F(HttpsClientTest, EndsAnAttemptSoonWhenItIsToStop) {
    start();
    receiver_.hold();
    auto patient = options();
    patient.exchange_time_max = 1h;
    HttpsClient client(patient);
    std::stop_source stop;
    auto sent = std::async(std::launch::async, [&] {
        return client.send({
            .endpoint = url(),
            .package = package_,
            .from_address = {},
            .mail_id = {},
            .in_reply_to = {},
            .stop = stop.get_token(),
        });
    });
    ASSERT_TRUE(receiver_.wait_for(1));
    stop.request_stop();
    const auto interrupted = sent.get();
    ASSERT_FALSE(interrupted);
    EXPECT_EQ(name(interrupted.error()), "interrupted");
    receiver_.release();
    // The handle that was told to stop is told anew each time.
    EXPECT_TRUE(send(client, url(), package_));
}

TEST_F(HttpsClientTest, ReachesNobodyWhereNobodyListens) {
    start();
    const std::string gone = url();
    listener_->stop();
    HttpsClient client(options());
    expect_fault(client, gone, CarrierFault::unreachable);
    expect_fault(client, "https://nowhere.invalid/ebxml", CarrierFault::unreachable);
}

/// A server that is killed in the middle of the handshake: it has read its beginning, and goes with
/// the end of the stream, or with a reset.
class KilledServer {
 public:
    explicit KilledServer(bool resets)
        : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        // The type that these calls want; the address is of a sockaddr_in's own kind.
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listening_.get(), generic, size) != 0 || ::listen(listening_.get(), 1) != 0 ||
            ::getsockname(listening_.get(), generic, &size) != 0) {
            throw std::runtime_error("no server");
        }
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this, resets] { serve_one(resets); });
    }
    std::string url() const { return "https://localhost:" + std::to_string(port_) + "/ebxml"; }

 private:
    void serve_one(bool resets) const {
        const transport::SocketHandle client(::accept(listening_.get(), nullptr, nullptr));
        std::array<char, 4096> beginning{};
        EXPECT_GT(::recv(client.get(), beginning.data(), beginning.size(), 0), 0);
        const linger at_once{.l_onoff = resets ? 1 : 0, .l_linger = 0};
        EXPECT_EQ(::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    }

    transport::SocketHandle listening_;
    std::uint16_t port_ = 0;
    std::jthread thread_;
};

TEST_F(HttpsClientTest, AServerThatGoesInTheMiddleOfTheHandshakeIsNotUntrusted) {
    for (const bool resets : {false, true}) {
        const KilledServer server(resets);
        HttpsClient client(options());
        SCOPED_TRACE(resets);
        expect_fault(client, server.url(), CarrierFault::unreachable);
    }
}

TEST_F(HttpsClientTest, TakesAnAnswerUpToItsLimit) {
    start();
    Package reply{.content_type = "text/xml", .transfer_encoding = "", .body = "0123456789"};
    receiver_.set_answer([&](const Arrival&) { return Reception{.reply = reply}; });
    auto given = options();
    EXPECT_EQ(given.answer_bytes_max, limits::mime_bytes_max);
    HttpsClient any(given);
    const std::size_t whole = send(any, url(), package_)->size();
    for (const std::size_t room : {whole - 1, whole, whole + 1}) {
        given.answer_bytes_max = room;
        HttpsClient client(given);
        const auto back = send(client, url(), package_);
        EXPECT_EQ(back.has_value(), room >= whole) << room;
        if (!back) {
            EXPECT_EQ(back.error(), CarrierFault::too_large);
        }
    }
}

TEST_F(HttpsClientTest, AsksNoProxyOfTheEnvironment) {
    start();
    ::setenv("https_proxy", "http://127.0.0.1:9", 1);
    ::setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
    HttpsClient client(options());
    EXPECT_TRUE(send(client, url(), package_));
    ::unsetenv("https_proxy");
    ::unsetenv("ALL_PROXY");
}

TEST_F(HttpsClientTest, IsNotMadeWithAKeyThatOthersMayReadOrFilesThatAreNotThere) {
    crypto::test::TempFolder folder;
    auto given = options();
    const auto open_key = folder.path("open.key");
    crypto::test::write_file(open_key, crypto::test::read_all(given.tls.key_file), 0640);
    given.tls.key_file = open_key;
    const auto open = HttpsClient::make(given);
    ASSERT_FALSE(open);
    EXPECT_EQ(open.error().code, Errc::denied);
    given = options();
    given.tls.ca_file = folder.path("none.crt");
    const auto none = HttpsClient::make(given);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::not_found);
    EXPECT_TRUE(HttpsClient::make(options()));
}

}  // namespace
}  // namespace budstikke::ebxml::test
