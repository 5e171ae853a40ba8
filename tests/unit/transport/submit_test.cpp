// Submit, Check, chunks, MayISend and Withdraw over the wire: one answer each, limits held.
#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "broker/transport/exchange/frame.hpp"
#include "tests/unit/transport/exchange_fixture.hpp"
#include "tests/unit/transport/hand_client.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

class SubmitTest : public ExchangeTest {};

bool has_finding(const v1::Receipt& receipt, const std::string& code) {
    return std::ranges::any_of(receipt.findings(), [&](const v1::Finding& finding) {
        return finding.code() == code;
    });
}

TEST_F(SubmitTest, AnswersWithADurableReceipt) {
    start_server();
    const auto client = connect("hospital");
    const v1::Receipt receipt = submit(*client, "m1", "sealed", {"201", "202"});
    EXPECT_EQ(receipt.outcome(), v1::Receipt::ACCEPTED);
    EXPECT_EQ(receipt.message_id(), "m1");
    EXPECT_TRUE(MessageId::parse(receipt.broker_id()));
    EXPECT_GT(receipt.accepted_at_ms(), 0);
    ASSERT_EQ(receipt.recipients_size(), 2);
    EXPECT_TRUE(receipt.recipients(0).accepted());
    EXPECT_FALSE(receipt.recipients(0).copy());
    EXPECT_TRUE(receipt.recipients(1).copy());
}

TEST_F(SubmitTest, RepeatsTheAnswerAndRefusesTheConflict) {
    start_server();
    const auto client = connect("hospital");
    const v1::Receipt first = submit(*client, "m1", "sealed");
    const v1::Receipt again = submit(*client, "m1", "sealed");
    EXPECT_TRUE(again.repeated());
    EXPECT_EQ(again.broker_id(), first.broker_id());
    const v1::Receipt other = submit(*client, "m1", "another");
    EXPECT_EQ(other.outcome(), v1::Receipt::REFUSED);
    EXPECT_EQ(other.findings_size(), 1);
}

TEST_F(SubmitTest, AnswersAWholePipelineAndCommitsItInOrder) {
    start_server();
    const auto client = connect("hospital");
    std::vector<std::future<Result<v1::Receipt>>> answers;
    for (int i = 0; i < 500; ++i) {
        answers.push_back(client->submit(draft("m" + std::to_string(i)), "sealed"));
    }
    for (auto& answer : answers) {
        const auto receipt = answer.get();
        ASSERT_TRUE(receipt);
        ASSERT_EQ(receipt->outcome(), v1::Receipt::ACCEPTED);
    }
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
    ASSERT_TRUE(client->follow("100", 0));
    std::string last;
    for (int i = 0; i < 500;) {
        const auto event = client->next_event(soon);
        ASSERT_TRUE(event && *event);
        if ((*event)->message_id() != last) {
            last = (*event)->message_id();
            ASSERT_EQ(last, "m" + std::to_string(i));
            ++i;
        }
    }
}

