// A stop while the relay is silent in the middle of a mail, by the real sender of mail: it comes to
// its end, and the delivery stays open with the attempts that it had.
#include <memory>

#include "broker/transport/ebxml/mail/smtp.hpp"
#include "tests/unit/transport/ebxml/carriers/stalling_smtp.hpp"
#include "tests/unit/transport/ebxml/service/outbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using enum DeliveryState;

class OutboxStopTest : public OutboxTest, public ::testing::WithParamInterface<Stall> {
 protected:
    void SetUp() override {
        OutboxTest::SetUp();
        world_.edit("ebxml_url = \"https://msh.example/ebxml\"\n", "");
        reload();
        const auto& pki = crypto::test::TestPki::instance();
        SmtpOptions options;
        options.relay = "smtps://localhost:" + std::to_string(server_.port());
        options.tls.ca_file = pki.path("ca.crt");
        options.tls.certificate_file = pki.certificate("hospital");
        options.tls.key_file = pki.key("hospital");
        options.exchange_time_max = std::chrono::hours(1);
        smtp_ = SmtpCarrier::make(std::move(options), clock_).value();
        carrier_.answer_with([this](const RecordingCarrier::Sent& sent) {
            const Package package{
                .content_type = sent.content_type, .transfer_encoding = {}, .body = sent.body
            };
            return smtp_->send({
                .endpoint = sent.endpoint,
                .package = package,
                .from_address = sent.from_address,
                .mail_id = sent.mail_id,
                .in_reply_to = {},
                .stop = sent.stop,
            });
        });
    }

    StallingSmtp server_{GetParam()};
    std::unique_ptr<SmtpCarrier> smtp_;
};

INSTANTIATE_TEST_SUITE_P(
    At, OutboxStopTest, ::testing::Values(Stall::handshake, Stall::data, Stall::end),
    [](const auto& at) {
        return at.param == Stall::handshake ? "Handshake"
               : at.param == Stall::data    ? "Data"
                                            : "End";
    }
);

TEST_P(OutboxStopTest, EndsWithTheDeliveryOpenAndTheAttemptNotCounted) {
    const auto id = submit_to("2001");
    server_.wait_for_stall();
    stop_all();
    EXPECT_EQ(server_.taken(), 0);
    server_.work();
    start_all();
    ebxml_store_->wait_until([&] { return stored(id).attempts == 1; });
    EXPECT_EQ(server_.taken(), 1);
    EXPECT_EQ(stored(id).failures, 0U);
    EXPECT_EQ(state(id, "2001"), in_flight);
    const auto sent = carrier_.wait_for(2);
    EXPECT_EQ(sent[1].body, sent[0].body);
    EXPECT_EQ(sent[1].mail_id, sent[0].mail_id);
    EXPECT_EQ(signal(acknowledgment_of(sent[1])), SignalEffect::applied);
    wait_for_state(id, delivered);
}

}  // namespace
}  // namespace budstikke::ebxml::test
