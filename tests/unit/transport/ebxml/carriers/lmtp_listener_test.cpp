// The LMTP listener says 250 only for what the Receiver has, and holds its clients to its limits.
#include "broker/transport/ebxml/mail/lmtp_listener.hpp"

#include <array>
#include <cerrno>
#include <future>
#include <optional>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "broker/transport/socket_handle.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/carriers/receivers.hpp"
#include "tests/unit/transport/leaping_clock.hpp"

namespace budstikke::ebxml::test {
namespace {

using transport::SocketHandle;

class Client {
 public:
    explicit Client(std::uint16_t port)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connect(&address, sizeof(address));
    }
    explicit Client(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(path, std::begin(address.sun_path));
        connect(&address, sizeof(address));
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) {
                throw std::runtime_error("not sent");
            }
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    /// Empty where the connection ended.
    std::string line() {
        std::size_t end = input_.find("\r\n");
        while (end == std::string::npos) {
            std::array<char, 4096> space;
            pollfd wanted{.fd = socket_.get(), .events = POLLIN, .revents = 0};
            int ready = 0;
            do {
                ready = ::poll(&wanted, 1, 120'000);
            } while (ready < 0 && errno == EINTR);
            if (ready != 1) {
                throw std::runtime_error("nothing came");
            }
            const ssize_t count = ::recv(socket_.get(), space.data(), space.size(), 0);
            if (count <= 0) {
                return {};
            }
            input_.append(space.data(), static_cast<std::size_t>(count));
            end = input_.find("\r\n");
        }
        std::string line = input_.substr(0, end);
        input_.erase(0, end + 2);
        return line;
    }
    /// The last line of a reply, its code.
    std::string reply() {
        std::string text = line();
        while (text.size() > 3 && text[3] == '-') {
            text = line();
        }
        return text.substr(0, 3);
    }
    std::string ask(std::string_view bytes) {
        send(bytes);
        return reply();
    }
    /// Up to the point where a mail may follow.
    void begin(int recipients = 1) {
        EXPECT_EQ(reply(), "220");
        EXPECT_EQ(ask("LHLO mail.example\r\n"), "250");
        EXPECT_EQ(ask("MAIL FROM:<a@x.example> BODY=8BITMIME SIZE=5\r\n"), "250");
        for (int i = 0; i < recipients; ++i) {
            EXPECT_EQ(ask("RCPT TO:<b@y.example>\r\n"), "250");
        }
        EXPECT_EQ(ask("DATA\r\n"), "354");
    }

 private:
    void connect(const void* address, socklen_t length) {
        if (::connect(socket_.get(), static_cast<const sockaddr*>(address), length) != 0) {
            throw std::runtime_error("no connection");
        }
    }

    SocketHandle socket_;
    std::string input_;
};

class LmtpListenerTest : public ::testing::Test {
 protected:
    void TearDown() override {
        receiver_.release();
        listener_.reset();
    }
    void start() {
        pool_.emplace(pool_options_, receiver_, events_);
        auto listener = LmtpListener::start(options_, *pool_, clock_, events_);
        ASSERT_TRUE(listener) << listener.error().detail;
        listener_ = *std::move(listener);
    }
    Client client() const { return Client(listener_->port()); }

