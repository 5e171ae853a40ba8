// The lengths of frames and of what they carry, over the wire, one below, at and one above each
// limit. Frames get their exact length from a field that no version of the protocol knows.
#include <array>

#include <gtest/gtest.h>

#include "tests/unit/transport/exchange_fixture.hpp"
#include "tests/unit/transport/hand_client.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

class FrameLimitsTest : public ExchangeTest {
 protected:
    std::unique_ptr<HandClient> greeted(const std::string& certificate = "hospital") {
        auto client = std::make_unique<HandClient>(client_options(certificate));
        client->greet();
        return client;
    }
    static v1::Frame submit_frame(
        std::uint64_t number, const std::string& payload, std::uint64_t size
    ) {
        v1::Frame frame;
        v1::Submit& submit = *frame.mutable_submit();
        submit = draft("m" + std::to_string(number));
        submit.set_submission(number);
        submit.set_size(size);
        submit.set_payload(payload);
        return frame;
    }
    void expect_alive(HandClient& client) {
        client.send(ping_frame(4242));
        EXPECT_EQ(number_of(client.next()), 4242U);
    }
};

/// One below, at, one above.
std::array<std::size_t, 3> around(std::size_t limit) {
    return {limit - 1, limit, limit + 1};
}

TEST_F(FrameLimitsTest, TakesASubmitWhoseFrameIsAsLongAsAFrameMayBeAndNoLonger) {
    start_server();
    for (const std::size_t length : around(limits::frame_bytes_max)) {
        const auto client = greeted();
        const std::string payload(limits::chunk_bytes_max, 'p');
        v1::Frame frame = submit_frame(length, payload, payload.size());
        pad(frame, *frame.mutable_submit(), length);
        client->send(frame);
        const v1::Frame answer = client->next();
        if (length <= limits::frame_bytes_max) {
            EXPECT_EQ(answer.receipt().outcome(), v1::Receipt::ACCEPTED) << length;
            expect_alive(*client);
        } else {
            EXPECT_EQ(answer.go_away().reason(), v1::GoAway::LIMIT_EXCEEDED);
        }
    }
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

TEST_F(FrameLimitsTest, TakesAFrameWithoutPayloadUpToItsOwnLimit) {
    start_server();
    for (const std::size_t length : around(limits::frame_bytes_small_max)) {
        const auto client = greeted();
        v1::Frame frame = ping_frame(7);
        pad(frame, *frame.mutable_ping(), length);
        client->send(frame);
        const v1::Frame answer = client->next();
        if (length <= limits::frame_bytes_small_max) {
            EXPECT_EQ(answer.pong().number(), 7U) << length;
            expect_alive(*client);
        } else {
            EXPECT_EQ(answer.go_away().reason(), v1::GoAway::LIMIT_EXCEEDED);
        }
    }
}

TEST_F(FrameLimitsTest, TakesAHelloUpToTheLimitBeforeHello) {
    start_server();
    for (const std::size_t length : around(limits::frame_bytes_before_hello_max)) {
        HandClient client(client_options("hospital"));
        v1::Frame frame = hello_frame();
        pad(frame, *frame.mutable_hello(), length);
        client.send(frame);
        const v1::Frame answer = client.next();
        if (length <= limits::frame_bytes_before_hello_max) {
            EXPECT_TRUE(answer.has_welcome()) << length;
            expect_alive(client);
        } else {
            EXPECT_EQ(answer.go_away().reason(), v1::GoAway::LIMIT_EXCEEDED);
        }
    }
}

TEST_F(FrameLimitsTest, TakesAFirstPieceUpToTheLimitOfChunks) {
    start_server();
    for (const std::size_t length : around(limits::chunk_bytes_max)) {
        const auto client = greeted();
        client->send(submit_frame(length, std::string(length, 'p'), length));
        const v1::Frame answer = client->next();
        if (length <= limits::chunk_bytes_max) {
            EXPECT_EQ(answer.receipt().outcome(), v1::Receipt::ACCEPTED) << length;
        } else {
            EXPECT_EQ(answer.go_away().reason(), v1::GoAway::PROTOCOL_ERROR);
        }
    }
}

TEST_F(FrameLimitsTest, TakesALaterChunkUpToTheLimitOfChunks) {
    start_server();
    for (const std::size_t length : around(limits::chunk_bytes_max)) {
        const auto client = greeted();
        client->send(submit_frame(length, "p", length + 1));
        v1::Frame chunk;
        chunk.mutable_chunk()->set_submission(length);
        chunk.mutable_chunk()->set_payload(std::string(length, 'q'));
        client->send(chunk);
        const v1::Frame answer = client->next();
        if (length <= limits::chunk_bytes_max) {
            EXPECT_EQ(answer.receipt().outcome(), v1::Receipt::ACCEPTED) << length;
        } else {
            EXPECT_EQ(answer.go_away().reason(), v1::GoAway::PROTOCOL_ERROR);
        }
    }
    wait_for_connections(0);
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

TEST_F(FrameLimitsTest, TellsWhoseSoftwareNameIsTooLongWhy) {
    start_server();
    for (const std::size_t length : around(limits::software_bytes_max)) {
        HandClient client(client_options("hospital"));
        v1::Frame frame = hello_frame();
        frame.mutable_hello()->set_software(std::string(length, 's'));
        client.send(frame);
        const v1::Frame answer = client.next();
        const bool is_above = length > limits::software_bytes_max;
        EXPECT_EQ(answer.has_welcome(), !is_above) << length;
        EXPECT_EQ(answer.go_away().reason() == v1::GoAway::LIMIT_EXCEEDED, is_above) << length;
        EXPECT_EQ(events_.count("hello_refused_software"), is_above ? 1U : 0U);
    }
}

class FieldLimitsTest : public FrameLimitsTest {
 protected:
    /// Empty where it was answered with something else.
    static std::string problem_code(HandClient& client, const v1::Frame& question) {
        client.send(question);
        return client.next().problem().code();
    }
};

TEST_F(FieldLimitsTest, HoldsTheLimitOfReasonsOfAWithdrawal) {
    start_server();
    const auto client = greeted();
    for (const std::size_t length : around(limits::reason_bytes_max)) {
        const auto sender = connect("hospital");
        const v1::Receipt receipt = submit(*sender, "m" + std::to_string(length));
        v1::Frame frame;
        frame.mutable_withdraw()->mutable_message()->set_broker_id(receipt.broker_id());
        frame.mutable_withdraw()->set_reason(std::string(length, 'r'));
        const bool is_above = length > limits::reason_bytes_max;
        EXPECT_EQ(problem_code(*client, frame), is_above ? "invalid_argument" : "") << length;
    }
}

TEST_F(FieldLimitsTest, HoldsTheLimitOfReasonsOfASettlement) {
    start_server();
    const auto sender = connect("hospital");
    const auto receiver = connect("municipality");
    ASSERT_TRUE(receiver->subscribe("201", 1));
    for (const std::size_t length : around(limits::reason_bytes_max)) {
        submit(*sender, "m" + std::to_string(length));
        v1::Settle settle = settlement(receive(*receiver), v1::Settle::REJECTED);
        settle.set_reason(std::string(length, 'r'));
        const auto settled = receiver->settle(settle);
        EXPECT_EQ(settled.has_value(), length <= limits::reason_bytes_max) << length;
        if (!settled) {
            EXPECT_EQ(settled.error().code, Errc::invalid_argument);
        }
    }
}

TEST_F(FieldLimitsTest, HoldsTheLimitOfRecipientsOfAWithdrawal) {
    start_server();
    const auto sender = connect("hospital");
    const v1::Receipt receipt = submit(*sender, "m1");
    const auto client = greeted();
    for (const std::size_t count : around(limits::receivers_max)) {
        v1::Frame frame;
        frame.mutable_withdraw()->mutable_message()->set_broker_id(receipt.broker_id());
        for (std::size_t i = 0; i < count; ++i) {
            frame.mutable_withdraw()->add_recipients(std::to_string(201 + i));
        }
        const bool is_above = count > limits::receivers_max;
        EXPECT_EQ(problem_code(*client, frame) == "invalid_argument", is_above) << count;
    }
}

TEST_F(FieldLimitsTest, HoldsTheLimitOfAMsgIdThatIsAskedFor) {
    start_server();
    const auto client = greeted();
    for (const std::size_t length : around(limits::msg_id_bytes_max)) {
        v1::Frame frame;
        frame.mutable_status_request()->mutable_message()->set_sender("100");
        frame.mutable_status_request()->mutable_message()->set_message_id(std::string(length, 'i'));
        const bool is_above = length > limits::msg_id_bytes_max;
        EXPECT_EQ(problem_code(*client, frame), is_above ? "invalid_argument" : "not_found");
    }
}

TEST_F(FieldLimitsTest, HoldsTheLimitsOfDeclaredFacts) {
    struct Case {
        std::size_t limit;
        std::string* (v1::DeclaredFacts::*field)();
    };
    const std::array<Case, 5> cases{{
        {limits::msg_id_bytes_max, &v1::DeclaredFacts::mutable_message_id},
        {limits::msg_id_bytes_max, &v1::DeclaredFacts::mutable_conversation},
        {limits::msg_id_bytes_max, &v1::DeclaredFacts::mutable_parent},
        {limits::type_code_bytes_max, &v1::DeclaredFacts::mutable_type},
        {limits::type_code_bytes_max, &v1::DeclaredFacts::mutable_version},
    }};
    start_server();
    const auto client = connect("hospital");
    int number = 0;
    for (const Case& one : cases) {
        for (const std::size_t length : around(one.limit)) {
            v1::Submit submit = draft("m" + std::to_string(++number));
            *(submit.mutable_declared()->*one.field)() = std::string(length, 'X');
            const auto receipt = client->submit(submit, "sealed").get();
            ASSERT_TRUE(receipt) << receipt.error().detail;
            const bool is_above = length > one.limit;
            EXPECT_EQ(receipt->outcome() == v1::Receipt::REFUSED, is_above) << number;
            EXPECT_EQ(receipt->findings_size() > 0, is_above) << number;
        }
    }
}

TEST_F(FieldLimitsTest, HoldsTheLimitOfSubscriptionsAndGivesThePlaceOfOneThatEnds) {
    options_.limits.subscriptions_max = 2;
    start_server();
    const auto client = connect("municipality");
    EXPECT_TRUE(client->subscribe("201", 1));
    EXPECT_TRUE(client->subscribe("202", 1));
    const auto above = client->subscribe("301", 1);
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error().code, Errc::limit_exceeded);
    EXPECT_TRUE(client->subscribe("201", 1)) << "more credit is no further subscription";
    EXPECT_TRUE(client->unsubscribe("202"));
    const auto denied = client->subscribe("301", 1);
    ASSERT_FALSE(denied);
    EXPECT_EQ(denied.error().code, Errc::denied) << "there was room, but not for this one";
    EXPECT_TRUE(client->subscribe("202", 1)) << "what was denied takes no place";
}

TEST_F(FieldLimitsTest, HoldsTheLimitOfFeeds) {
    options_.limits.subscriptions_max = 2;
    start_server();
    const auto client = connect("municipality");
    EXPECT_TRUE(client->follow("201", 0));
    EXPECT_TRUE(client->follow("202", 0));
    const auto above = client->follow("301", 0);
    ASSERT_FALSE(above);
    EXPECT_EQ(above.error().code, Errc::limit_exceeded);
    EXPECT_TRUE(client->follow("201", 0)) << "from another position is no further feed";
}

}  // namespace
}  // namespace budstikke::transport
