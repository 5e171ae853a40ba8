// Keys sort as what they name does, and read back; other bytes are no keys.
#include "broker/store/rocksdb_keys.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/store/samples.hpp"

namespace budstikke::store::keys {
namespace {

using testing::at;
using testing::delivery_id;
using testing::her_id;
using testing::message_id;

template <typename Set, typename... Parts>
std::string key_of(const Set& set, const Parts&... parts) {
    std::string key = "left over";
    set(key, parts...);
    return key;
}

TEST(rocksdb_keys, numbers_sort_as_numbers) {
    const std::vector<Position> positions{0, 1, 255, 256, 65'535, 65'536, 1ULL << 63U, ~0ULL};
    for (std::size_t i = 0; i < positions.size(); ++i) {
        EXPECT_EQ(read_open(key_of(set_open, positions[i])), positions[i]);
        EXPECT_EQ(read_audit(key_of(set_audit, positions[i])), positions[i]);
        EXPECT_EQ(read_feed(key_of(set_feed, her_id("96"), positions[i])), positions[i]);
        if (i > 0) {
            EXPECT_LT(key_of(set_open, positions[i - 1]), key_of(set_open, positions[i]));
        }
    }
}

TEST(rocksdb_keys, times_sort_as_times) {
    const std::vector<Timestamp> times{Timestamp::min(), at(-1),          at(0), at(1),
                                       at(1LL << 40),    Timestamp::max()};
    for (std::size_t i = 0; i < times.size(); ++i) {
        const Timer timer{.due = times[i], .delivery = delivery_id(3, "96")};
        const auto key = key_of(set_timer, timer);
        const auto read = read_timer(key);
        ASSERT_TRUE(read.has_value());
        EXPECT_EQ(read->due, timer.due);
        EXPECT_EQ(read->delivery, timer.delivery);
        EXPECT_LT(key, key_of(set_after_timers, times[i]));
        if (i > 0) {
            EXPECT_LE(key_of(set_after_timers, times[i - 1]), key);
        }
    }
}

TEST(rocksdb_keys, the_rows_of_a_message_stand_together) {
    const auto message = key_of(set_message, message_id(7));
    const auto delivery = key_of(set_delivery, delivery_id(7, "96"));
    const auto next = key_of(set_message, message_id(8));
    EXPECT_LT(message, delivery);
    EXPECT_LT(delivery, next);
    EXPECT_TRUE(delivery.starts_with(key_of(set_deliveries_of, message_id(7))));
    EXPECT_EQ(read_message(message), message_id(7));
    EXPECT_EQ(read_delivery(delivery), delivery_id(7, "96"));
    EXPECT_FALSE(read_message(delivery).has_value());
    EXPECT_FALSE(read_delivery(message).has_value());
}

TEST(rocksdb_keys, what_is_no_key_reads_as_nothing) {
    const auto dead = key_of(set_dead, delivery_id(7, "96"));
    EXPECT_EQ(read_dead(dead), delivery_id(7, "96"));
    for (std::size_t size = 0; size <= 17; ++size) {
        EXPECT_FALSE(read_dead(dead.substr(0, size)).has_value());
        EXPECT_FALSE(read_delivery(dead.substr(0, size)).has_value());
        EXPECT_FALSE(read_timer(dead.substr(0, size)).has_value());
    }
    EXPECT_FALSE(read_dead(dead + "x").has_value());
    EXPECT_FALSE(read_open("o1234567").has_value());
    EXPECT_FALSE(read_open("x12345678").has_value());
    EXPECT_FALSE(read_feed("12345678").has_value());
}

TEST(rocksdb_keys, the_end_of_a_prefix_is_above_all_that_begin_with_it) {
    EXPECT_EQ(after_prefix("ab"), "ac");
    EXPECT_EQ(after_prefix("a\xff"), "b");
    EXPECT_LT(std::string("a\xff\xff\xff"), after_prefix("a\xff"));
}

}  // namespace
}  // namespace budstikke::store::keys
