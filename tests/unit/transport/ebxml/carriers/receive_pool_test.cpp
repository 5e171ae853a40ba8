// The pool of all listeners: no sender takes the room, the places and the workers of all others.
#include "broker/transport/ebxml/service/receive_pool.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/transport/ebxml/carriers/receivers.hpp"

namespace budstikke::ebxml::test {
namespace {

using limits::flight_small_bytes_max;
using limits::mime_bytes_max;

class ReceivePoolTest : public ::testing::Test {
 protected:
    void TearDown() override { receiver_.release(); }
    void start() { pool_.emplace(options_, receiver_, events_); }
    ReceivePool::Room room(const std::string& sender) { return {*pool_, sender}; }
    bool post(const std::string& sender) {
        return pool_->post(
            {.bytes = "x", .source = sender}, room(sender),
            [this](const Reception&) {
                ++answered_;
                answered_.notify_all();
            }
        );
    }
    void wait_for_answers(int count) {
        for (int seen = answered_; seen < count; seen = answered_) {
            answered_.wait(seen);
        }
    }

    Events events_;
    RememberingReceiver receiver_;
    ReceivePoolOptions options_;
    std::atomic<int> answered_ = 0;
    std::optional<ReceivePool> pool_;
};

TEST_F(ReceivePoolTest, HoldsAQuarterOfTheRoomForEachSenderAndNotOneByteMore) {
    start();
    const std::size_t share = options_.held_bytes_max / 4;
    std::vector<ReceivePool::Room> rooms;
    for (std::size_t held = 0; held + mime_bytes_max < share; held += mime_bytes_max) {
        rooms.push_back(room("999000001"));
        ASSERT_TRUE(rooms.back().grow_to(mime_bytes_max));
    }
    auto last = room("999000001");
    EXPECT_TRUE(last.grow_to(mime_bytes_max - 1));
    EXPECT_TRUE(last.grow_to(mime_bytes_max));
    auto above = room("999000001");
    EXPECT_FALSE(above.grow_to(1));
    auto other = room("999000002");
    EXPECT_TRUE(other.grow_to(mime_bytes_max));
    rooms.clear();
    EXPECT_TRUE(above.grow_to(mime_bytes_max));
}

TEST_F(ReceivePoolTest, KeepsAPartForSmallPackagesWhereLargeOnesHaveTakenTheRest) {
    start();
    std::vector<ReceivePool::Room> rooms;
    std::size_t large = 0;
    for (int sender = 0; sender < 5; ++sender) {
        for (int i = 0; i < 4; ++i) {
            rooms.push_back(room("99900000" + std::to_string(sender)));
            large += rooms.back().grow_to(mime_bytes_max) ? 1 : 0;
        }
    }
    EXPECT_EQ(large, options_.held_bytes_max / mime_bytes_max - 1);
    auto small = room("999000009");
    EXPECT_TRUE(small.grow_to(flight_small_bytes_max - 1));
    EXPECT_TRUE(small.grow_to(flight_small_bytes_max));
    EXPECT_FALSE(small.grow_to(flight_small_bytes_max + 1));
}

TEST_F(ReceivePoolTest, LetsHalfOfThePlacesBeOneSendersAndNotOneMore) {
    options_.workers = 1;
    start();
    receiver_.hold();
    ASSERT_TRUE(post("999000001"));
    ASSERT_TRUE(receiver_.wait_for(1));
    for (std::size_t waiting = 0; waiting < options_.waiting_max / 2; ++waiting) {
        ASSERT_TRUE(post("999000001")) << waiting;
    }
    EXPECT_FALSE(post("999000001"));
    EXPECT_TRUE(post("999000002"));
    receiver_.release();
    wait_for_answers(static_cast<int>(options_.waiting_max / 2) + 2);
    EXPECT_TRUE(post("999000001"));
}

TEST_F(ReceivePoolTest, LetsOneSenderHaveItsShareOfTheWorkersAndAnotherThroughAtOnce) {
    start();
    receiver_.hold();
    const auto share = static_cast<int>(options_.workers_per_sender_max);
    const auto rest = static_cast<int>(options_.workers) - share;
    const auto places = static_cast<int>(options_.waiting_max / 2);
    ASSERT_GE(rest, share / 2);
    for (int i = 0; i < share; ++i) {
        ASSERT_TRUE(post("999000001")) << i;
        ASSERT_TRUE(receiver_.wait_for(static_cast<std::size_t>(i) + 1));
    }
    for (int i = 0; i < places; ++i) {
        ASSERT_TRUE(post("999000001")) << i;
    }
    EXPECT_FALSE(post("999000001"));
    // They are begun though the first still has all that it may: nothing was released.
    for (int i = 0; i < rest; ++i) {
        ASSERT_TRUE(post("99900000" + std::to_string(2 + i % 2))) << i;
        ASSERT_TRUE(receiver_.wait_for(static_cast<std::size_t>(share + i) + 1));
    }
    const auto begun = receiver_.sources();
    EXPECT_EQ(std::ranges::count(begun, "999000001"), share);
    receiver_.release();
    wait_for_answers(share + places + rest);
}

TEST_F(ReceivePoolTest, LetsSendersTakeTurns) {
    options_.workers = 1;
    options_.workers_per_sender_max = 1;
    start();
    receiver_.hold();
    ASSERT_TRUE(post("first"));
    ASSERT_TRUE(receiver_.wait_for(1));
    for (const char* sender : {"many", "many", "many", "few", "few", "one"}) {
        ASSERT_TRUE(post(sender));
    }
    receiver_.release();
    wait_for_answers(7);
    EXPECT_THAT(
        receiver_.sources(),
        ::testing::ElementsAre("first", "many", "few", "one", "many", "few", "many")
    );
}

TEST_F(ReceivePoolTest, AnswersWhatOneSenderStillHasWaitingWhenItStops) {
    options_.workers = 4;
    options_.workers_per_sender_max = 2;
    start();
    receiver_.hold();
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(post("999000001"));
    }
    ASSERT_TRUE(receiver_.wait_for(2));
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(post("999000001"));
    }
    std::jthread stopping([this] { pool_->stop(); });
    receiver_.release();
    stopping.join();
    EXPECT_EQ(answered_, 22);
    EXPECT_FALSE(post("999000002"));
}

}  // namespace
}  // namespace budstikke::ebxml::test
