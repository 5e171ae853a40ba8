// What waits for a slow reader: full exactly at its limit, and never too full for an answer.
#include "broker/transport/exchange/outbox.hpp"

#include <array>

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

/// Nothing is written: the loop of the outbox does not run.
class OutboxTest : public testing::Test {
 protected:
    OutboxTest() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
        peer_ = SocketHandle(ends[1]);
        stream_ = std::make_unique<TlsStream>(context_, SocketHandle(ends[0]));
        outbox_ =
            std::make_unique<Outbox>(context_, *stream_, clock_, limits::outbound_bytes_max, [] {});
    }
    /// Sends what makes it hold exactly so many bytes.
    void fill_up_to(std::size_t bytes) {
        // Close enough that lengths are written in as many bytes.
        const std::size_t close = bytes - 100;
        const std::size_t around = encoded_bytes(piece(close)) - close;
        const v1::Frame frame = piece(bytes - around);
        ASSERT_EQ(encoded_bytes(frame), bytes);
        outbox_->send(frame);
    }

    boost::asio::io_context context_;
    SystemClock clock_;
    SocketHandle peer_;
    std::unique_ptr<TlsStream> stream_;
    std::unique_ptr<Outbox> outbox_;
};

TEST_F(OutboxTest, IsNotFullOneByteBelowItsLimit) {
    fill_up_to(limits::outbound_bytes_max - 1);
    EXPECT_FALSE(outbox_->full());
}

TEST_F(OutboxTest, IsFullAtItsLimit) {
    fill_up_to(limits::outbound_bytes_max);
    EXPECT_TRUE(outbox_->full());
}

TEST_F(OutboxTest, TakesAnAnswerThatIsOwedAlsoAboveItsLimit) {
    fill_up_to(limits::outbound_bytes_max + 1);
    outbox_->send(piece(1));
    EXPECT_TRUE(outbox_->full());
    EXPECT_FALSE(outbox_->closed());
}

}  // namespace
}  // namespace budstikke::transport
