// The contract of listings: their order, their pages, and their ends.
#include "tests/unit/store/contract/store_contract.hpp"

namespace budstikke::store::testing {
namespace {

TEST_P(StoreContract, open_deliveries_come_by_position_with_every_field) {
    commit([](Batch& batch) {
        for (const Position position : {300U, 2U, 65'536U, 1U}) {
            batch.put_open(sample_open(position));
        }
        batch.put_dead({.id = delivery_id(1, "1"), .queue = {}, .at = {}, .cause = {}});
        batch.put_timer({.due = at(1), .delivery = delivery_id(1, "1")});
        batch.erase_open(2);
    });
    std::vector<OpenEntry> seen;
    ASSERT_TRUE(store().for_each_open([&](const OpenEntry& entry) -> Result<void> {
        seen.push_back(entry);
        return {};
    }));
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_TRUE(seen[0] == sample_open(1));
    EXPECT_TRUE(seen[1] == sample_open(300));
    EXPECT_TRUE(seen[2] == sample_open(65'536));
}

TEST_P(StoreContract, the_walk_over_open_deliveries_stops_with_the_error_of_its_visitor) {
    commit([](Batch& batch) {
        batch.put_open(sample_open(1));
        batch.put_open(sample_open(2));
    });
    int visits = 0;
    const auto walked = store().for_each_open([&](const OpenEntry&) -> Result<void> {
        ++visits;
        return fail(Errc::limit_exceeded, "enough");
    });
    EXPECT_EQ(visits, 1);
    ASSERT_FALSE(walked.has_value());
    EXPECT_EQ(walked.error().code, Errc::limit_exceeded);
}

TEST_P(StoreContract, dead_letters_are_listed_by_pages) {
    commit([](Batch& batch) {
        for (std::uint64_t number = 1; number <= 5; ++number) {
            for (const auto* recipient : {"96", "97"}) {
                batch.put_dead({
                    .id = delivery_id(number, recipient),
                    .queue = her_id("555"),
                    .at = at(static_cast<std::int64_t>(number)),
                    .cause = DeliveryCause::attempts_exhausted,
                });
            }
        }
        batch.put_open(sample_open(1));
    });
    std::optional<DeliveryId> after;
    std::vector<DeadLetter> all;
    for (auto page = store().dead_letters(after, 3); !page->empty();
         page = store().dead_letters(after, 3)) {
        EXPECT_LE(page->size(), 3U);
        all.insert(all.end(), page->begin(), page->end());
        after = all.back().id;
    }
    ASSERT_EQ(all.size(), 10U);
    EXPECT_EQ(all[0].id, delivery_id(1, "96"));
    EXPECT_EQ(all[3].id, delivery_id(2, "97"));
    EXPECT_EQ(all[3].queue, her_id("555"));
    EXPECT_EQ(all[3].at, at(2));
    EXPECT_EQ(all[3].cause, DeliveryCause::attempts_exhausted);
    commit([](Batch& batch) { batch.erase_dead(delivery_id(1, "96")); });
    EXPECT_EQ(store().dead_letters(std::nullopt, 1)->front().id, delivery_id(1, "97"));
    EXPECT_TRUE(store().dead_letters(std::nullopt, 0)->empty());
}

TEST_P(StoreContract, timers_come_earliest_first_and_not_before_they_are_due) {
    const Timer before_the_epoch{.due = at(-1), .delivery = delivery_id(9, "1")};
    const Timer first{.due = at(1'000), .delivery = delivery_id(2, "1")};
    const Timer same_time{.due = at(1'000), .delivery = delivery_id(2, "2")};
    const Timer later{.due = at(1'001), .delivery = delivery_id(1, "1")};
    commit([&](Batch& batch) {
        for (const auto& timer : {later, same_time, before_the_epoch, first}) {
            batch.put_timer(timer);
        }
        batch.put_open(sample_open(1));
    });
    const auto due = store().due(at(1'000), 10);
    ASSERT_TRUE(due.has_value());
    ASSERT_EQ(due->size(), 3U);
    EXPECT_EQ((*due)[0].due, at(-1));
    EXPECT_EQ((*due)[1].delivery, first.delivery);
    EXPECT_EQ((*due)[2].delivery, same_time.delivery);
    EXPECT_EQ(store().due(at(999), 10)->size(), 1U);
    EXPECT_EQ(store().due(at(1'001), 10)->size(), 4U);
    EXPECT_EQ(store().due(Timestamp::max(), 10)->size(), 4U);
    EXPECT_EQ(store().due(at(1'001), 2)->size(), 2U);
    EXPECT_TRUE(store().due(at(1'001), 0)->empty());
    commit([&](Batch& batch) { batch.erase_timer(first); });
    EXPECT_EQ(store().due(at(1'000), 10)->size(), 2U);
}

TEST_P(StoreContract, a_feed_is_of_one_sender_and_resumes_after_a_position) {
    commit([](Batch& batch) {
        for (const Position position : {1U, 256U, 70'000U}) {
            put_sample_feed(batch, "12", position);
            put_sample_feed(batch, "120", position + 1);
            put_sample_feed(batch, "1", position + 2);
        }
    });
    const auto all = store().feed(her_id("12"), 0, 10);
    ASSERT_TRUE(all.has_value());
    ASSERT_EQ(all->size(), 3U);
    EXPECT_TRUE((*all)[0] == sample_feed("12", 1));
    EXPECT_TRUE((*all)[2] == sample_feed("12", 70'000));
    EXPECT_EQ(store().feed(her_id("12"), 1, 10)->front().position, 256U);
    EXPECT_EQ(store().feed(her_id("12"), 255, 1)->front().position, 256U);
    EXPECT_TRUE(store().feed(her_id("12"), 70'000, 10)->empty());
    EXPECT_TRUE(store().feed(her_id("12"), ~0ULL, 10)->empty());
    EXPECT_TRUE(store().feed(her_id("12"), 0, 0)->empty());
    EXPECT_TRUE(store().feed(her_id("2"), 0, 10)->empty());
    commit([](Batch& batch) { batch.erase_feed(her_id("12"), 256); });
    EXPECT_EQ(store().feed(her_id("12"), 0, 10)->size(), 2U);
}

TEST_P(StoreContract, a_feed_resumes_in_the_middle_of_what_one_commit_did) {
    auto first = sample_feed("12", 5);
    auto second = sample_feed("12", 6);
    second.delivery = first.delivery;
    second.state = DeliveryState::rejected;
    second.detail.clear();
    commit([&](Batch& batch) {
        batch.put_feed(first.sender, first.delivery, events_of({first, second}));
        put_sample_feed(batch, "12", 9);
    });
    const auto all = store().feed(her_id("12"), 0, 10);
    ASSERT_EQ(all->size(), 3U);
    EXPECT_TRUE((*all)[0] == first);
    EXPECT_TRUE((*all)[1] == second);
    EXPECT_EQ((*all)[2].position, 9U);
    EXPECT_EQ(store().feed(her_id("12"), 0, 1)->size(), 1U);
    const auto rest = store().feed(her_id("12"), 5, 10);
    ASSERT_EQ(rest->size(), 2U);
    EXPECT_TRUE((*rest)[0] == second);
    commit([](Batch& batch) { batch.erase_feed(her_id("12"), 6); });
    EXPECT_EQ(store().feed(her_id("12"), 0, 10)->size(), 1U);
}

TEST_P(StoreContract, the_audit_is_listed_by_position) {
    commit([](Batch& batch) {
        for (const Position position : {40'000U, 7U, 8U}) {
            batch.put_audit(sample_audit(position));
        }
        batch.put_setting("audit", "is not a setting");
    });
    const auto all = store().audit(0, 10);
    ASSERT_TRUE(all.has_value());
    ASSERT_EQ(all->size(), 3U);
    EXPECT_TRUE((*all)[0] == sample_audit(7));
    EXPECT_TRUE((*all)[2] == sample_audit(40'000));
    EXPECT_EQ(store().audit(7, 1)->front().position, 8U);
    EXPECT_TRUE(store().audit(40'000, 10)->empty());
    EXPECT_TRUE(store().audit(0, 0)->empty());
}

TEST_P(StoreContract, messages_are_listed_oldest_first_without_their_deliveries) {
    commit([](Batch& batch) {
        for (const std::uint64_t number : {3U, 1U, 2U, 500U}) {
            batch.put_message(sample_message(number));
            batch.put_delivery(sample_delivery(number, "96"));
        }
    });
    const auto first = store().messages(MessageId{}, 3);
    ASSERT_TRUE(first.has_value());
    ASSERT_EQ(first->size(), 3U);
    EXPECT_TRUE((*first)[0] == sample_message(1));
    EXPECT_TRUE((*first)[2] == sample_message(3));
    const auto rest = store().messages(first->back().id, 3);
    ASSERT_EQ(rest->size(), 1U);
    EXPECT_EQ(rest->front().id, message_id(500));
    EXPECT_TRUE(store().messages(message_id(500), 3)->empty());
    EXPECT_TRUE(store().messages(MessageId{}, 0)->empty());
}

TEST_P(StoreContract, wraps_are_listed_for_the_rotation) {
    commit([](Batch& batch) {
        for (const std::uint64_t number : {2U, 1U, 3U}) {
            batch.put_wrap(message_id(number), "wrap " + std::to_string(number));
            batch.put_chunk(message_id(number), 0, "piece");
        }
    });
    const auto first = store().wraps(MessageId{}, 2);
    ASSERT_TRUE(first.has_value());
    ASSERT_EQ(first->size(), 2U);
    EXPECT_EQ((*first)[0].first, message_id(1));
    EXPECT_EQ((*first)[1].second, "wrap 2");
    EXPECT_EQ(store().wraps(message_id(2), 2)->front().second, "wrap 3");
    EXPECT_TRUE(store().wraps(message_id(3), 2)->empty());
    EXPECT_TRUE(store().wraps(MessageId{}, 0)->empty());
}

}  // namespace
}  // namespace budstikke::store::testing
