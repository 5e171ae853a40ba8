// A stop while mail is being sent: wherever the relay fell silent, the attempt ends as interrupted,
// and not when its time is over, which is an hour here. That it ends at all is the test. And the
// end of that time, where nothing else ends the attempt.
#include <array>
#include <future>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "broker/transport/ebxml/mail/smtp.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/carriers/stalling_smtp.hpp"

namespace budstikke::ebxml::test {
namespace {

std::string lines(std::size_t bytes) {
    const std::string line = std::string(74, 'x') + "\r\n";
    std::string text;
    while (text.size() < bytes) {
        text += line;
    }
    return text;
}

class SmtpStopTest : public ::testing::TestWithParam<Stall> {
 protected:
    std::unique_ptr<SmtpCarrier> carrier(
        const StallingSmtp& server, std::string_view scheme,
        Duration time_max = std::chrono::hours(1)
    ) {
        const auto& pki = crypto::test::TestPki::instance();
        SmtpOptions options;
        options.relay = std::string(scheme) + "localhost:" + std::to_string(server.port());
        options.tls.ca_file = pki.path("ca.crt");
        options.tls.certificate_file = pki.certificate("hospital");
        options.tls.key_file = pki.key("hospital");
        options.exchange_time_max = time_max;
        return SmtpCarrier::make(std::move(options), clock_).value();
    }
    std::expected<std::string, CarrierFault> send(SmtpCarrier& carrier) const {
        return carrier.send({
            .endpoint = "mailto:mottak@partner.example",
            .package = package_,
            .from_address = "avsender@oss.example",
            .mail_id = "1@oss.example",
            .in_reply_to = {},
            .stop = stop_.get_token(),
        });
    }
    void expect_interrupted(StallingSmtp& server, SmtpCarrier& carrier) {
        auto sent = std::async(std::launch::async, [&] { return send(carrier); });
        server.wait_for_stall();
        stop_.request_stop();
        const auto interrupted = sent.get();
        ASSERT_FALSE(interrupted);
        EXPECT_EQ(name(interrupted.error()), "interrupted");
        EXPECT_EQ(server.taken(), 0);
    }

    const SystemClock clock_;
    // More than what the sockets hold, so that the sender is in the middle of it.
    const Package package_{
        .content_type = "text/plain",
        .transfer_encoding = {},
        .body = lines(16 << 20),
    };
    std::stop_source stop_;
};

std::string name_of(const ::testing::TestParamInfo<Stall>& at) {
    constexpr std::array names{"Handshake", "Greeting", "Recipient", "Data", "End"};
    return names.at(static_cast<std::size_t>(at.param));
}

INSTANTIATE_TEST_SUITE_P(
    At, SmtpStopTest,
    ::testing::Values(Stall::handshake, Stall::greeting, Stall::recipient, Stall::data, Stall::end),
    name_of
);

TEST_P(SmtpStopTest, EndsTheAttemptAndLeavesTheNextOneAlone) {
    StallingSmtp server(GetParam());
    const auto carrier = this->carrier(server, "smtps://");
    expect_interrupted(server, *carrier);
    server.work();
    stop_ = {};
    EXPECT_TRUE(send(*carrier));
    EXPECT_EQ(server.taken(), 1);
}

TEST_P(SmtpStopTest, EndsWithItsTimeAndWhatIsCalledSentThereafterIsTaken) {
    StallingSmtp server(GetParam());
    const auto carrier = this->carrier(server, "smtps://", std::chrono::seconds(2));
    const auto late = send(*carrier);
    ASSERT_FALSE(late);
    EXPECT_EQ(name(late.error()), "unreachable");
    EXPECT_EQ(server.taken(), 0);
    server.work();
    // On a slow machine two seconds may be too short for the next one, too.
    while (!send(*carrier)) {
    }
    EXPECT_GE(server.taken(), 1);
}

TEST_F(SmtpStopTest, EndsTheAttemptWhereNobodyAnswersInClearText) {
    StallingSmtp server(Stall::handshake);
    const auto carrier = this->carrier(server, "smtp://");
    expect_interrupted(server, *carrier);
}

TEST_F(SmtpStopTest, SaysGoodbyeAndWaitsForNone) {
    StallingSmtp server(Stall::quit);
    auto carrier = this->carrier(server, "smtps://");
    EXPECT_TRUE(send(*carrier));
    EXPECT_EQ(server.taken(), 1);
    stop_.request_stop();
    const auto began = clock_.steady_now();
    carrier.reset();
    // libcurl by itself waits two minutes.
    EXPECT_LT(clock_.steady_now() - began, std::chrono::minutes(1));
    server.wait_for_stall();  // where it was told QUIT
}

}  // namespace
}  // namespace budstikke::ebxml::test