TEST_F(SubmitTest, GathersAPayloadFromItsChunks) {
    start_server();
    const auto client = connect("hospital");
    const std::string payload(3 * limits::chunk_bytes_max + 17, 'q');
    EXPECT_EQ(submit(*client, "large", payload).outcome(), v1::Receipt::ACCEPTED);
    const auto receiver = connect("municipality");
    ASSERT_TRUE(receiver->subscribe("201", 1));
    const v1::Delivery delivery = receive(*receiver);
    EXPECT_EQ(delivery.size(), payload.size());
    EXPECT_TRUE(delivery.payload() == payload);
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

TEST_F(SubmitTest, HoldsThePayloadLimitOneBelowAtAndAboveAndGoesOn) {
    options_.limits.payload_bytes_max = 2 * limits::mib;
    start_server();
    const auto client = connect("hospital");
    const std::size_t limit = options_.limits.payload_bytes_max;
    for (const std::size_t size : {limit - 1, limit, limit + 1}) {
        const v1::Receipt receipt =
            submit(*client, "m" + std::to_string(size), std::string(size, 'x'));
        EXPECT_EQ(receipt.outcome() == v1::Receipt::ACCEPTED, size <= limit) << size;
        EXPECT_EQ(has_finding(receipt, "payload.too_large"), size > limit) << size;
    }
    EXPECT_EQ(submit(*client, "after").outcome(), v1::Receipt::ACCEPTED);
}

TEST_F(SubmitTest, RefusesASenderOfAnotherOrganisation) {
    start_server();
    const auto client = connect("municipality");
    const v1::Receipt receipt = submit(*client, "m1");
    EXPECT_EQ(receipt.outcome(), v1::Receipt::REFUSED);
    EXPECT_TRUE(has_finding(receipt, "submission.sender_not_allowed"));
    EXPECT_TRUE(events_.wait_for("submission_refused_sender"));
}

TEST_F(SubmitTest, ChecksWithoutStoring) {
    start_server();
    const auto client = connect("hospital");
    const auto verdict = client->check(draft("m1"), "sealed").get();
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->outcome(), v1::Receipt::ACCEPTED);
    EXPECT_TRUE(verdict->broker_id().empty());
    v1::MessageRef ref;
    ref.set_message_id("m1");
    ref.set_sender("100");
    const auto status = client->status(ref);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::not_found);
}

TEST_F(SubmitTest, AnswersWhetherOneMaySend) {
    start_server();
    const auto client = connect("hospital");
    v1::MayISend question;
    question.set_sender("100");
    question.set_recipient("201");
    question.set_type("EPIKRISE");
    const auto allowed = client->may_i_send(question);
    ASSERT_TRUE(allowed) << allowed.error().detail;
    EXPECT_TRUE(allowed->allowed());
    question.set_recipient("999");
    const auto unknown = client->may_i_send(question);
    ASSERT_TRUE(unknown);
    EXPECT_FALSE(unknown->allowed());
    EXPECT_GT(unknown->findings_size(), 0);
    question.set_sender("201");
    const auto foreign = client->may_i_send(question);
    ASSERT_TRUE(foreign);
    EXPECT_FALSE(foreign->allowed());
    EXPECT_EQ(foreign->findings(0).code(), "submission.sender_not_allowed");
    EXPECT_TRUE(events_.wait_for("query_denied"));
}

TEST_F(SubmitTest, WithdrawsWhatHasNotLeft) {
    start_server();
    const auto client = connect("hospital");
    const v1::Receipt receipt = submit(*client, "m1", "sealed", {"201", "202"});
    v1::Withdraw withdraw;
    withdraw.mutable_message()->set_broker_id(receipt.broker_id());
    withdraw.add_recipients("202");
    withdraw.set_reason("sent by mistake");
    const auto withdrawn = client->withdraw(withdraw);
    ASSERT_TRUE(withdrawn) << withdrawn.error().detail;
    ASSERT_EQ(withdrawn->recipients_size(), 1);
    EXPECT_TRUE(withdrawn->recipients(0).cancelled());
    EXPECT_EQ(withdrawn->recipients(0).state(), "cancelled");
    const auto foreign = connect("municipality")->withdraw(withdraw);
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, Errc::not_found);
}

v1::Frame first_piece(std::uint64_t number, std::uint64_t size, const std::string& payload) {
    v1::Frame frame;
    v1::Submit& submit = *frame.mutable_submit();
    submit.set_submission(number);
    submit.set_content_type("application/pkcs7-mime");
    submit.set_size(size);
    submit.set_payload(payload);
    return frame;
}

v1::Frame next_piece(std::uint64_t number, const std::string& payload) {
    v1::Frame frame;
    frame.mutable_chunk()->set_submission(number);
    frame.mutable_chunk()->set_payload(payload);
    return frame;
}

