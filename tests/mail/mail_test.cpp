// ebXML by mail with a real Postfix and a real Dovecot between: what is sent arrives as it was, and
// is removed only when the Receiver has it.
#include <gtest/gtest.h>

#include "broker/transport/ebxml/carriers.hpp"
#include "broker/transport/ebxml/mail/lmtp_listener.hpp"
#include "broker/transport/ebxml/mime/reader.hpp"
#include "tests/mail/cutting_relay.hpp"
#include "tests/mail/mail_servers.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/carriers/receivers.hpp"

namespace budstikke::ebxml::test {
namespace {

class MailTest : public ::testing::Test {
 protected:
    void SetUp() override {
        remove_all_mails(user_);
        remove_all_mails(other_);
    }

    std::expected<std::string, CarrierFault> send(
        Carrier& carrier, const std::string& to, const std::string& mail_id = "1@edi.example"
    ) {
        const std::string endpoint = "mailto:" + to;
        return carrier.send({
            .endpoint = endpoint,
            .package = package_,
            .from_address = user_,
            .mail_id = mail_id,
            .in_reply_to = {},
        });
    }
    std::unique_ptr<SmtpCarrier> carrier(SmtpOptions options = smtp_options()) {
        auto made = SmtpCarrier::make(std::move(options), clock_);
        if (!made) {
            throw std::runtime_error(made.error().detail);
        }
        return *std::move(made);
    }
    void expect_fault(SmtpCarrier& smtp, const std::string& to, CarrierFault fault) {
        const auto sent = send(smtp, to);
        ASSERT_FALSE(sent);
        EXPECT_EQ(name(sent.error()), name(fault));
    }
    /// One mail in the mailbox of the other, through Postfix and Dovecot.
    void deliver(std::size_t count = 1) {
        const auto smtp = carrier();
        for (std::size_t i = 0; i < count; ++i) {
            const auto sent = send(*smtp, other_, std::to_string(i) + "@edi.example");
            ASSERT_TRUE(sent) << name(sent.error());
        }
        wait_for_mails(other_, count);
    }
    void expect_package(const std::string& bytes) {
        const auto entity = read_mime(bytes);
        ASSERT_TRUE(entity);
        const auto* const from = entity->headers.find("From");
        ASSERT_NE(from, nullptr);
        EXPECT_NE(from->find(user_), std::string::npos);
        EXPECT_EQ(*entity->headers.find("Return-Path"), "<" + user_ + ">");
        ASSERT_EQ(entity->parts.size(), 2U);
        EXPECT_EQ(entity->parts[0].content, envelope_);
        EXPECT_EQ(entity->parts[1].content, payload_);
    }

