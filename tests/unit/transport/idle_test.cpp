// Idle connections are many: whatever a connection did, it keeps no buffers when it rests.
#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/unit/transport/exchange_fixture.hpp"
#include "tests/unit/transport/hand_client.hpp"

namespace budstikke::transport {
namespace {

class IdleTest : public ExchangeTest {
 protected:
    /// Of the whole program, as the allocator counts it.
    static std::size_t allocated_bytes() {
        const struct mallinfo2 info = ::mallinfo2();
        return info.uordblks + info.hblkhd;
    }
    /// A connection that has sent a full chunk, so that its buffers have grown, and rests.
    std::unique_ptr<HandClient> rested() {
        auto client = std::make_unique<HandClient>(client_options("hospital"));
        client->greet();
        const std::string payload(limits::chunk_bytes_max, 'p');
        v1::Frame frame;
        v1::Submit& submit = *frame.mutable_check()->mutable_submit();
        submit = draft("m1");
        submit.set_submission(1);
        submit.set_size(payload.size());
        submit.set_payload(payload);
        client->send(frame);
        EXPECT_EQ(client->next().receipt().outcome(), v1::Receipt::ACCEPTED);
        return client;
    }
};

TEST_F(IdleTest, KeepsNoBuffersForAConnectionThatRests) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the sanitizer has an allocator of its own";
#endif
    constexpr std::size_t count = 200;
    constexpr std::size_t bytes_max = 100 * limits::kib;
    options_.limits.closing_time_max = std::chrono::milliseconds(200);
    start_server();
    std::vector<std::unique_ptr<HandClient>> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(rested());
    }
    ASSERT_EQ(server_->connections(), count);
    // The clients live in this program too, so what the broker held is what it gives back.
    const std::size_t before = allocated_bytes();
    server_->stop();
    const std::size_t after = allocated_bytes();
    ASSERT_GT(before, after);
    const std::size_t each = (before - after) / count;
    EXPECT_LE(each, bytes_max);
    RecordProperty("bytes_each", std::to_string(each));
}

}  // namespace
}  // namespace budstikke::transport
