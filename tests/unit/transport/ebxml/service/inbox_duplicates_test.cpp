// A copy gets the very signal of the first, whatever happened between them; the same id with other
// content does not.
#include <condition_variable>
#include <future>
#include <mutex>

#include <gmock/gmock.h>

#include "tests/unit/transport/ebxml/service/inbox_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using testing::ElementsAre;

class Duplicates : public InboxTest {};

TEST_F(Duplicates, GetTheVerySameSignalAgain) {
    const auto bytes = PartnerMessage{}.bytes();
    const auto first = receive(bytes);
    ASSERT_TRUE(first.reply);
    restart();
    const auto second = receive(bytes);
    ASSERT_TRUE(second.reply);
    EXPECT_EQ(second.reply->body, first.reply->body);
    EXPECT_EQ(second.reply->content_type, first.reply->content_type);
    EXPECT_EQ(second.reply->transfer_encoding, first.reply->transfer_encoding);
    EXPECT_EQ(open_for("3001"), 1U);
    EXPECT_EQ(events("ebxml_duplicate"), 1U);
}

TEST_F(Duplicates, OfARefusedMessageAreRefusedInTheSameWords) {
    PartnerMessage message;
    message.time_to_live = clock_.now() - std::chrono::seconds(2);
    const auto bytes = message.bytes();
    const auto first = receive(bytes);
    const auto second = receive(bytes);
    ASSERT_TRUE(first.reply && second.reply);
    EXPECT_EQ(second.reply->body, first.reply->body);
}

TEST_F(Duplicates, ThatComeAfterTheTimeToLiveGetTheAcknowledgment) {
    PartnerMessage message;
    message.time_to_live = clock_.now() + std::chrono::hours(1);
    const auto bytes = message.bytes();
    EXPECT_EQ(answered(bytes).envelope.kind, Kind::acknowledgment);
    clock_.advance_wall(std::chrono::hours(2));
    EXPECT_EQ(answered(bytes).envelope.kind, Kind::acknowledgment);
}

TEST_F(Duplicates, OfOtherContentAreRefusedAndReported) {
    const PartnerMessage message;
    const auto bytes = message.bytes();
    const auto first = receive(bytes);
    PartnerMessage other;
    other.payload = dialogue("2001", "3001", "0b7c8a52-1d0e-4b6e-9d0f-000000000000");
    EXPECT_THAT(refused(other), ElementsAre("Inconsistent"));
    EXPECT_EQ(events("ebxml_false_duplicate"), 1U);
    EXPECT_EQ(open_for("3001"), 1U);
    // The true copy still gets what the first got.
    EXPECT_EQ(receive(bytes).reply->body, first.reply->body);
}

TEST_F(Duplicates, AreToldByTheirSenderToo) {
    const PartnerMessage message;
    answered(message);
    // Another party of the same id is somebody else; that it is not believed is another matter.
    EXPECT_FALSE(ebxml_store_->inbound(her("2002"), message.message_id).value());
}

TEST_F(Duplicates, ACrashBetweenTheBrokersWriteAndTheSignalIsHealedByTheCopy) {
    const PartnerMessage message;
    const auto bytes = message.bytes();
    ebxml_store_->fails_to_keep = true;
    EXPECT_EQ(receive(bytes).kind, Reception::Kind::later);
    EXPECT_EQ(events("ebxml_store_failed"), 1U);
    EXPECT_FALSE(kept(message));
    EXPECT_EQ(open_for("3001"), 1U);
    restart();
    const auto signal = answered(bytes);
    EXPECT_EQ(signal.envelope.kind, Kind::acknowledgment);
    EXPECT_EQ(signal.envelope.acknowledgment->ref_to_message_id, message.message_id);
    EXPECT_EQ(open_for("3001"), 1U);
    EXPECT_EQ(kept(message)->business_id, "0b7c8a52-1d0e-4b6e-9d0f-3f5a1c2b4d6e");
}

TEST_F(Duplicates, NothingIsAnsweredByAStoreThatCannotTell) {
    ebxml_store_->fails_to_find = Errc::io;
    EXPECT_EQ(receive(PartnerMessage{}).kind, Reception::Kind::later);
    EXPECT_EQ(accepted(), 0U);
}