    transport::test::LeapingClock clock_;
    Events events_;
    RememberingReceiver receiver_;
    ReceivePoolOptions pool_options_;
    LmtpListenerOptions options_;
    std::optional<ReceivePool> pool_;
    std::unique_ptr<LmtpListener> listener_;
};

TEST_F(LmtpListenerTest, HandsOverAMailWithItsReturnPathAndRepliesForEachRecipient) {
    start();
    auto client = this->client();
    client.begin(3);
    client.send("Subject: x\r\n\r\n..y\r\n.\r\n");
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(client.reply(), "250");
    }
    EXPECT_EQ(
        receiver_.packages(),
        std::vector<std::string>{"Return-Path: <a@x.example>\r\nSubject: x\r\n\r\n.y\r\n"}
    );
    EXPECT_EQ(client.ask("QUIT\r\n"), "221");
    EXPECT_EQ(client.line(), "");
}

TEST_F(LmtpListenerTest, TakesAWholeDialogueThatIsSentAhead) {
    start();
    auto client = this->client();
    client.send(
        "LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.example>\r\nDATA\r\nx\r\n.\r\n"
        "MAIL FROM:<c@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\ny\r\n.\r\nQUIT\r\n"
    );
    for (const char* code :
         {"220", "250", "250", "250", "354", "250", "250", "250", "354", "250", "221"}) {
        EXPECT_EQ(client.reply(), code);
    }
    EXPECT_EQ(
        receiver_.packages(),
        (std::vector<std::string>{"Return-Path: <>\r\nx\r\n", "Return-Path: <c@x.example>\r\ny\r\n"}
        )
    );
}

TEST_F(LmtpListenerTest, SaysAfterTheReceiverAndNotBefore) {
    start();
    receiver_.hold();
    auto client = this->client();
    client.begin();
    client.send("x\r\n.\r\nNOOP\r\n");
    ASSERT_TRUE(receiver_.wait_for(1));
    receiver_.set_answer([](const Arrival&) {
        return Reception{.kind = Reception::Kind::later, .reply = std::nullopt};
    });
    receiver_.release();
    EXPECT_EQ(client.reply(), "451");
    EXPECT_EQ(client.reply(), "250");
}

TEST_F(LmtpListenerTest, RefusesAMailWhoseLinesEndInTheirOwnWayAndTakesNoCommandOutOfIt) {
    start();
    auto client = this->client();
    client.begin();
    client.send("x\n.\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\ny\r\n.\r\n"
    );
    EXPECT_EQ(client.reply(), "554");
    EXPECT_EQ(client.ask("NOOP\r\n"), "250");
    EXPECT_TRUE(receiver_.packages().empty());
    EXPECT_EQ(events_.count("ebxml_lmtp_refused cause=line_ends"), 1U);
}

TEST_F(LmtpListenerTest, HoldsCommandsToTheirOrderAndForm) {
    start();
    auto client = this->client();
    EXPECT_EQ(client.reply(), "220");
    EXPECT_EQ(client.ask("MAIL FROM:<a@x.example>\r\n"), "503");
    EXPECT_EQ(client.ask("EHLO a\r\n"), "500");
    EXPECT_EQ(client.ask("HELO a\r\n"), "500");
    EXPECT_EQ(client.ask("LHLO\r\n"), "501");
    EXPECT_EQ(client.ask("lhlo a\r\n"), "250");
    EXPECT_EQ(client.ask("RCPT TO:<b@y.example>\r\n"), "503");
    EXPECT_EQ(client.ask("DATA\r\n"), "503");
    EXPECT_EQ(client.ask("MAIL FROM:a@x.example\r\n"), "501");
    EXPECT_EQ(client.ask("MAIL FROM:<a@x.example> AUTH=x\r\n"), "555");
    EXPECT_EQ(client.ask("MAIL FROM:<a@x.example> SIZE=x\r\n"), "555");
    EXPECT_EQ(client.ask("mail from: <a@x.example>\r\n"), "250");
    EXPECT_EQ(client.ask("MAIL FROM:<a@x.example>\r\n"), "503");
    EXPECT_EQ(client.ask("RCPT TO:<>\r\n"), "501");
    EXPECT_EQ(client.ask("RCPT TO:<b@y.example> NOTIFY=x\r\n"), "555");
    EXPECT_EQ(client.ask("DATA now\r\n"), "501");
    EXPECT_EQ(client.ask("VRFY b\r\n"), "252");
    EXPECT_EQ(client.ask("RSET\r\n"), "250");
    EXPECT_EQ(client.ask("DATA\r\n"), "503");
    EXPECT_EQ(client.ask("NOOP\nQUIT\r\n"), "500");
    EXPECT_EQ(client.ask(std::string(limits::lmtp_line_bytes_max, 'x') + "\r\n"), "500");
    EXPECT_EQ(client.ask("NOOP\r\n"), "250");
}

TEST_F(LmtpListenerTest, TakesSoManyRecipientsAndRefusesOneMore) {
    start();
    auto client = this->client();
    EXPECT_EQ(client.reply(), "220");
    EXPECT_EQ(client.ask("LHLO a\r\n"), "250");
    EXPECT_EQ(client.ask("MAIL FROM:<>\r\n"), "250");
    for (std::size_t i = 0; i < limits::lmtp_recipients_max; ++i) {
        ASSERT_EQ(client.ask("RCPT TO:<b@y.example>\r\n"), "250") << i;
    }
    EXPECT_EQ(client.ask("RCPT TO:<b@y.example>\r\n"), "452");
    EXPECT_EQ(client.ask("DATA\r\n"), "354");
    client.send("x\r\n.\r\n");
    for (std::size_t i = 0; i < limits::lmtp_recipients_max; ++i) {
        ASSERT_EQ(client.reply(), "250") << i;
    }
    EXPECT_EQ(client.ask("NOOP\r\n"), "250");
}

TEST_F(LmtpListenerTest, TakesMailsUpToTheLimitByWordAndByDeed) {
    EXPECT_EQ(options_.mail_bytes_max, limits::mime_bytes_max);
    const std::string before = "Return-Path: <a@x.example>\r\n";
    options_.mail_bytes_max = before.size() + 100;
    start();
    for (const std::size_t size : {99U, 100U, 101U}) {
        auto client = this->client();
        client.begin();
        client.send(std::string(size - 2, 'x') + "\r\n.\r\n");
        EXPECT_EQ(client.reply(), size <= 100 ? "250" : "552") << size;
        const std::string max = std::to_string(options_.mail_bytes_max);
        EXPECT_EQ(client.ask("MAIL FROM:<> SIZE=" + max + "\r\n"), "250");
        EXPECT_EQ(client.ask("RSET\r\n"), "250");
        EXPECT_EQ(client.ask("MAIL FROM:<> SIZE=" + max + "0\r\n"), "552");
        EXPECT_EQ(client.ask("MAIL FROM:<> SIZE=99999999999999999999999\r\n"), "552");
    }
    EXPECT_EQ(receiver_.packages().size(), 2U);
}

TEST_F(LmtpListenerTest, LetsInSoManyClientsAndSendsOneMoreAway) {
    EXPECT_EQ(options_.connections_max, limits::lmtp_connections_max);
    options_.connections_max = 2;
    start();
    auto below = this->client();
    EXPECT_EQ(below.reply(), "220");
    {
        auto at = this->client();
        EXPECT_EQ(at.reply(), "220");
        auto above = this->client();
        EXPECT_EQ(above.reply(), "421");
        EXPECT_EQ(above.line(), "");
        EXPECT_EQ(at.ask("QUIT\r\n"), "221");
        EXPECT_EQ(at.line(), "");
    }
    EXPECT_EQ(below.ask("NOOP\r\n"), "250");
}

TEST_F(LmtpListenerTest, LeavesAClientThatSaysNothingButNotOneThatWaitsForTheReceiver) {
    EXPECT_EQ(options_.idle_time_max, limits::lmtp_idle_time_max);
    start();
    receiver_.hold();
    auto waiting = this->client();
    waiting.begin();
    waiting.send("x\r\n.\r\n");
    ASSERT_TRUE(receiver_.wait_for(1));
    auto silent = this->client();
    EXPECT_EQ(silent.reply(), "220");
    clock_.leap_past(options_.idle_time_max);
    EXPECT_EQ(silent.line(), "");
    EXPECT_EQ(events_.count("ebxml_lmtp_timeout"), 1U);
    receiver_.release();
    EXPECT_EQ(waiting.reply(), "250");
}

TEST_F(LmtpListenerTest, KeepsNothingThatTheWorkersHaveNoPlaceFor) {
    pool_options_.workers = 1;
    pool_options_.waiting_max = 0;
    start();
    auto client = this->client();
    client.begin(2);
    client.send("x\r\n.\r\n");
    EXPECT_EQ(client.reply(), "451");
    EXPECT_EQ(client.reply(), "451");
    EXPECT_TRUE(receiver_.packages().empty());
}

TEST_F(LmtpListenerTest, StoppingAnswersWhatTheReceiverHasAndNothingElse) {
    start();
    receiver_.hold();
    auto busy = this->client();
    busy.begin();
    busy.send("x\r\n.\r\n");
    ASSERT_TRUE(receiver_.wait_for(1));
    auto halfway = this->client();
    halfway.begin();
    halfway.send("y\r\n");
    auto stopped = std::async(std::launch::async, [&] { listener_->stop(); });
    EXPECT_EQ(halfway.line(), "");
    receiver_.release();
    EXPECT_EQ(busy.reply(), "250");
    EXPECT_EQ(busy.line(), "");
    stopped.get();
    EXPECT_EQ(receiver_.packages().size(), 1U);
}

TEST_F(LmtpListenerTest, ListensOnAUnixSocketThatAnEarlierProcessLeft) {
    crypto::test::TempFolder folder;
    options_.address = folder.path("lmtp").string();
    start();
    listener_.reset();
    EXPECT_FALSE(std::filesystem::exists(options_.address));
    // As after a crash: the name is there, nobody listens.
    SocketHandle left(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(options_.address, std::begin(address.sun_path));
    ASSERT_EQ(::bind(left.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    start();
    struct stat found{};
    ASSERT_EQ(::stat(options_.address.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0660U);
    Client client(options_.address);
    client.begin();
    EXPECT_EQ(client.ask("x\r\n.\r\n"), "250");
}

TEST_F(LmtpListenerTest, ListensToNobodyFromOutside) {
    pool_.emplace(pool_options_, receiver_, events_);
    for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "localhost", "lmtp.sock"}) {
        options_.address = address;
        const auto listener = LmtpListener::start(options_, *pool_, clock_, events_);
        ASSERT_FALSE(listener) << address;
        EXPECT_EQ(listener.error().code, Errc::invalid_argument);
    }
}

}  // namespace
}  // namespace budstikke::ebxml::test
