// A partner that operations hold and release: what was under way to it goes back to its queue, and
// goes on from there with the message that it has, once, and with all of the partner's credit.
#include <future>
#include <latch>

#include "broker/base/limits.hpp"
#include "tests/unit/transport/ebxml/service/outbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using enum DeliveryState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// One thread does everything, in the order in which it became due.
class HoldTest : public OutboxTest {
 protected:
    void SetUp() override {
        OutboxTest::SetUp();
        // So that another ward can be reached too: its messages show that the thread has gone on.
        const std::string_view ward = "edi_address = \"a@edi.example\"\n";
        world_.edit(ward, std::string(ward) + "encryption_certificate = \"hospital.crt\"\n");
        reload();
    }
    OutboxOptions options() const override {
        return {.senders = 1, .mail_domain = "msh.example", .description = {}};
    }
    void hold(bool held) {
        const auto done = await<Result<void>>([&](auto answer) {
            broker_->hold(by("hold"), her("2001"), held, std::move(answer));
        });
        ASSERT_TRUE(done);
    }
};

TEST_F(HoldTest, AnAdministratorsHoldStopsTheResendingAndItsEndResumesIt) {
    const auto id = submit_to("2001");
    const auto first = carrier_.wait_for(1)[0];
    hold(true);
    EXPECT_EQ(state(id, "2001"), queued);
    pass(hours(12));
    submit_to("2002", "other");
    EXPECT_EQ(carrier_.wait_for(2)[1].endpoint, "mailto:a@edi.example");
    hold(false);
    pass(minutes(1));
    const auto resent = carrier_.wait_for(3)[2];
    EXPECT_EQ(resent.endpoint, "https://msh.example/ebxml");
    EXPECT_EQ(resent.body, first.body);
    EXPECT_EQ(resent.at - first.at, hours(12) + minutes(1));
    EXPECT_EQ(signal(acknowledgment_of(resent)), SignalEffect::applied);
    wait_for_state(id, delivered);
    // The subscription, which the hold ended, is there again.
    const auto next = submit_to("2001", "m2");
    carrier_.wait_for(4);
    EXPECT_EQ(state(next, "2001"), in_flight);
}

TEST_F(HoldTest, AMessageThatCameDueWhileItWasHeldEndsOnceAndNothingOfItIsLeft) {
    const auto id = submit_to("2001");
    carrier_.wait_for(1);
    ebxml_store_->wait_until([&] { return stored(id).attempts == 1; });
    hold(true);
    pass(hours(12));
    submit_to("2002", "other");
    carrier_.wait_for(2);
    hold(false);
    pass(seconds(1));
    const auto resent = carrier_.wait_for(3)[2];
    EXPECT_EQ(signal(acknowledgment_of(resent)), SignalEffect::applied);
    wait_for_state(id, delivered);
    wait_until_erased(id);
    // Past every time at which it could have been due.
    pass(minutes(1));
    pass(hours(1));
    EXPECT_EQ(carrier_.count(), 3U);
    EXPECT_EQ(state(id, "2001"), delivered);
}

TEST_F(HoldTest, AnAcknowledgmentThatComesDuringTheHoldSettlesTheDeliveryAfterIt) {
    const auto id = submit_to("2001");
    const auto sent = carrier_.wait_for(1)[0];
    hold(true);
    EXPECT_EQ(signal(acknowledgment_of(sent)), SignalEffect::applied);
    EXPECT_EQ(state(id, "2001"), queued);
    hold(false);
    pass(seconds(1));
    wait_for_state(id, delivered);
    wait_until_erased(id);
    EXPECT_EQ(carrier_.count(), 1U);
}

TEST_F(HoldTest, AReleasedPartnerHasAllItsCreditAndWhatItOwesIsStillSettled) {
    constexpr std::size_t most = limits::ebxml_unacknowledged_max;
    const auto ids = submit_many("2001", most + 1);
    const auto sent = carrier_.wait_for(most);
    hold(true);
    EXPECT_EQ(state(ids[0], "2001"), queued);
    hold(false);
    pass(seconds(1));
    for (std::size_t i = 0; i < most; ++i) {
        wait_for_state(ids[i], in_flight);
    }
    EXPECT_EQ(state(ids[most], "2001"), queued);
    for (const auto& one : sent) {
        EXPECT_EQ(signal(acknowledgment_of(one)), SignalEffect::applied);
    }
    for (std::size_t i = 0; i < most; ++i) {
        wait_for_state(ids[i], delivered);
    }
    const auto last = carrier_.wait_for(most + 1)[most];
    EXPECT_EQ(signal(acknowledgment_of(last)), SignalEffect::applied);
    wait_for_state(ids[most], delivered);
}

class HoldWhileComposingTest : public HoldTest {
 protected:
    OutboxOptions options() const override {
        return {.senders = 4, .mail_domain = "msh.example", .description = {}};
    }
};

// Two threads work on one delivery then: for the offer that was taken back, and for the next one.
TEST_F(HoldWhileComposingTest, ADeliveryThatIsOfferedAnewMeanwhileBecomesOneMessage) {
    std::latch looked(1);
    std::promise<void> open_the_gate;
    const auto gate = open_the_gate.get_future().share();
    ebxml_store_->after_next_lookup([&looked, gate] {
        looked.count_down();
        gate.wait();
    });
    const auto id = submit_to("2001");
    looked.wait();
    hold(true);
    EXPECT_EQ(state(id, "2001"), queued);
    hold(false);
    pass(seconds(1));
    wait_for_state(id, in_flight);
    open_the_gate.set_value();
    const auto sent = carrier_.wait_for(1)[0];
    EXPECT_EQ(signal(acknowledgment_of(sent)), SignalEffect::applied);
    wait_for_state(id, delivered);
    // Whatever was under way has come to its end then.
    outbox_.reset();
    EXPECT_EQ(carrier_.count(), 1U);
}

// What one thread gives back, another has been offered anew by then.
TEST_F(HoldWhileComposingTest, AnOfferThatIsGivenBackLeavesTheNextOneAlone) {
    std::latch giving_back(1);
    std::promise<void> open_the_gate;
    const auto gate = open_the_gate.get_future().share();
    ebxml_store_->before_next_erase([&giving_back, gate] {
        giving_back.count_down();
        gate.wait();
    });
    ebxml_store_->fail_writes(true);
    const auto id = submit_to("2001");
    giving_back.wait();
    ebxml_store_->fail_writes(false);
    hold(true);
    EXPECT_EQ(state(id, "2001"), queued);
    hold(false);
    pass(seconds(1));
    carrier_.wait_for(1);
    open_the_gate.set_value();
    // Whatever was under way has come to its end then.
    outbox_.reset();
    const auto all = causes(id, "2001");
    EXPECT_EQ(std::ranges::count(all, DeliveryCause::offered), 2);
    EXPECT_EQ(std::ranges::count(all, DeliveryCause::released), 0);
    EXPECT_EQ(stored(id).state, store::OutboundState::waiting);
}

}  // namespace
}  // namespace budstikke::ebxml::test