    const SystemClock clock_;
    Events events_;
    RememberingReceiver receiver_;
    const std::string user_ = fact("user");
    const std::string other_ = fact("other");
    const std::string envelope_ = "<?xml version=\"1.0\"?>\n<soap/>\r\n.\r\n..\r\n";
    const std::string payload_ =
        std::string("\0\r\n.\r\n\n.\n\xff", 10) + std::string(300'000, 'x');
    const Package package_ = package_payload(
        envelope_, std::vector<OutgoingPart>{{.content_id = "p@edi.example", .bytes = payload_}}
    );
};

class MailboxTest : public MailTest, public ::testing::WithParamInterface<const char*> {
 protected:
    Mailbox mailbox(MailboxOptions options) { return {std::move(options), receiver_, events_}; }
    Mailbox mailbox() { return mailbox(mailbox_options(GetParam(), other_)); }
};

INSTANTIATE_TEST_SUITE_P(Protocols, MailboxTest, ::testing::Values("pop3s", "imaps"));

TEST_P(MailboxTest, FetchesWhatWasSentAsItWasAndRemovesItWhenTheReceiverHasIt) {
    deliver();
    auto mailbox = this->mailbox();
    const Look look = mailbox.look();
    EXPECT_FALSE(look.fault);
    EXPECT_EQ(look.done, 1U);
    ASSERT_EQ(receiver_.packages().size(), 1U);
    expect_package(receiver_.packages()[0]);
    EXPECT_EQ(receiver_.sources()[0], "test");
    EXPECT_EQ(count_mails(other_), 0U);
    EXPECT_EQ(mailbox.look().done, 0U);
}

TEST_P(MailboxTest, LeavesWhatTheReceiverDidNotKeepAndRemovesOnlyTheOthers) {
    deliver(3);
    int seen = 0;
    receiver_.set_answer([&](const Arrival&) {
        const auto kind = ++seen == 2 ? Reception::Kind::later : Reception::Kind::done;
        return Reception{.kind = kind, .reply = std::nullopt};
    });
    auto mailbox = this->mailbox();
    const Look look = mailbox.look();
    EXPECT_EQ(look.done, 2U);
    EXPECT_EQ(look.later, 1U);
    EXPECT_EQ(count_mails(other_), 1U);
    const Look next = mailbox.look();
    EXPECT_EQ(next.done, 1U);
    ASSERT_EQ(receiver_.packages().size(), 4U);
    EXPECT_EQ(receiver_.packages()[3], receiver_.packages()[1]);
    EXPECT_EQ(count_mails(other_), 0U);
}

TEST_P(MailboxTest, SeesTheMailThereUntilTheReceiverIsDone) {
    deliver();
    std::size_t there = 0;
    receiver_.set_answer([&](const Arrival&) {
        there = count_mails(other_);
        return Reception{};
    });
    auto mailbox = this->mailbox();
    EXPECT_EQ(mailbox.look().done, 1U);
    EXPECT_EQ(there, 1U);
    EXPECT_EQ(count_mails(other_), 0U);
}

TEST_P(MailboxTest, TakesMailsUpToTheLimitLeavesALargerOneAndReportsItOnce) {
    deliver();
    const AccessOptions where{
        .url = mailbox_options(GetParam(), other_).url,
        .tls = mail_tls(),
        .account = mail_account(other_),
        .transfer_time_max = limits::ebxml_exchange_time_max,
        .mail_bytes_max = limits::mime_bytes_max,
    };
    const auto mails = visit(where)->list();
    ASSERT_TRUE(mails);
    ASSERT_EQ(mails->size(), 1U);
    auto options = mailbox_options(GetParam(), other_);
    EXPECT_EQ(options.mail_bytes_max, limits::mime_bytes_max);
    options.mail_bytes_max = (*mails)[0].bytes - 1;
    auto strict = mailbox(options);
    EXPECT_EQ(strict.look().left, 1U);
    EXPECT_EQ(strict.look().left, 1U);
    EXPECT_EQ(events_.count("mailbox_mail_too_large mailbox=test"), 1U);
    EXPECT_EQ(count_mails(other_), 1U);
    EXPECT_TRUE(receiver_.packages().empty());
    ++options.mail_bytes_max;
    EXPECT_EQ(mailbox(options).look().done, 1U);
}

TEST_P(MailboxTest, TakesSoManyMailsInOneLookAndTheOthersInTheNext) {
    deliver(3);
    auto options = mailbox_options(GetParam(), other_);
    EXPECT_EQ(options.messages_max, limits::mailbox_messages_max);
    options.messages_max = 2;
    auto mailbox = this->mailbox(options);
    const Look first = mailbox.look();
    EXPECT_EQ(first.done, 2U);
    EXPECT_EQ(first.left, 1U);
    EXPECT_EQ(mailbox.look().done, 1U);
    EXPECT_EQ(receiver_.packages().size(), 3U);
}

TEST_P(MailboxTest, SaysOnceThatItIsNotLetInAndOnceThatItIsAgain) {
    crypto::test::TempFolder folder;
    auto options = mailbox_options(GetParam(), other_);
    options.account.password_file = folder.path("password");
    crypto::test::write_file(options.account.password_file, "wrong\n", 0600);
    auto mailbox = this->mailbox(options);
    for (int i = 0; i < 2; ++i) {
        const Look look = mailbox.look();
        ASSERT_TRUE(look.fault);
        EXPECT_EQ(name(*look.fault), "refused");
    }
    EXPECT_EQ(events_.count("mailbox_unreachable mailbox=test fault=refused"), 1U);
    crypto::test::write_file(
        options.account.password_file, crypto::test::read_all(fact("password")), 0600
    );
    EXPECT_FALSE(mailbox.look().fault);
    EXPECT_EQ(events_.count("mailbox_reached"), 1U);
}

TEST_P(MailboxTest, BelievesNoServerOfAnotherAuthorityOrName) {
    deliver();
    auto options = mailbox_options(GetParam(), other_);
    options.tls.ca_file = crypto::test::TestPki::instance().path("ca.crt");
    EXPECT_EQ(mailbox(options).look().fault, CarrierFault::untrusted);
    options = mailbox_options(GetParam(), other_);
    options.url = std::string(GetParam()) + "://other.localhost:" + fact(GetParam());
    EXPECT_EQ(mailbox(options).look().fault, CarrierFault::untrusted);
    EXPECT_TRUE(receiver_.packages().empty());
    EXPECT_EQ(count_mails(other_), 1U);
}

TEST_P(MailboxTest, RemovesNothingInAnotherSessionThanTheOneInWhichItLooked) {
    deliver(2);
    CuttingRelay relay(static_cast<std::uint16_t>(std::stoi(fact(GetParam()))));
    auto options = mailbox_options(GetParam(), other_);
    options.url = std::string(GetParam()) + "://localhost:" + std::to_string(relay.port());
    bool is_first = true;
    receiver_.set_answer([&](const Arrival&) {
        if (std::exchange(is_first, false)) {
            relay.cut();
        }
        return Reception{};
    });
    auto mailbox = this->mailbox(options);
    const Look look = mailbox.look();
    EXPECT_EQ(look.fault, CarrierFault::unreachable);
    EXPECT_EQ(look.done, 0U);
    EXPECT_EQ(relay.connections(), 1);
    EXPECT_EQ(count_mails(other_), 2U);
    // What the Receiver has already comes again, and is removed then.
    EXPECT_EQ(mailbox.look().done, 2U);
    EXPECT_EQ(relay.connections(), 2);
    EXPECT_EQ(count_mails(other_), 0U);
}

TEST_P(MailboxTest, LetsMailsThatWerePutOffHoldUpNoOthers) {
    deliver(3);
    auto options = mailbox_options(GetParam(), other_);
    options.messages_max = 1;
    receiver_.set_answer([&](const Arrival& arrival) {
        const bool is_first = arrival.bytes == receiver_.packages()[0];
        const auto kind = is_first ? Reception::Kind::later : Reception::Kind::done;
        return Reception{.kind = kind, .reply = std::nullopt};
    });
    auto mailbox = this->mailbox(options);
    EXPECT_EQ(mailbox.look().later, 1U);
    EXPECT_EQ(mailbox.look().done, 1U);
    EXPECT_EQ(mailbox.look().done, 1U);
    EXPECT_EQ(count_mails(other_), 1U);
    // It is tried again as soon as nobody else is there.
    EXPECT_EQ(mailbox.look().later, 1U);
    ASSERT_EQ(receiver_.packages().size(), 4U);
    EXPECT_EQ(receiver_.packages()[3], receiver_.packages()[0]);
}

TEST_P(MailboxTest, EndsALookSoonWhenItShallStopAndRemovesNothingThen) {
    deliver(2);
    CuttingRelay relay(static_cast<std::uint16_t>(std::stoi(fact(GetParam()))));
    auto options = mailbox_options(GetParam(), other_);
    options.url = std::string(GetParam()) + "://localhost:" + std::to_string(relay.port());
    options.transfer_time_max = std::chrono::hours(1);
    std::stop_source stop;
    std::jthread stopper;
    receiver_.set_answer([&](const Arrival&) {
        relay.block();
        stopper = std::jthread([&] { stop.request_stop(); });
        return Reception{};
    });
    auto mailbox = this->mailbox(options);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(mailbox.look(stop.get_token()).done, 0U);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
    EXPECT_EQ(receiver_.packages().size(), 1U);
    EXPECT_EQ(events_.count("mailbox_unreachable"), 0U);
    receiver_.set_answer({});
    EXPECT_EQ(mailbox.look().done, 2U);
    EXPECT_EQ(count_mails(other_), 0U);
}

TEST_F(MailTest, SendsByStarttlsAndByTls) {
    for (const char* scheme : {"smtp", "smtps"}) {
        const auto smtp = carrier(smtp_options(scheme));
        const auto sent = send(*smtp, other_);
        EXPECT_TRUE(sent) << scheme;
        // The connection is used again.
        EXPECT_TRUE(send(*smtp, other_)) << scheme;
    }
    wait_for_mails(other_, 4);
}

TEST_F(MailTest, SendsNothingToARelayThatItDoesNotBelieve) {
    for (const char* scheme : {"smtp", "smtps"}) {
        auto options = smtp_options(scheme);
        options.tls.ca_file = crypto::test::TestPki::instance().path("ca.crt");
        expect_fault(*carrier(options), other_, CarrierFault::untrusted);
        options = smtp_options(scheme);
        options.relay = std::string(scheme) + "://other.localhost:" + fact(scheme);
        expect_fault(*carrier(options), other_, CarrierFault::untrusted);
    }
    EXPECT_EQ(count_mails(other_), 0U);
}

TEST_F(MailTest, SendsNothingWithoutTlsAlsoWhereTheRelayWouldTakeIt) {
    for (const std::string user : {"", user_.c_str()}) {
        auto options = smtp_options();
        options.relay = "smtp://localhost:" + fact("plain");
        options.account.user = user;
        expect_fault(*carrier(options), other_, CarrierFault::untrusted);
    }
    EXPECT_EQ(count_mails(other_), 0U);
}

TEST_F(MailTest, TellsWhatTheRelayRefusesFromWhatItMayTakeLater) {
    const auto smtp = carrier();
    // Postfix has no such user.
    expect_fault(*smtp, "nobody@edi.example", CarrierFault::refused);
    expect_fault(*smtp, "later@edi.example", CarrierFault::refused_for_now);
    expect_fault(*smtp, "two words@edi.example", CarrierFault::not_supported);
    expect_fault(*smtp, "a@b.example>\r\nRCPT TO:<c@d.example", CarrierFault::not_supported);
    expect_fault(*smtp, "", CarrierFault::not_supported);
    crypto::test::TempFolder folder;
    auto options = smtp_options();
    options.account.password_file = folder.path("password");
    crypto::test::write_file(options.account.password_file, "wrong\n", 0600);
    expect_fault(*carrier(options), other_, CarrierFault::refused_for_now);
    auto gone = smtp_options();
    gone.relay = "smtp://localhost:1";
    expect_fault(*carrier(gone), other_, CarrierFault::unreachable);
    // The same connection still serves.
    EXPECT_TRUE(send(*smtp, other_));
}

TEST_F(MailTest, IsNotMadeWithoutTlsOrWithAPasswordThatOthersMayRead) {
    crypto::test::TempFolder folder;
    auto options = smtp_options();
    options.account.password_file = folder.path("password");
    crypto::test::write_file(options.account.password_file, "secret\n", 0640);
    EXPECT_EQ(SmtpCarrier::make(options, clock_).error().code, Errc::denied);
    options = smtp_options();
    options.relay = "imap://localhost";
    EXPECT_EQ(SmtpCarrier::make(options, clock_).error().code, Errc::invalid_argument);
    auto box = mailbox_options("imaps", other_);
    box.url = "imap://localhost";
    EXPECT_EQ(Mailbox::make(box, receiver_, events_).error().code, Errc::invalid_argument);
    box = mailbox_options("imaps", other_);
    EXPECT_TRUE(Mailbox::make(box, receiver_, events_));
}

TEST_F(MailTest, PostfixDeliversToOurListenerAndKeepsWhatItDidNotTake) {
    ReceivePool pool({}, receiver_, events_);
    LmtpListenerOptions options;
    options.address = fact("lmtp");
    options.socket_mode = 0666;
    auto listener = LmtpListener::start(options, pool, clock_, events_);
    ASSERT_TRUE(listener) << listener.error().detail;
    int seen = 0;
    receiver_.set_answer([&](const Arrival&) {
        const auto kind = ++seen == 1 ? Reception::Kind::later : Reception::Kind::done;
        return Reception{.kind = kind, .reply = std::nullopt};
    });
    const auto smtp = carrier();
    ASSERT_TRUE(send(*smtp, "municipality@lmtp.example"));
    ASSERT_TRUE(receiver_.wait_for(1));
    // Postfix tries again two seconds later; where it finds the mail locked still, a minute later.
    ASSERT_TRUE(receiver_.wait_for(2, std::chrono::seconds(600)));
    expect_package(receiver_.packages()[0]);
    expect_package(receiver_.packages()[1]);
    (*listener)->stop();
}

TEST_F(MailTest, ChoosesTheCarrierByTheScheme) {
    Carriers carriers({.https = nullptr, .mail = carrier()});
    EXPECT_TRUE(send(carriers, other_));
    const Outgoing by_https{
        .endpoint = "https://localhost/",
        .package = package_,
        .from_address = user_,
        .mail_id = {},
        .in_reply_to = {},
    };
    EXPECT_EQ(carriers.send(by_https).error(), CarrierFault::not_supported);
    carriers.replace({.https = nullptr, .mail = nullptr});
    EXPECT_EQ(send(carriers, other_).error(), CarrierFault::not_supported);
}

}  // namespace
}  // namespace budstikke::ebxml::test
