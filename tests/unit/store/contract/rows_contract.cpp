// The contract of single rows: what was put is found, whole; what was erased is not.
#include "tests/unit/store/contract/store_contract.hpp"

namespace budstikke::store::testing {
namespace {

TEST_P(StoreContract, a_message_reads_back_with_every_field) {
    commit([](Batch& batch) { batch.put_message(sample_message(5)); });
    const auto found = store().find_message(message_id(5));
    ASSERT_TRUE(found.has_value() && found->has_value());
    EXPECT_TRUE(**found == sample_message(5));
}

TEST_P(StoreContract, a_message_without_what_is_optional_reads_back) {
    MessageRecord bare;
    bare.id = message_id(6);
    commit([&](Batch& batch) { batch.put_message(bare); });
    EXPECT_TRUE(**store().find_message(bare.id) == bare);
}

TEST_P(StoreContract, records_do_not_leak_into_the_next_of_their_batch) {
    MessageRecord bare;
    bare.id = message_id(2);
    DeliveryRecord bare_delivery;
    bare_delivery.id = delivery_id(2, "1");
    commit([&](Batch& batch) {
        batch.put_message(sample_message(1));
        batch.put_message(bare);
        batch.put_delivery(sample_delivery(1, "1"));
        batch.put_delivery(bare_delivery);
    });
    EXPECT_TRUE(**store().find_message(message_id(1)) == sample_message(1));
    EXPECT_TRUE(**store().find_message(bare.id) == bare);
    EXPECT_TRUE(**store().find_delivery(bare_delivery.id) == bare_delivery);
}

TEST_P(StoreContract, an_unknown_message_is_nothing_and_no_error) {
    const auto found = store().find_message(message_id(404));
    ASSERT_TRUE(found.has_value());
    EXPECT_FALSE(found->has_value());
}

TEST_P(StoreContract, a_message_is_gone_once_erased_and_its_deliveries_are_not) {
    commit([](Batch& batch) {
        batch.put_message(sample_message(1));
        batch.put_delivery(sample_delivery(1, "96"));
    });
    commit([](Batch& batch) { batch.erase_message(message_id(1)); });
    EXPECT_FALSE(store().find_message(message_id(1))->has_value());
    EXPECT_TRUE(store().find_delivery(delivery_id(1, "96"))->has_value());
}

TEST_P(StoreContract, an_identity_is_of_its_sender_and_msg_id_only) {
    const IdentityRecord identity{.message = message_id(1), .digest = sample_digest(9)};
    commit([&](Batch& batch) { batch.put_identity(her_id("12"), "3", identity); });
    EXPECT_TRUE(**store().find_identity(her_id("12"), "3") == identity);
    EXPECT_FALSE(store().find_identity(her_id("1"), "23")->has_value());
    EXPECT_FALSE(store().find_identity(her_id("1"), "2/3")->has_value());
    EXPECT_FALSE(store().find_identity(her_id("12"), "")->has_value());
    commit([](Batch& batch) { batch.erase_identity(her_id("12"), "3"); });
    EXPECT_FALSE(store().find_identity(her_id("12"), "3")->has_value());
}

TEST_P(StoreContract, a_msg_id_may_hold_any_bytes_up_to_its_limit) {
    const std::string odd("a/b\0c\xff d", 8);
    const std::string longest(limits::msg_id_bytes_max, 'm');
    commit([&](Batch& batch) {
        batch.put_identity(her_id("1"), odd, {.message = message_id(1), .digest = {}});
        batch.put_identity(her_id("1"), longest, {.message = message_id(2), .digest = {}});
    });
    EXPECT_EQ((*store().find_identity(her_id("1"), odd))->message, message_id(1));
    EXPECT_EQ((*store().find_identity(her_id("1"), longest))->message, message_id(2));
}

TEST_P(StoreContract, a_delivery_reads_back_with_every_field_and_event) {
    commit([](Batch& batch) { batch.put_delivery(sample_delivery(3, "96")); });
    EXPECT_TRUE(**store().find_delivery(delivery_id(3, "96")) == sample_delivery(3, "96"));
    EXPECT_FALSE(store().find_delivery(delivery_id(3, "9"))->has_value());
    EXPECT_FALSE(store().find_delivery(delivery_id(3, "966"))->has_value());
}

TEST_P(StoreContract, a_delivery_holds_as_many_events_as_the_limit_allows) {
    auto record = sample_delivery(3, "96");
    record.events.assign(limits::timeline_events_max, record.events.back());
    for (std::size_t i = 0; i < record.events.size(); ++i) {
        record.events[i].position = i;
    }
    commit([&](Batch& batch) { batch.put_delivery(record); });
    EXPECT_TRUE(**store().find_delivery(record.id) == record);
}

TEST_P(StoreContract, every_state_and_cause_reads_back) {
    std::uint64_t number = 1;
    for (const auto state : delivery_states()) {
        for (const auto cause : delivery_causes()) {
            auto record = sample_delivery(number++, "96");
            record.state = state;
            record.events = {
                {.position = 1, .at = at(1), .state = state, .cause = cause, .detail = ""}
            };
            commit([&](Batch& batch) { batch.put_delivery(record); });
            const auto found = store().find_delivery(record.id);
            ASSERT_TRUE(found.has_value() && found->has_value());
            EXPECT_TRUE(**found == record);
        }
    }
}

TEST_P(StoreContract, the_deliveries_of_a_message_come_in_her_id_order_without_neighbours) {
    commit([](Batch& batch) {
        batch.put_message(sample_message(2));
        for (const auto* recipient : {"96", "8138824", "12", "120"}) {
            batch.put_delivery(sample_delivery(2, recipient));
        }
        batch.put_delivery(sample_delivery(1, "96"));
        batch.put_delivery(sample_delivery(3, "96"));
    });
    const auto found = store().deliveries_of(message_id(2));
    ASSERT_TRUE(found.has_value());
    ASSERT_EQ(found->size(), 4U);
    EXPECT_EQ((*found)[0].id.recipient.text(), "12");
    EXPECT_EQ((*found)[1].id.recipient.text(), "120");
    EXPECT_EQ((*found)[2].id.recipient.text(), "8138824");
    EXPECT_EQ((*found)[3].id.recipient.text(), "96");
    commit([](Batch& batch) { batch.erase_delivery(delivery_id(2, "120")); });
    EXPECT_EQ(store().deliveries_of(message_id(2))->size(), 3U);
    EXPECT_TRUE(store().deliveries_of(message_id(9))->empty());
}

TEST_P(StoreContract, the_pieces_of_a_payload_read_back_by_index) {
    const std::string binary("\0\xff piece", 8);
    commit([&](Batch& batch) {
        batch.put_chunk(message_id(1), 0, "first");
        batch.put_chunk(message_id(1), 1, binary);
        batch.put_chunk(message_id(1), 300, std::string(limits::chunk_bytes_max + 64, 'z'));
        batch.put_chunk(message_id(2), 0, "");
        batch.put_wrap(message_id(1), "the wrap");
    });
    EXPECT_EQ(store().read_chunk(message_id(1), 0).value(), "first");
    EXPECT_EQ(store().read_chunk(message_id(1), 1).value(), binary);
    EXPECT_EQ(store().read_chunk(message_id(1), 300)->size(), limits::chunk_bytes_max + 64);
    EXPECT_EQ(store().read_chunk(message_id(2), 0).value(), "");
    EXPECT_EQ(store().read_wrap(message_id(1)).value(), "the wrap");
    EXPECT_EQ(store().read_chunk(message_id(1), 2).error().code, Errc::not_found);
    EXPECT_EQ(store().read_wrap(message_id(2)).error().code, Errc::not_found);
}

TEST_P(StoreContract, an_erased_payload_has_neither_wrap_nor_pieces) {
    commit([](Batch& batch) {
        for (std::uint32_t index = 0; index < 3; ++index) {
            batch.put_chunk(message_id(1), index, "piece");
            batch.put_chunk(message_id(2), index, "piece");
        }
        batch.put_wrap(message_id(1), "wrap");
        batch.put_wrap(message_id(2), "wrap");
    });
    commit([](Batch& batch) { batch.erase_payload(message_id(1), 3); });
    EXPECT_EQ(store().read_wrap(message_id(1)).error().code, Errc::not_found);
    for (std::uint32_t index = 0; index < 3; ++index) {
        EXPECT_EQ(store().read_chunk(message_id(1), index).error().code, Errc::not_found);
        EXPECT_EQ(store().read_chunk(message_id(2), index).value(), "piece");
    }
    EXPECT_EQ(store().read_wrap(message_id(2)).value(), "wrap");
}

TEST_P(StoreContract, settings_are_found_by_key_and_listed_by_prefix) {
    commit([](Batch& batch) {
        batch.put_setting("hold/2", "b");
        batch.put_setting("hold/1", "a");
        batch.put_setting("hole", "no");
        batch.put_setting("pause/1", "");
        batch.put_setting("hold/\xff", "c");
    });
    EXPECT_EQ(store().setting("hold/1").value(), "a");
    EXPECT_EQ(store().setting("pause/1").value(), "");
    EXPECT_FALSE(store().setting("hold/")->has_value());
    const auto held = store().settings("hold/");
    ASSERT_TRUE(held.has_value());
    ASSERT_EQ(held->size(), 3U);
    EXPECT_EQ((*held)[0], (std::pair<std::string, std::string>("hold/1", "a")));
    EXPECT_EQ((*held)[1], (std::pair<std::string, std::string>("hold/2", "b")));
    EXPECT_EQ((*held)[2].second, "c");
    EXPECT_EQ(store().settings("")->size(), 5U);
    commit([](Batch& batch) { batch.erase_setting("hold/1"); });
    EXPECT_FALSE(store().setting("hold/1")->has_value());
}

}  // namespace
}  // namespace budstikke::store::testing
