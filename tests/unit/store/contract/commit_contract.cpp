// The contract of commits: atomic, durable, ordered; and the position that never turns back.
#include <algorithm>

#include "tests/unit/store/contract/store_contract.hpp"

namespace budstikke::store::testing {
namespace {

TEST_P(StoreContract, a_batch_is_invisible_until_it_is_committed) {
    const auto batch = store().begin();
    batch->put_message(sample_message(1));
    EXPECT_FALSE(store().find_message(message_id(1))->has_value());
    ASSERT_TRUE(store().commit(*batch).has_value());
    EXPECT_TRUE(store().find_message(message_id(1))->has_value());
}

TEST_P(StoreContract, a_batch_that_is_dropped_leaves_nothing) {
    {
        const auto batch = store().begin();
        batch->put_message(sample_message(1));
    }
    EXPECT_FALSE(store().find_message(message_id(1))->has_value());
}

TEST_P(StoreContract, a_batch_is_empty_after_its_commit_and_can_be_filled_again) {
    const auto batch = store().begin();
    EXPECT_EQ(batch->operations(), 0U);
    batch->put_setting("a", "1");
    batch->put_position(5);
    EXPECT_EQ(batch->operations(), 2U);
    EXPECT_GT(batch->bytes(), 1U);
    ASSERT_TRUE(store().commit(*batch).has_value());
    EXPECT_EQ(batch->operations(), 0U);
    batch->put_setting("b", "2");
    ASSERT_TRUE(store().commit(*batch).has_value());
    EXPECT_EQ(store().setting("b").value(), "2");
}

TEST_P(StoreContract, an_empty_batch_commits) {
    commit([](Batch&) {});
    EXPECT_EQ(store().last_position().value(), 0U);
}

TEST_P(StoreContract, a_batch_counts_the_bytes_that_it_will_write) {
    const auto batch = store().begin();
    const auto before = batch->bytes();
    batch->put_chunk(message_id(1), 0, std::string(10'000, 'x'));
    EXPECT_GE(batch->bytes(), before + 10'000);
}

TEST_P(StoreContract, the_later_change_of_a_key_wins_within_a_batch) {
    commit([](Batch& batch) {
        batch.put_setting("put last", "1");
        batch.erase_setting("put last");
        batch.put_setting("put last", "2");
        batch.put_setting("erased last", "1");
        batch.erase_setting("erased last");
    });
    EXPECT_EQ(store().setting("put last").value(), "2");
    EXPECT_FALSE(store().setting("erased last")->has_value());
}

TEST_P(StoreContract, what_was_committed_survives_a_reopen) {
    commit([](Batch& batch) {
        batch.put_message(sample_message(1));
        batch.put_delivery(sample_delivery(1, "96"));
        batch.put_chunk(message_id(1), 0, "piece");
        batch.put_wrap(message_id(1), "wrap");
        batch.put_open(sample_open(1));
        batch.put_identity(her_id("96"), "msg", {.message = message_id(1), .digest = {}});
        put_sample_feed(batch, "96", 1);
        batch.put_audit(sample_audit(1));
        batch.put_setting("key", "value");
        batch.put_timer({.due = at(1), .delivery = delivery_id(1, "96")});
        batch.put_position(1);
    });
    reopen();
    EXPECT_TRUE(**store().find_message(message_id(1)) == sample_message(1));
    EXPECT_TRUE(**store().find_delivery(delivery_id(1, "96")) == sample_delivery(1, "96"));
    EXPECT_EQ(store().read_chunk(message_id(1), 0).value(), "piece");
    EXPECT_EQ(store().read_wrap(message_id(1)).value(), "wrap");
    EXPECT_TRUE(store().find_identity(her_id("96"), "msg")->has_value());
    EXPECT_EQ(store().feed(her_id("96"), 0, 10)->size(), 1U);
    EXPECT_EQ(store().audit(0, 10)->size(), 1U);
    EXPECT_EQ(store().setting("key").value(), "value");
    EXPECT_EQ(store().due(at(1), 10)->size(), 1U);
    EXPECT_EQ(store().last_position().value(), 1U);
    std::size_t open = 0;
    ASSERT_TRUE(store().for_each_open([&](const OpenEntry&) -> Result<void> {
        ++open;
        return {};
    }));
    EXPECT_EQ(open, 1U);
}

TEST_P(StoreContract, what_was_erased_stays_erased_after_a_reopen) {
    commit([](Batch& batch) { batch.put_message(sample_message(1)); });
    commit([](Batch& batch) { batch.erase_message(message_id(1)); });
    reopen();
    EXPECT_FALSE(store().find_message(message_id(1))->has_value());
}

TEST_P(StoreContract, erasing_what_is_not_there_is_no_error) {
    commit([](Batch& batch) {
        batch.erase_message(message_id(1));
        batch.erase_payload(message_id(1), 3);
        batch.erase_identity(her_id("1"), "x");
        batch.erase_delivery(delivery_id(1, "1"));
        batch.erase_open(1);
        batch.erase_dead(delivery_id(1, "1"));
        batch.erase_timer({.due = at(1), .delivery = delivery_id(1, "1")});
        batch.erase_feed(her_id("1"), 1);
        batch.erase_setting("x");
    });
}

TEST_P(StoreContract, the_position_is_the_highest_ever_committed) {
    EXPECT_EQ(store().last_position().value(), 0U);
    commit([](Batch& batch) {
        batch.put_position(7);
        batch.put_position(9);
        batch.put_position(8);
    });
    EXPECT_EQ(store().last_position().value(), 9U);
    commit([](Batch& batch) { batch.put_position(3); });
    EXPECT_EQ(store().last_position().value(), 9U);
    reopen();
    EXPECT_EQ(store().last_position().value(), 9U);
    commit([](Batch& batch) { batch.put_position(3); });
    reopen();
    EXPECT_EQ(store().last_position().value(), 9U);
    commit([](Batch& batch) { batch.put_position(10); });
    EXPECT_EQ(store().last_position().value(), 10U);
}

TEST_P(StoreContract, many_small_commits_all_survive) {
    for (std::uint64_t number = 1; number <= 200; ++number) {
        commit([&](Batch& batch) {
            batch.put_open(sample_open(number));
            batch.put_position(number);
        });
        if (number % 50 == 0) {
            reopen();
        }
    }
    Position expected = 1;
    ASSERT_TRUE(store().for_each_open([&](const OpenEntry& entry) -> Result<void> {
        EXPECT_EQ(entry.position, expected++);
        return {};
    }));
    EXPECT_EQ(expected, 201U);
}

TEST_P(StoreContract, usage_tells_the_folder_and_the_file_system) {
    commit([](Batch& batch) { batch.put_chunk(message_id(1), 0, std::string(limits::mib, 'x')); });
    const auto usage = store().usage();
    ASSERT_TRUE(usage.has_value());
    EXPECT_GE(usage->bytes_on_disk, limits::mib);
    EXPECT_GT(usage->bytes_total, usage->bytes_free);
    EXPECT_GT(usage->bytes_free, 0U);
}

TEST_P(StoreContract, compaction_gives_the_space_of_erased_payloads_back) {
    constexpr std::uint64_t messages = 24;
    for (std::uint64_t number = 1; number <= messages; ++number) {
        std::string piece(limits::mib, 'x');
        for (std::size_t i = 0; i < piece.size(); ++i) {
            piece[i] = static_cast<char>((i * 2654435761U + number) >> 11U);
        }
        commit([&](Batch& batch) {
            batch.put_chunk(message_id(number), 0, piece);
            batch.put_wrap(message_id(number), "wrap");
        });
    }
    const auto full = store().usage().value().bytes_on_disk;
    for (std::uint64_t number = 1; number < messages; ++number) {
        commit([&](Batch& batch) { batch.erase_payload(message_id(number), 1); });
    }
    ASSERT_TRUE(store().compact().has_value());
    const auto empty = store().usage().value().bytes_on_disk;
    EXPECT_GE(full, messages * limits::mib);
    EXPECT_LT(empty, full / 2);
    EXPECT_EQ(store().read_chunk(message_id(messages), 0)->size(), limits::mib);
    reopen();
    EXPECT_EQ(store().read_chunk(message_id(messages), 0)->size(), limits::mib);
    EXPECT_EQ(store().read_chunk(message_id(1), 0).error().code, Errc::not_found);
}

}  // namespace
}  // namespace budstikke::store::testing
