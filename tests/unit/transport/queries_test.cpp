// How many status answers are made for a peer that does not take them. The session around the
// queries is replaced: nothing leaves its outbox, and the test says when its thread runs.
#include "broker/transport/exchange/queries.hpp"

#include <set>

#include <gtest/gtest.h>

#include "tests/unit/transport/hand_client.hpp"
#include "tests/unit/transport/stuck_session.hpp"

namespace budstikke::transport {
namespace {

v1::Frame status_frame(std::uint64_t number) {
    v1::Frame frame;
    frame.mutable_status_request()->set_request(number);
    frame.mutable_status_request()->mutable_message()->set_message_id("m1");
    frame.mutable_status_request()->mutable_message()->set_sender("100");
    return frame;
}

class StuckQueries : public StuckSession {
 public:
    using StuckSession::StuckSession;

    void ask(std::uint64_t count) {
        for (std::uint64_t number = 1; number <= count; ++number) {
            queries_.status(status_frame(number).status_request());
        }
    }
    Queries& queries() { return queries_; }

 private:
    Queries queries_{context()};
};

class QueriesTest : public StuckSessionTest {
 protected:
    static constexpr std::uint32_t asked = 16;

    void SetUp() override {
        StuckSessionTest::SetUp();
        ASSERT_TRUE(BrokerTest::submit(pipeline::Draftsman{}).accepted);
    }
    /// So many of `asked` are answered to a peer that takes nothing.
    std::uint32_t answered(std::size_t outbound_bytes_max) {
        std::uint32_t unanswered = 0;
        for (std::uint32_t limit = 1; limit <= asked; ++limit) {
            ExchangeLimits limits;
            limits.outbound_bytes_max = outbound_bytes_max;
            limits.queries_pending_max = limit;
            StuckQueries session(parts(limits));
            session.ask(asked);
            session.run();
            unanswered += session.queries().blocked() ? 1 : 0;
        }
        return asked - unanswered;
    }
};

TEST_F(QueriesTest, ReadsNoMoreThanTwoAnswersBeyondAFullOutbox) {
    EXPECT_EQ(answered(0), 0U);
    EXPECT_EQ(answered(1), limits::status_reads_max);
}

TEST_F(QueriesTest, ReadsOnWhileThereIsRoom) {
    EXPECT_EQ(answered(limits::mib), asked);
}

TEST_F(QueriesTest, ForgetsWhatNobodyWillBeAnswered) {
    ExchangeLimits limits;
    limits.outbound_bytes_max = 1;
    StuckQueries session(parts(limits));
    session.ask(asked);
    session.run();
    EXPECT_TRUE(session.queries().pending());
    session.outbox().close();
    session.queries().pump();
    EXPECT_FALSE(session.queries().pending());
}

TEST_F(QueriesTest, AnswersEveryQuestionOfASlowReaderOnce) {
    constexpr std::uint64_t count = 200;
    options_.limits.outbound_bytes_max = 1;
    start_server();
    HandClient client(client_options("hospital"));
    client.greet();
    for (std::uint64_t number = 1; number <= count; ++number) {
        client.send(status_frame(number));
    }
    std::set<std::uint64_t> answers;
    for (std::uint64_t i = 0; i < count; ++i) {
        const v1::Frame answer = client.next();
        ASSERT_TRUE(answer.has_status());
        answers.insert(answer.status().request());
    }
    EXPECT_EQ(answers.size(), count);
    EXPECT_EQ(*answers.rbegin(), count);
    client.send(ping_frame(1));
    EXPECT_TRUE(client.next().has_pong());
}

}  // namespace
}  // namespace budstikke::transport
