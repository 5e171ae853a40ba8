// A mailbox whose server breaks off within a mail: what came of it must not be taken for a mail,
// which would be refused to its sender and later be delivered after all.
#include <chrono>
#include <stop_token>
#include <thread>

#include <gtest/gtest.h>

#include "broker/transport/ebxml/mail/mailbox.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/carriers/breaking_pop3.hpp"
#include "tests/unit/transport/ebxml/carriers/receivers.hpp"

namespace budstikke::ebxml::test {
namespace {

class Pop3Mailbox : public ::testing::Test {
 protected:
    Mailbox mailbox(const BreakingPop3& server) {
        const auto& pki = crypto::test::TestPki::instance();
        MailboxOptions options;
        options.name = "test";
        options.url = "pop3s://localhost:" + std::to_string(server.port());
        options.tls.ca_file = pki.path("ca.crt");
        options.tls.certificate_file = pki.certificate("hospital");
        options.tls.key_file = pki.key("hospital");
        options.account.user = "mottak";
        options.account.password_file = folder_.path("password");
        crypto::test::write_file(options.account.password_file, "not a secret\n", 0600);
        return {std::move(options), receiver_, events_};
    }

    const crypto::test::TempFolder folder_;
    const std::string mail_ =
        "Content-Type: text/plain\r\n\r\n" + std::string(100'000, 'x') + "\r\nthe end";
    Events events_;
    RememberingReceiver receiver_;
};

class BrokenPop3 : public Pop3Mailbox, public ::testing::WithParamInterface<Break> {};

// libcurl by itself would wait two minutes.
TEST_F(Pop3Mailbox, AServerThatDoesNotAnswerAGoodbyeHoldsNoStopUp) {
    const BreakingPop3 server(mail_, Break::silent, 0);
    auto mailbox = this->mailbox(server);
    std::stop_source stop;
    std::chrono::steady_clock::time_point stopped;
    std::jthread stopping([&] {
        server.wait_for_goodbye();
        stopped = std::chrono::steady_clock::now();
        stop.request_stop();
    });
    const Look look = mailbox.look(stop.get_token());
    stopping.join();
    EXPECT_LT(std::chrono::steady_clock::now() - stopped, std::chrono::minutes(1));
    EXPECT_EQ(look.done, 1U);
    EXPECT_FALSE(server.is_there());
}

TEST_F(Pop3Mailbox, AServerThatDoesNotAnswerAGoodbyeIsWaitedForAMomentOnly) {
    const BreakingPop3 server(mail_, Break::silent, 0);
    auto mailbox = this->mailbox(server);
    const auto begun = std::chrono::steady_clock::now();
    const Look look = mailbox.look();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::minutes(1));
    EXPECT_FALSE(look.fault);
    EXPECT_EQ(receiver_.packages().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Ends, BrokenPop3, ::testing::Values(Break::in_order, Break::bare),
    [](const auto& end) { return end.param == Break::bare ? "Bare" : "InOrder"; }
);

TEST_P(BrokenPop3, AMailThatCameInPartIsNotHandedOverAndComesWholeInTheNextLook) {
    const BreakingPop3 server(mail_, GetParam(), 1);
    auto mailbox = this->mailbox(server);
    const Look broken = mailbox.look();
    ASSERT_TRUE(broken.fault);
    EXPECT_EQ(*broken.fault, CarrierFault::unreachable);
    EXPECT_EQ(broken.done, 0U);
    EXPECT_EQ(server.sent(), 1);
    EXPECT_TRUE(receiver_.packages().empty());
    EXPECT_TRUE(server.is_there());
    const Look whole = mailbox.look();
    EXPECT_FALSE(whole.fault);
    EXPECT_EQ(whole.done, 1U);
    ASSERT_EQ(receiver_.packages().size(), 1U);
    EXPECT_EQ(receiver_.packages()[0], mail_ + "\r\n");
    EXPECT_FALSE(server.is_there());
}

TEST_P(BrokenPop3, NoLookHandsOverAnythingWhileTheServerBreaksOff) {
    const BreakingPop3 server(mail_, GetParam(), 3);
    auto mailbox = this->mailbox(server);
    for (int look = 0; look < 3; ++look) {
        EXPECT_TRUE(mailbox.look().fault);
    }
    EXPECT_EQ(server.sent(), 3);
    EXPECT_TRUE(receiver_.packages().empty());
    EXPECT_TRUE(server.is_there());
}

}  // namespace
}  // namespace budstikke::ebxml::test
