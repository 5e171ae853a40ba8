// What pollers promise when they stop: a server that says nothing holds up nobody.
#include "broker/app/mailbox_pollers.hpp"

#include <array>
#include <stdexcept>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "broker/transport/socket_handle.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/carriers/receivers.hpp"

namespace budstikke::app {
namespace {

using crypto::test::TempFolder;
using crypto::test::TestPki;
using transport::SocketHandle;

/// Lets clients connect, and never says a word.
class SilentServer {
 public:
    SilentServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof(address);
        if (!listener_ ||
            ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
            ::listen(listener_.get(), 8) != 0 ||
            ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
            throw std::runtime_error("no server");
        }
        port_ = ntohs(address.sin_port);
    }
    std::uint16_t port() const { return port_; }
    /// Until somebody has, and has begun to speak.
    SocketHandle wait_for_client() const {
        SocketHandle client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        std::array<char, 1> begun;
        if (!client || ::recv(client.get(), begun.data(), begun.size(), 0) != 1) {
            throw std::runtime_error("no client");
        }
        return client;
    }

 private:
    SocketHandle listener_;
    std::uint16_t port_ = 0;
};

TEST(MailboxPollers, StopSoonWhileAServerSaysNothing) {
    const TempFolder folder;
    crypto::test::write_file(folder.path("password"), "secret\n", 0600);
    const SilentServer server;
    ebxml::test::RememberingReceiver receiver;
    ebxml::test::Events events;
    MailboxPollers pollers;
    for (const char* scheme : {"pop3s", "imaps"}) {
        ebxml::MailboxOptions options;
        options.name = scheme;
        options.url = std::string(scheme) + "://localhost:" + std::to_string(server.port());
        options.tls.ca_file = TestPki::instance().path("ca.crt");
        options.account = {.user = "user", .password_file = folder.path("password")};
        options.transfer_time_max = std::chrono::hours(1);
        pollers.add(
            std::make_unique<ebxml::Mailbox>(std::move(options), receiver, events),
            std::chrono::hours(1)
        );
    }
    const SocketHandle first = server.wait_for_client();
    const SocketHandle second = server.wait_for_client();
    const auto began = std::chrono::steady_clock::now();
    pollers.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
    EXPECT_EQ(pollers.count(), 0U);
    // A server that was left is none that could not be reached.
    EXPECT_EQ(events.count("mailbox_unreachable"), 0U);
}

}  // namespace
}  // namespace budstikke::app