class StoreFailure : public InboxTest {};

TEST_F(StoreFailure, OfAWriteEndsTheProcess) {
    ebxml_store_->fails_to_keep = true;
    EXPECT_EQ(receive(PartnerMessage{}).kind, Reception::Kind::later);
    EXPECT_EQ(failures_, 1);
}

TEST_F(StoreFailure, OfAReadEndsTheProcess) {
    ebxml_store_->fails_to_find = Errc::io;
    EXPECT_EQ(receive(PartnerMessage{}).kind, Reception::Kind::later);
    EXPECT_EQ(failures_, 1);
}

TEST_F(StoreFailure, WhereAnUnauthenticatedMessageIsLookedUpEndsTheProcess) {
    ebxml_store_->fails_to_find = Errc::io;
    PartnerMessage message;
    message.signer = "clinic-sign";
    EXPECT_EQ(receive(message).kind, Reception::Kind::later);
    EXPECT_EQ(events("ebxml_unauthenticated"), 1U);
    EXPECT_EQ(failures_, 1);
}

TEST_F(StoreFailure, OfForgettingEndsTheProcess) {
    ebxml_store_->fails_to_forget = true;
    inbox_->tick();
    EXPECT_EQ(failures_, 1);
}

TEST_F(StoreFailure, OfOneRowThatDoesNotDecodePutsOffItsMessageOnly) {
    ebxml_store_->fails_to_find = Errc::corrupt;
    EXPECT_EQ(receive(PartnerMessage{}).kind, Reception::Kind::later);
    EXPECT_EQ(events("ebxml_store_failed"), 1U);
    EXPECT_EQ(failures_, 0);
    ebxml_store_->fails_to_find.reset();
    EXPECT_EQ(answered(PartnerMessage{}).envelope.kind, Kind::acknowledgment);
}

/// The first copy waits in the store until told.
class Joined : public InboxTest {
 protected:
    void SetUp() override {
        InboxTest::SetUp();
        ebxml_store_->before_keeping = [this] {
            arrived_.set_value();
            released_.get_future().wait();
        };
    }
    std::promise<void> arrived_;
    std::promise<void> released_;
};

TEST_F(Joined, ACopyThatComesMeanwhileGetsTheSignalOfTheFirst) {
    const auto bytes = PartnerMessage{}.bytes();
    auto first = std::async(std::launch::async, [&] { return receive(bytes); });
    arrived_.get_future().wait();
    events_.tell = [this](std::string_view id) {
        if (id == "ebxml_copy_joined") {
            released_.set_value();
        }
    };
    const auto second = receive(bytes);
    const auto one = first.get();
    ASSERT_TRUE(one.reply && second.reply);
    EXPECT_EQ(one.reply->body, second.reply->body);
    EXPECT_EQ(open_for("3001"), 1U);
    EXPECT_EQ(events("ebxml_copy_joined"), 1U);
}

TEST_F(Joined, ACopyOfOneThatWasNotKeptIsNotKeptEither) {
    const auto bytes = PartnerMessage{}.bytes();
    ebxml_store_->fails_to_keep = true;
    auto first = std::async(std::launch::async, [&] { return receive(bytes); });
    arrived_.get_future().wait();
    events_.tell = [this](std::string_view id) {
        if (id == "ebxml_copy_joined") {
            released_.set_value();
        }
    };
    EXPECT_EQ(receive(bytes).kind, Reception::Kind::later);
    EXPECT_EQ(first.get().kind, Reception::Kind::later);
}

TEST_F(Joined, OtherContentUnderTheSameIdDoesNotJoin) {
    const auto bytes = PartnerMessage{}.bytes();
    auto first = std::async(std::launch::async, [&] { return receive(bytes); });
    arrived_.get_future().wait();
    PartnerMessage other;
    other.payload = dialogue("2001", "3001", "0b7c8a52-1d0e-4b6e-9d0f-000000000000");
    EXPECT_THAT(refused(other), ElementsAre("Inconsistent"));
    released_.set_value();
    EXPECT_EQ(read_signal(*first.get().reply).envelope.kind, Kind::acknowledgment);
    EXPECT_EQ(open_for("3001"), 1U);
}

}  // namespace
}  // namespace budstikke::ebxml::test
