// Partners that come and go, that are slow: neither costs another one anything, and no delivery is
// left behind.
#include <future>

#include "broker/base/limits.hpp"
#include "tests/unit/transport/ebxml/service/outbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using enum DeliveryState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(OutboxTest, APartnerThatIsTakenAwayGetsNoMoreAndItsDeliveriesReturn) {
    const auto id = submit_to("2001");
    carrier_.wait_for(1);
    world_.edit("endpoint = \"ebxml\"", "endpoint = \"exchange\"");
    reload();
    wait_for_state(id, queued);
    EXPECT_EQ(delivery(id, "2001").events.back().detail, "no_partner");
    pass(hours(12));
    EXPECT_EQ(carrier_.count(), 1U);
    // Whoever serves it now gets what was under way.
    pipeline::Inbox inbox;
    const auto consumer = consume(inbox, "999000001", "2001");
    broker_->tick();
    const auto offers = inbox.take(1);
    EXPECT_EQ(offers[0].id.message, id);
    EXPECT_EQ(settle(consumer, offers[0]), delivered);
    detach(consumer);
}

TEST_F(OutboxTest, APartnerThatIsAddedIsServed) {
    world_.edit("endpoint = \"ebxml\"", "endpoint = \"exchange\"");
    reload();
    const auto id = submit_to("2001");
    sync();
    EXPECT_EQ(state(id, "2001"), queued);
    world_.edit(
        "endpoint = \"exchange\"\nedi_address = \"sykehus",
        "endpoint = \"ebxml\"\nedi_address = \"sykehus"
    );
    reload();
    const auto sent = carrier_.wait_for(1)[0];
    EXPECT_EQ(signal(acknowledgment_of(sent)), SignalEffect::applied);
    wait_for_state(id, delivered);
}

TEST_F(OutboxTest, AnAddressThatMovedIsUsedByTheNextAttempt) {
    submit_to("2001");
    carrier_.wait_for(1);
    world_.edit("https://msh.example/ebxml", "https://new.example/ebxml");
    reload();
    pass(hours(12));
    const auto sent = carrier_.wait_for(2);
    EXPECT_EQ(sent[1].endpoint, "https://new.example/ebxml");
    EXPECT_EQ(sent[1].body, sent[0].body);
}

TEST_F(OutboxTest, APartnerThatWentOverToMailWaitsForAnAddressOfItsSenderAndOperationsLearnIt) {
    const std::string address = "edi_address = \"legekontor@edi.example\"\n";
    const std::string place = "her_id = \"3001\"\n";
    const auto id = submit_to("2001");
    carrier_.wait_for(1);
    ebxml_store_->wait_until([&] { return stored(id).attempts == 1; });
    world_.edit("ebxml_url = \"https://msh.example/ebxml\"\n", "");
    world_.edit(address, "");
    reload();
    pass(hours(12));
    ebxml_store_->wait_until([&] { return stored(id).failures == 1; });
    const auto told = events_.all("ebxml_no_route");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].fields.at("code"), "no_mail_address");
    EXPECT_EQ(carrier_.count(), 1U);
    world_.edit(place, place + address);
    reload();
    pass(hours(12));
    const auto sent = carrier_.wait_for(2);
    EXPECT_EQ(sent[1].endpoint, "mailto:sykehus@edi.example");
    EXPECT_EQ(sent[1].from_address, "legekontor@edi.example");
    EXPECT_EQ(sent[1].body, sent[0].body);
}

TEST_F(OutboxTest, WhatHasNoWayReturnsToItsQueueAndOperationsLearnWhy) {
    // 2005 has no certificate that one could encrypt for, and no address.
    const auto id = submit_to("2005");
    wait_for_state(id, queued, "2005");
    const auto told = events_.all("ebxml_no_route");
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told[0].fields.at("code"), "no_endpoint");
    EXPECT_EQ(told[0].fields.at("to"), "2005");
    EXPECT_EQ(carrier_.count(), 0U);
}

TEST_F(OutboxTest, ATypeThatNoServiceCarriesIsADeadLetterAtOnce) {
    const pipeline::Draftsman draft{
        .msg_id = "m1",
        .sender = "3001",
        .to = {"2001"},
        .type = "BOGUS",
        .organisation = "999000002",
    };
    const auto receipt = submit(draft.submission());
    ASSERT_TRUE(receipt.accepted);
    wait_for_state(receipt.id, dead_lettered);
    const auto told = events_.all("ebxml_no_route");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].fields.at("code"), "no_service");
    EXPECT_EQ(carrier_.count(), 0U);
}

