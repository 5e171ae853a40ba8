// What waits for a slow reader: full exactly at its limit, or at a small share where memory is
// scarce, and never too full for an answer.
#include "broker/transport/exchange/outbox.hpp"

#include <boost/asio/io_context.hpp>
#include <budstikke/v1/exchange.pb.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "broker/base/limits.hpp"
#include "broker/transport/exchange/frame.hpp"

namespace budstikke::transport {
namespace {

v1::Frame piece(std::size_t bytes) {
    v1::Frame frame;
    frame.mutable_delivery_chunk()->set_payload(std::string(bytes, 'z'));
    return frame;
}

std::size_t encoded_bytes(const v1::Frame& frame) {
    std::string bytes;
    append_frame(bytes, frame);
    return bytes.size();
}

/// An outbox of which nothing is written, since its loop does not run.
class StuckOutbox {
 public:
    explicit StuckOutbox(OutboundBudget& budget)
        : stream_(context_, SocketHandle(::socket(AF_UNIX, SOCK_STREAM, 0))),
          outbox_(context_, stream_, clock_, budget, [] {}) {}

    /// Sends what makes an empty one hold exactly so many bytes.
    void fill_up_to(std::size_t bytes) {
        // Close enough that lengths are written in as many bytes.
        const std::size_t close = bytes - 100;
        const std::size_t around = encoded_bytes(piece(close)) - close;
        const v1::Frame frame = piece(bytes - around);
        ASSERT_EQ(encoded_bytes(frame), bytes);
        outbox_.send(frame);
    }
    Outbox* operator->() { return &outbox_; }

 private:
    boost::asio::io_context context_;
    SystemClock clock_;
    TlsStream stream_;
    Outbox outbox_;
};

class OutboxTest : public testing::Test {
 protected:
    const ExchangeLimits limits_;
    OutboundBudget budget_{limits_};
    StuckOutbox outbox_{budget_};
};

TEST_F(OutboxTest, IsNotFullOneByteBelowItsLimit) {
    outbox_.fill_up_to(limits::outbound_bytes_max - 1);
    EXPECT_FALSE(outbox_->full());
}

TEST_F(OutboxTest, IsFullAtItsLimit) {
    outbox_.fill_up_to(limits::outbound_bytes_max);
    EXPECT_TRUE(outbox_->full());
}

TEST_F(OutboxTest, TakesAnAnswerThatIsOwedAlsoAboveItsLimit) {
    outbox_.fill_up_to(limits::outbound_bytes_max + 1);
    outbox_->send(piece(1));
    EXPECT_TRUE(outbox_->full());
    EXPECT_FALSE(outbox_->closed());
}

class ScarceOutboxTest : public OutboxTest {
 protected:
    /// Others hold all that may be held.
    ScarceOutboxTest() { budget_.change(nullptr, 0, limits::outbound_bytes_total_max); }
};

TEST_F(ScarceOutboxTest, IsNotFullOneByteBelowItsShare) {
    outbox_.fill_up_to(limits::outbound_bytes_scarce_max - 1);
    EXPECT_FALSE(outbox_->full());
}

TEST_F(ScarceOutboxTest, IsFullAtItsShare) {
    outbox_.fill_up_to(limits::outbound_bytes_scarce_max);
    EXPECT_TRUE(outbox_->full());
}

TEST_F(ScarceOutboxTest, IsFullAboveItsShareAndNotAnyMoreWhenOthersHaveRead) {
    outbox_.fill_up_to(limits::outbound_bytes_scarce_max + 1);
    EXPECT_TRUE(outbox_->full());
    budget_.change(nullptr, limits::outbound_bytes_total_max, 0);
    EXPECT_FALSE(outbox_->full());
}

TEST_F(ScarceOutboxTest, IsNeverFullWhileItHoldsNothing) {
    EXPECT_FALSE(outbox_->full());
    EXPECT_TRUE(outbox_->may_offer(limits::chunk_bytes_max)) << "others are to blame";
}

TEST_F(OutboxTest, IsCountedForItsOrganisationFromThenOnAndNotAnyMoreWhenItIsGone) {
    auto& account = budget_.account_of("900000001");
    {
        StuckOutbox another(budget_);
        another.fill_up_to(1000);
        EXPECT_EQ(account, 0U);
        EXPECT_EQ(budget_.held(), 1000U);
        another->charge(account);
        EXPECT_EQ(account, 1000U);
        another.fill_up_to(500);
        EXPECT_EQ(account, 1500U);
        EXPECT_EQ(budget_.held(), 1500U);
    }
    EXPECT_EQ(account, 0U);
    EXPECT_EQ(budget_.held(), 0U);
}

TEST_F(OutboxTest, OffersNothingLargeToAnOrganisationWhoseOtherConnectionsDoNotRead) {
    auto& account = budget_.account_of("900000001");
    outbox_->charge(account);
    StuckOutbox deaf(budget_);
    deaf->charge(account);
    EXPECT_TRUE(outbox_->may_offer(limits::chunk_bytes_max));
    deaf.fill_up_to(limits::outbound_bytes_per_organisation_max);
    EXPECT_FALSE(outbox_->may_offer(limits::chunk_bytes_max));
    EXPECT_TRUE(outbox_->may_offer(limits::outbound_bytes_scarce_max));
    EXPECT_FALSE(outbox_->full()) << "what it asks for is answered";
}

}  // namespace
}  // namespace budstikke::transport
