// Submissions so large that a worker reads them, pipelined with small ones: every one is answered,
// and the broker takes them in the order in which they were handed over.
#include <gtest/gtest.h>

#include "tests/unit/adapters/messages.hpp"
#include "tests/unit/transport/exchange_fixture.hpp"

namespace budstikke::transport {
namespace {

class HeavyTest : public ExchangeTest {
 protected:
    static constexpr int count = 24;

    /// Every third is heavy, each of another size, so that workers would finish out of order.
    static bool is_heavy(int index) { return index % 3 == 0; }
    static std::string msg_id(int index) {
        const std::string digits = std::to_string(100 + index);
        return "0b7c8a52-1d0e-4b6e-9d0f-000000000" + digits;
    }
    /// From 100 to 201, all of one conversation.
    static std::string xml(int index) {
        adapters::MsgHead message;
        message.id = msg_id(index);
        message.conversation =
            "<ConversationRef><RefToParent>c1</RefToParent>"
            "<RefToConversation>c1</RefToConversation></ConversationRef>";
        message.sender = organisation("100");
        message.receiver = organisation("201");
        const std::size_t filler =
            is_heavy(index) ? static_cast<std::size_t>(1 + (count - index)) * 70 * limits::kib : 10;
        message.content = "<Text xmlns=\"urn:invented\">" + std::string(filler, 't') + "</Text>";
        return message.xml();
    }
    static std::string organisation(const std::string& her_id) {
        return "<Organisation><OrganisationName>Invented</OrganisationName>" +
               adapters::ident(her_id, "HER") + "</Organisation>";
    }
    static v1::Submit xml_draft() {
        v1::Submit submit;
        submit.set_content_type("application/xml");
        return submit;
    }
    void submit_all(ExchangeClient& client) {
        std::vector<std::future<Result<v1::Receipt>>> answers;
        for (int i = 0; i < count; ++i) {
            answers.push_back(client.submit(xml_draft(), xml(i)));
        }
        for (int i = 0; i < count; ++i) {
            const auto receipt = answers[static_cast<std::size_t>(i)].get();
            ASSERT_TRUE(receipt) << receipt.error().detail;
            ASSERT_EQ(receipt->outcome(), v1::Receipt::ACCEPTED) << receipt->ShortDebugString();
            EXPECT_EQ(receipt->message_id(), msg_id(i));
        }
        EXPECT_EQ(broker_->budget().in_flight(), 0U);
    }
};

TEST_F(HeavyTest, AnswersAMixedPipelineAndAcceptsItInTheOrderOfSubmission) {
    options_.workers = 4;
    start_server();
    const auto client = connect("hospital");
    submit_all(*client);
    ASSERT_TRUE(client->follow("100", 0));
    std::vector<std::string> order;
    while (order.size() < count) {
        const auto event = client->next_event(soon);
        ASSERT_TRUE(event && *event);
        if (order.empty() || order.back() != (*event)->message_id()) {
            order.push_back((*event)->message_id());
        }
    }
    for (int i = 0; i < count; ++i) {
        EXPECT_EQ(order[static_cast<std::size_t>(i)], msg_id(i)) << i;
    }
}

TEST_F(HeavyTest, DeliversAConversationInTheOrderOfSubmission) {
    options_.workers = 4;
    start_server();
    const auto client = connect("hospital");
    submit_all(*client);
    const auto receiver = connect("municipality");
    ASSERT_TRUE(receiver->subscribe("201", count));
    for (int i = 0; i < count; ++i) {
        const v1::Delivery delivery = receive(*receiver);
        EXPECT_EQ(delivery.message().message_id(), msg_id(i)) << i;
        EXPECT_EQ(delivery.message().conversation(), "c1");
        EXPECT_TRUE(delivery.payload() == xml(i)) << i;
        ASSERT_TRUE(receiver->settle(settlement(delivery)));
    }
}

TEST_F(HeavyTest, ChecksInTheSamePipelineWithoutStoring) {
    start_server();
    const auto client = connect("hospital");
    auto check = client->check(xml_draft(), xml(0));
    auto small = client->submit(xml_draft(), xml(1));
    auto heavy = client->submit(xml_draft(), xml(0));
    EXPECT_TRUE(check.get().value().broker_id().empty());
    EXPECT_EQ(small.get().value().outcome(), v1::Receipt::ACCEPTED);
    const v1::Receipt receipt = heavy.get().value();
    EXPECT_EQ(receipt.outcome(), v1::Receipt::ACCEPTED);
    EXPECT_FALSE(receipt.repeated());
}

}  // namespace
}  // namespace budstikke::transport