TEST_F(OutboxTest, APartnerGetsNoMoreThanItMayLeaveUnacknowledged) {
    constexpr std::size_t most = limits::ebxml_unacknowledged_max;
    const auto ids = submit_many("2001", most + 1);
    const auto sent = carrier_.wait_for(most);
    sync();
    EXPECT_EQ(state(ids[most], "2001"), queued);
    EXPECT_EQ(signal(acknowledgment_of(sent[0])), SignalEffect::applied);
    carrier_.wait_for(most + 1);
    EXPECT_EQ(state(ids[most], "2001"), in_flight);
}

class FairnessTest : public OutboxTest {
 protected:
    void SetUp() override {
        OutboxTest::SetUp();
        // A second hospital, of an organisation of its own.
        world_.edit("\"2003\", \"2004\", \"2005\"", "\"2003\", \"2004\"");
        world_.edit(
            "[[party]]\nher_id = \"2005\"\norganisation = \"999000001\"",
            "[[organisation]]\nnumber = \"999000005\"\nname = \"Invented\"\nacts_for = "
            "[\"2005\"]\n[[party]]\nher_id = \"2005\"\nebxml_url = "
            "\"https://other.example/ebxml\"\nencryption_certificate = "
            "\"hospital.crt\"\norganisation = \"999000005\""
        );
        reload();
    }
};

TEST_F(FairnessTest, APartnerThatHangsHoldsUpNoOther) {
    std::promise<void> open_the_gate;
    const auto gate = open_the_gate.get_future().share();
    carrier_.answer_with([gate](const RecordingCarrier::Sent& sent) -> RecordingCarrier::Answer {
        if (sent.endpoint == "https://msh.example/ebxml") {
            gate.wait();
        }
        return std::string{};
    });
    for (int i = 0; i < 10; ++i) {
        submit_to("2001", "m" + std::to_string(i));
    }
    carrier_.wait_for(1);
    const auto id = submit_to("2005", "other");
    const auto sent = carrier_.wait_for(2);
    EXPECT_EQ(sent[1].endpoint, "https://other.example/ebxml");
    EXPECT_EQ(signal(acknowledgment_of(sent[1])), SignalEffect::applied);
    wait_for_state(id, delivered, "2005");
    EXPECT_EQ(carrier_.count(), 2U);
    open_the_gate.set_value();
    carrier_.wait_for(11);
}

TEST_F(FairnessTest, APartnerThatCannotBeReachedIsLeftAloneForAWhile) {
    carrier_.answer_with([](const auto&) { return std::unexpected(CarrierFault::unreachable); });
    const auto first = submit_to("2001", "m0");
    ebxml_store_->wait_until([&] { return stored(first).failures == 1; });
    const auto second = submit_to("2001", "m1");
    ebxml_store_->wait_until([&] { return !stored(second).message_id.empty(); });
    EXPECT_EQ(stored(second).failures, 0U);
    carrier_.answer_with({});
    pass(minutes(1));
    const auto sent = carrier_.wait_for(3);
    for (std::size_t i = 1; i < 3; ++i) {
        EXPECT_EQ(signal(acknowledgment_of(sent[i])), SignalEffect::applied);
    }
    wait_for_state(first, delivered);
    wait_for_state(second, delivered);
}

class NeverReachedTest : public OutboxTest {
 protected:
    std::uint32_t retries() const override { return 1; }
    seconds interval() const override { return seconds(60); }
};

TEST_F(NeverReachedTest, WhoNeverCanBeReachedIsGivenUpAfterTheTimeOfAllAttempts) {
    carrier_.answer_with([](const auto&) { return std::unexpected(CarrierFault::unreachable); });
    const auto id = submit_to("2001");
    ebxml_store_->wait_until([&] { return stored(id).failures == 1; });
    pass(seconds(60));
    ebxml_store_->wait_until([&] { return stored(id).failures == 2; });
    EXPECT_EQ(state(id, "2001"), in_flight);
    pass(seconds(60));
    wait_for_state(id, expired);
    EXPECT_EQ(events_.all("ebxml_unacknowledged").size(), 1U);
    EXPECT_EQ(carrier_.count(), 2U);
}

}  // namespace
}  // namespace budstikke::ebxml::test
