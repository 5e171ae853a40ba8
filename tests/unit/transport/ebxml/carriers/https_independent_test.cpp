// Listener and client understand what software that is not ours says of HTTPS: Python's http and
// ssl.
#include <cstdio>
#include <fstream>

#include <sys/stat.h>

#include "broker/transport/ebxml/https/client.hpp"
#include "tests/unit/transport/ebxml/carriers/https_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

constexpr const char* script = "/usr/bin/python3 -B " BUDSTIKKE_SOURCE_DIR
                               "/tests/unit/transport/ebxml/carriers/independent.py ";

std::string certificate_words(const std::filesystem::path& certificate, std::filesystem::path key) {
    const auto ca = crypto::test::TestPki::instance().path("ca.crt");
    return " " + ca.string() + " " + certificate.string() + " " + key.string();
}

/// Serves until it goes.
class IndependentServer {
 public:
    IndependentServer() {
        const auto& pki = crypto::test::TestPki::instance();
        const std::string port = folder_.path("port").string();
        if (::mkfifo(port.c_str(), 0600) != 0) {
            throw std::runtime_error("mkfifo");
        }
        const std::string command =
            script + std::string("server") +
            certificate_words(pki.path("server.crt"), pki.path("server.key")) + " >" + port;
        process_ = ::popen(command.c_str(), "w");  // NOLINT: a command of ours
        if (process_ == nullptr) {
            throw std::runtime_error("popen");
        }
        std::getline(std::ifstream(port), port_);
    }
    ~IndependentServer() { ::pclose(process_); }
    IndependentServer(const IndependentServer&) = delete;
    IndependentServer& operator=(const IndependentServer&) = delete;

    std::string url(const std::string& path) const { return "https://localhost:" + port_ + path; }

 private:
    crypto::test::TempFolder folder_;
    std::FILE* process_ = nullptr;
    std::string port_;
};

using HttpsIndependentTest = HttpsTest;

TEST_F(HttpsIndependentTest, AnotherClientIsServedWithLengthInChunksAndWithAFault) {
    options_.limits.package_bytes_max = 500'000;
    // It names no protocol in TLS, as many clients of the sector do not.
    alpn_ = {};
    start();
    receiver_.set_answer([&](const Arrival& arrival) {
        const bool is_fault = arrival.bytes.find("pieces") != std::string_view::npos;
        return Reception{
            .reply =
                Package{
                    .content_type = "text/xml",
                    .transfer_encoding = "",
                    .body = is_fault ? "f" : "r"
                },
            .reply_is_fault = is_fault,
        };
    });
    const auto& pki = crypto::test::TestPki::instance();
    const std::string command = script + std::string("client ") +
                                std::to_string(listener_->port()) +
                                certificate_words(pki.certificate("hospital"), pki.key("hospital"));
    std::FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT: a command of ours
    ASSERT_NE(pipe, nullptr);
    std::string said;
    for (int byte = std::fgetc(pipe); byte != EOF; byte = std::fgetc(pipe)) {
        said += static_cast<char>(byte);
    }
    EXPECT_EQ(::pclose(pipe), 0);
    EXPECT_EQ(
        said,
        "200 text/xml r\n500 text/xml f\n413 text/plain; charset=us-ascii Content Too Large\r\n\n"
    );
    ASSERT_EQ(receiver_.packages().size(), 2U);
    EXPECT_TRUE(receiver_.packages()[1].ends_with("\r\n\r\n--b\r\n\r\nin pieces\r\n--b--\r\n"));
    EXPECT_EQ(events_.count("connection_accepted"), 1U);
}

class HttpsOtherServerTest : public ::testing::Test {
 protected:
    static HttpsClientOptions options() {
        const auto& pki = crypto::test::TestPki::instance();
        HttpsClientOptions options;
        options.tls.ca_file = pki.path("ca.crt");
        options.tls.certificate_file = pki.certificate("hospital");
        options.tls.key_file = pki.key("hospital");
        return options;
    }
    std::expected<std::string, CarrierFault> send(const std::string& path) {
        const std::string url = server_.url(path);
        return client_.send({
            .endpoint = url,
            .package = package_,
            .from_address = {},
            .mail_id = {},
            .in_reply_to = {},
        });
    }

    IndependentServer server_;
    HttpsClient client_{options()};
    const Package package_{
        .content_type = "text/xml", .transfer_encoding = "", .body = std::string(3'000'000, 'x')
    };
};

TEST_F(HttpsOtherServerTest, GivesWhatBelongsToTheMessageAndLeavesTheRest) {
    const auto echo = send("/echo");
    ASSERT_TRUE(echo) << name(echo.error());
    EXPECT_EQ(*echo, "Content-Type: text/xml\r\nSOAPAction: \"ebXML\"\r\n\r\n" + package_.body);
    EXPECT_EQ(send("/fault"), echo);
}

TEST_F(HttpsOtherServerTest, NamesWhatTheServerMadeOfIt) {
    EXPECT_EQ(send("/busy").error(), CarrierFault::refused_for_now);
    EXPECT_EQ(send("/many").error(), CarrierFault::refused_for_now);
    EXPECT_EQ(send("/no").error(), CarrierFault::refused);
    EXPECT_EQ(send("/redirect").error(), CarrierFault::refused);
    EXPECT_EQ(send("/break").error(), CarrierFault::unreachable);
}

}  // namespace
}  // namespace budstikke::ebxml::test