TEST_F(SubmitTest, EndsASessionThatBreaksTheOrderOfChunks) {
    start_server();
    const std::vector<std::vector<v1::Frame>> broken{
        {next_piece(1, "of nothing")},
        {first_piece(1, 10, "abc"), next_piece(2, "of another")},
        {first_piece(1, 10, "abc"), first_piece(2, 10, "abc")},
        {first_piece(1, 5, "abc"), next_piece(1, "def")},
        {first_piece(1, 2, "abc")},
        {first_piece(1, 5, "abc"), next_piece(1, "")},
    };
    for (const auto& frames : broken) {
        const auto client = connect("hospital");
        for (const v1::Frame& frame : frames) {
            client->send(frame);
        }
        EXPECT_EQ(reason_of_end(*client), v1::GoAway::PROTOCOL_ERROR);
    }
    wait_for_connections(0);
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

TEST_F(SubmitTest, OnlyPayloadsMakeLargeFrames) {
    start_server();
    const auto client = connect("hospital");
    v1::Frame frame;
    frame.mutable_settle()->set_reason(std::string(limits::frame_bytes_small_max + 1, 'x'));
    client->send(frame);
    EXPECT_EQ(reason_of_end(*client), v1::GoAway::LIMIT_EXCEEDED);
}

TEST_F(SubmitTest, EndsASessionWhoseFrameIsAboveTheLimit) {
    start_server();
    const auto client = connect("hospital");
    const auto above = static_cast<std::uint32_t>(limits::frame_bytes_max + 1);
    std::string prefix;
    for (int shift = 24; shift >= 0; shift -= 8) {
        prefix.push_back(static_cast<char>((above >> static_cast<unsigned>(shift)) & 0xFFU));
    }
    client->send_bytes(prefix);
    EXPECT_EQ(reason_of_end(*client), v1::GoAway::LIMIT_EXCEEDED);
}

TEST_F(SubmitTest, EndsASessionThatSendsNoProtobuf) {
    start_server();
    const auto client = connect("hospital");
    client->send_bytes(std::string("\0\0\0\3\xFF\xFF\xFF", 7));
    EXPECT_EQ(reason_of_end(*client), v1::GoAway::PROTOCOL_ERROR);
}

TEST_F(SubmitTest, AnswersAnUnknownKindWithAProblemAndLives) {
    start_server();
    const auto client = connect("hospital");
    client->send_bytes(std::string("\0\0\0\4\x9A\x06\x01z", 8));
    const auto problem = client->next_other(soon);
    ASSERT_TRUE(problem && *problem);
    EXPECT_EQ((*problem)->problem().code(), "unknown_frame");
    v1::Frame welcome;
    welcome.mutable_welcome();
    client->send(welcome);
    const auto second = client->next_other(soon);
    ASSERT_TRUE(second && *second);
    EXPECT_EQ((*second)->problem().code(), "unknown_frame");
    EXPECT_EQ(submit(*client, "m1").outcome(), v1::Receipt::ACCEPTED);
}

TEST_F(SubmitTest, AnswersPings) {
    start_server();
    const auto client = connect("hospital");
    v1::Frame ping;
    ping.mutable_ping()->set_number(42);
    client->send(ping);
    const auto pong = client->next_other(soon);
    ASSERT_TRUE(pong && *pong);
    EXPECT_EQ((*pong)->pong().number(), 42U);
}

TEST_F(SubmitTest, EndsAnIdleSessionButNotOneThatPings) {
    start_server();
    const auto one_that_pings = connect("hospital");
    const auto silent = connect("municipality");
    const auto expect_pong = [&] {
        one_that_pings->send(ping_frame(1));
        const auto pong = one_that_pings->next_other(soon);
        ASSERT_TRUE(pong && *pong && (*pong)->has_pong());
    };
    for (int i = 0; i < 2; ++i) {
        wall_.leap_past(options_.limits.idle_time_max * 3 / 5);
        expect_pong();
    }
    EXPECT_EQ(reason_of_end(*silent), v1::GoAway::IDLE);
    expect_pong();
    EXPECT_TRUE(one_that_pings->alive());
    wall_.leap_past(options_.limits.idle_time_max);
    EXPECT_EQ(reason_of_end(*one_that_pings), v1::GoAway::IDLE) << "now it has stopped";
}

TEST_F(SubmitTest, EndsASessionWhoseFrameDrips) {
    options_.limits.frame_time_max = 200ms;
    start_server();
    const auto client = connect("hospital");
    client->send_bytes(std::string("\0\0\0\x50half", 8));
    EXPECT_EQ(reason_of_end(*client), v1::GoAway::TIMEOUT);
}

TEST_F(SubmitTest, EndsASessionWhosePayloadNeverEnds) {
    options_.limits.submission_time_max = 200ms;
    start_server();
    const auto client = connect("hospital");
    client->send(first_piece(1, 1'000'000, "abc"));
    EXPECT_EQ(reason_of_end(*client), v1::GoAway::TIMEOUT);
    wait_for_connections(0);
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

class TightSubmitTest : public SubmitTest {
 protected:
    pipeline::Settings settings() const override {
        pipeline::Settings settings;
        settings.bytes_in_flight_max = 64 * limits::kib;
        return settings;
    }
};

TEST_F(TightSubmitTest, ReadsNoFurtherThanTheBudgetAllows) {
    start_server();
    const auto hoarder = connect("hospital");
    // Holds the whole budget with a payload that it does not finish.
    hoarder->send(first_piece(1, 64 * limits::kib, "abc"));
    while (broker_->budget().in_flight() == 0) {
        std::this_thread::yield();
    }
    const auto waiting = connect("hospital");
    auto answer = waiting->submit(draft("m1"), "sealed");
    EXPECT_EQ(answer.wait_for(100ms), std::future_status::timeout);
    hoarder->send(first_piece(2, 1, "a"));
    EXPECT_EQ(reason_of_end(*hoarder), v1::GoAway::PROTOCOL_ERROR);
    const auto receipt = answer.get();
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->outcome(), v1::Receipt::ACCEPTED);
}

TEST_F(TightSubmitTest, GivesBackWhatAWaitingSessionNeverUsed) {
    start_server();
    const auto hoarder = connect("hospital");
    hoarder->send(first_piece(1, 64 * limits::kib, "abc"));
    while (broker_->budget().in_flight() == 0) {
        std::this_thread::yield();
    }
    {
        const auto impatient = connect("hospital");
        auto answer = impatient->submit(draft("m1"), "sealed");
        EXPECT_EQ(answer.wait_for(50ms), std::future_status::timeout);
    }
    hoarder->send(first_piece(2, 1, "a"));
    EXPECT_EQ(reason_of_end(*hoarder), v1::GoAway::PROTOCOL_ERROR);
    wait_for_connections(0);
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

TEST_F(TightSubmitTest, TakesPayloadsLargerThanTheWholeBudgetOneAtATime) {
    start_server();
    const auto client = connect("hospital");
    auto first = client->submit(draft("m1"), std::string(2 * limits::mib, 'a'));
    auto second = client->submit(draft("m2"), std::string(2 * limits::mib, 'b'));
    EXPECT_EQ(first.get().value().outcome(), v1::Receipt::ACCEPTED);
    EXPECT_EQ(second.get().value().outcome(), v1::Receipt::ACCEPTED);
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

TEST_F(SubmitTest, WorksWithOneSubmissionPendingAtATime) {
    options_.limits.submissions_pending_max = 1;
    start_server();
    const auto client = connect("hospital");
    EXPECT_EQ(client->welcome().submissions_pending_max(), 1U);
    std::vector<std::future<Result<v1::Receipt>>> answers;
    for (int i = 0; i < 20; ++i) {
        answers.push_back(client->submit(draft("m" + std::to_string(i)), "sealed"));
    }
    for (auto& answer : answers) {
        EXPECT_EQ(answer.get().value().outcome(), v1::Receipt::ACCEPTED);
    }
}

}  // namespace
}  // namespace budstikke::transport
