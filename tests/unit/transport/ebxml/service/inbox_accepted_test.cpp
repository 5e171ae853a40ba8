// A message that the broker has, but whose signal was never kept: its copy is acknowledged,
// whatever has ended since; what the broker does not have is refused for that. As long as it is
// still writing the first copy, nobody can tell, and no other is judged.
#include <future>
#include <optional>

#include <gmock/gmock.h>

#include "tests/unit/transport/ebxml/packages.hpp"
#include "tests/unit/transport/ebxml/service/inbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class AcceptedBefore : public InboxTest {
 protected:
    /// Up to the broker's write, and no further.
    void accept_only(const std::string& bytes) {
        ebxml_store_->fails_to_keep = true;
        EXPECT_EQ(receive(bytes).kind, Reception::Kind::later);
        ASSERT_EQ(open_for("3001"), 1U);
    }
    void expect_acknowledged_once(const PartnerMessage& message, const std::string& bytes) {
        const auto signal = answered(bytes);
        EXPECT_EQ(signal.envelope.kind, Kind::acknowledgment) << signal.text();
        EXPECT_EQ(kept(message)->business_id, "0b7c8a52-1d0e-4b6e-9d0f-3f5a1c2b4d6e");
        EXPECT_EQ(open_for("3001"), 1U);
        EXPECT_EQ(answered(bytes).envelope.kind, Kind::acknowledgment);
    }
    /// From now on there is an agreement, and it is another's.
    void expect_acknowledged_in_spite_of_an_agreement(const std::string& named) {
        PartnerMessage message;
        message.cpa_id = named;
        const auto bytes = message.bytes();
        accept_only(bytes);
        world_.agree();
        restart();
        expect_acknowledged_once(message, bytes);
    }
};

TEST_F(AcceptedBefore, IsAcknowledgedAfterItsTimeToLive) {
    PartnerMessage message;
    message.time_to_live = clock_.now() + 1h;
    const auto bytes = message.bytes();
    accept_only(bytes);
    restart();
    clock_.advance_wall(2h);
    expect_acknowledged_once(message, bytes);
}

TEST_F(AcceptedBefore, IsAcknowledgedAfterItsAgreementChanged) {
    expect_acknowledged_in_spite_of_an_agreement("nav:qass:35065");
}

TEST_F(AcceptedBefore, IsAcknowledgedAfterTheRegisterForgotItsAgreement) {
    expect_acknowledged_in_spite_of_an_agreement("6f0a1f2e-52b4-4c3e-9a50-0d7a1c9f1a11");
}

TEST_F(AcceptedBefore, ByAnotherOfOursIsNotAcceptedByThisOne) {
    PartnerMessage message;
    message.payload = dialogue("2001", "3001", "0b7c8a52-1d0e-4b6e-9d0f-3f5a1c2b4d6e", "3002");
    accept_only(message.bytes());
    restart();
    PartnerMessage other = message;
    other.to = "3002";
    other.message_id = "00000000-0000-4000-8000-000000000001";
    other.time_to_live = clock_.now() + 1h;
    const auto bytes = other.bytes();
    clock_.advance_wall(2h);
    EXPECT_THAT(answered(bytes).codes(), ElementsAre("TimeToLiveExpired"));
    EXPECT_EQ(open_for("3002"), 0U);
}

TEST_F(AcceptedBefore, IsNothingThatCannotBeRead) {
    PartnerMessage message;
    message.time_to_live = clock_.now() + 1h;
    message.payload = "<unfinished";
    const auto bytes = message.bytes();
    clock_.advance_wall(2h);
    EXPECT_THAT(answered(bytes).codes(), ElementsAre("TimeToLiveExpired"));
}

TEST_F(AcceptedBefore, IsLeftOpenWhereTheCopyCannotBeKeptEither) {
    PartnerMessage message;
    message.time_to_live = clock_.now() + 1h;
    const auto bytes = message.bytes();
    accept_only(bytes);
    clock_.advance_wall(2h);
    EXPECT_EQ(receive(bytes).kind, Reception::Kind::later);
    EXPECT_FALSE(kept(message));
    EXPECT_EQ(open_for("3001"), 1U);
}

/// The first copy goes to a broker whose commit thread stands still, and waits no longer.
class StillBeingWritten : public AcceptedBefore {
 protected:
    void SetUp() override {
        AcceptedBefore::SetUp();
        std::promise<void> stands;
        broker_->queues([&stands, go_on = go_on_.get_future()](const auto&) {
            stands.set_value();
            go_on.wait();
        });
        stands.get_future().wait();
        message_.time_to_live = clock_.now() + 1h;
        bytes_ = message_.bytes();
        EXPECT_EQ(without_waiting(bytes_).kind, Reception::Kind::later);
        clock_.advance_wall(2h);
    }
    void TearDown() override {
        if (stands_still_) {
            go_on();
        }
        AcceptedBefore::TearDown();
    }
    void go_on() {
        stands_still_ = false;
        go_on_.set_value();
    }
    Reception without_waiting(const std::string& bytes) {
        return inbox_->receive(
            {.transport = Transport::http, .bytes = bytes, .source = "192.0.2.1", .wait_max = 0s}
        );
    }

    PartnerMessage message_;
    std::string bytes_;

 private:
    std::promise<void> go_on_;
    bool stands_still_ = true;
};

TEST_F(StillBeingWritten, IsNotRefusedWhileNobodyCanTell) {
    EXPECT_EQ(without_waiting(bytes_).kind, Reception::Kind::later);
    EXPECT_FALSE(kept(message_));
    EXPECT_EQ(events("ebxml_message_refused"), 0U);
    go_on();
    expect_acknowledged_once(message_, bytes_);
}

TEST_F(StillBeingWritten, ACopyThatWaitsLongerThanTheFirstGetsTheSignal) {
    events_.tell = [this](std::string_view id) {
        if (id == "ebxml_copy_joined") {
            go_on();
        }
    };
    expect_acknowledged_once(message_, bytes_);
    EXPECT_EQ(events("ebxml_copy_joined"), 1U);
}

TEST_F(StillBeingWritten, OtherContentUnderItsIdIsAFalseDuplicate) {
    PartnerMessage other = message_;
    other.time_to_live.reset();
    other.payload = dialogue("2001", "3001", "0b7c8a52-1d0e-4b6e-9d0f-000000000000");
    EXPECT_THAT(refused(other), ElementsAre("Inconsistent"));
    go_on();
    expect_acknowledged_once(message_, bytes_);
}

TEST_F(StillBeingWritten, AnInboxThatIsGoneByThenLeavesItToTheNextOne) {
    inbox_.reset();
    go_on();
    restart();
    expect_acknowledged_once(message_, bytes_);
}

}  // namespace
}  // namespace budstikke::ebxml::test
