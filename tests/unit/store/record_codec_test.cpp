// Bytes of records: stable on disk, and `corrupt` where they are no such record.
#include "broker/store/record_codec.hpp"

#include "budstikke/v1/store.pb.h"
#include <gtest/gtest.h>

#include "tests/unit/store/samples.hpp"

namespace budstikke::store::testing {
namespace {

template <typename Record>
std::string encoded(const Record& record) {
    RecordEncoder encoder;
    return std::string(encoder.encode(record));
}

const DeadLetter dead_letter{
    .id = delivery_id(1, "96"),
    .queue = her_id("555"),
    .at = at(9),
    .cause = DeliveryCause::settled_rejected,
};
const IdentityRecord identity{.message = message_id(1), .digest = sample_digest(3)};

TEST(record_codec, every_record_comes_back) {
    EXPECT_TRUE(*decode_message(message_id(1), encoded(sample_message(1))) == sample_message(1));
    EXPECT_TRUE(*decode_identity(encoded(identity)) == identity);
    EXPECT_TRUE(
        *decode_delivery(delivery_id(1, "96"), encoded(sample_delivery(1, "96"))) ==
        sample_delivery(1, "96")
    );
    EXPECT_TRUE(*decode_open(4, encoded(sample_open(4))) == sample_open(4));
    EXPECT_TRUE(*decode_dead(dead_letter.id, encoded(dead_letter)) == dead_letter);
    const auto fed = sample_feed("96", 5);
    RecordEncoder encoder;
    const auto row = std::string(encoder.encode_feed(fed.delivery, events_of({fed})));
    EXPECT_TRUE(decode_feed(her_id("96"), 5, row)->front() == fed);
    EXPECT_EQ(decode_feed(her_id("96"), 6, row).error().code, Errc::corrupt) << "not its key";
    EXPECT_TRUE(*decode_audit(6, encoded(sample_audit(6))) == sample_audit(6));
}

TEST(record_codec, truncated_bytes_never_give_a_half_record_of_fixed_parts) {
    const auto bytes = encoded(identity);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto decoded = decode_identity(bytes.substr(0, size));
        ASSERT_FALSE(decoded.has_value()) << size;
        EXPECT_EQ(decoded.error().code, Errc::corrupt);
    }
}

TEST(record_codec, bytes_that_are_no_protobuf_are_corrupt) {
    for (const std::string bytes : {"\xff", "\x0a\xff", "\x07", "not a record"}) {
        EXPECT_EQ(decode_message(message_id(1), bytes).error().code, Errc::corrupt);
        EXPECT_EQ(decode_identity(bytes).error().code, Errc::corrupt);
        EXPECT_EQ(decode_delivery(delivery_id(1, "1"), bytes).error().code, Errc::corrupt);
        EXPECT_EQ(decode_open(1, bytes).error().code, Errc::corrupt);
        EXPECT_EQ(decode_dead(delivery_id(1, "1"), bytes).error().code, Errc::corrupt);
        EXPECT_EQ(decode_feed(her_id("1"), 1, bytes).error().code, Errc::corrupt);
        EXPECT_EQ(decode_audit(1, bytes).error().code, Errc::corrupt);
    }
}

/// A good delivery with one field changed to what means nothing.
template <typename Change>
Errc refusal(const Change& change) {
    v1::StoredDelivery stored;
    EXPECT_TRUE(stored.ParseFromString(encoded(sample_delivery(1, "96"))));
    change(stored);
    const auto decoded = decode_delivery(delivery_id(1, "96"), stored.SerializeAsString());
    return decoded ? Errc::internal : decoded.error().code;
}

TEST(record_codec, values_that_mean_nothing_are_corrupt) {
    const auto none = [](v1::StoredDelivery&) {};
    EXPECT_EQ(refusal(none), Errc::internal);
    EXPECT_EQ(refusal([](auto& stored) { stored.set_state(10); }), Errc::corrupt);
    EXPECT_EQ(refusal([](auto& stored) { stored.set_role(2); }), Errc::corrupt);
    EXPECT_EQ(refusal([](auto& stored) { stored.set_priority(3); }), Errc::corrupt);
    EXPECT_EQ(refusal([](auto& stored) { stored.set_apprec(4); }), Errc::corrupt);
    EXPECT_EQ(refusal([](auto& stored) { stored.set_queue("12a"); }), Errc::corrupt);
    EXPECT_EQ(refusal([](auto& stored) { stored.set_sender("12345678901"); }), Errc::corrupt);
    EXPECT_EQ(refusal([](auto& stored) { stored.set_apprec_message("short"); }), Errc::corrupt);
    EXPECT_EQ(
        refusal([](auto& stored) { stored.mutable_events(0)->set_cause(25); }), Errc::corrupt
    );
    EXPECT_EQ(
        refusal([](auto& stored) { stored.mutable_events(0)->set_state(0xffffffffU); }),
        Errc::corrupt
    );
}

TEST(record_codec, the_numbers_on_disk_are_frozen) {
    v1::StoredDelivery stored;
    auto record = sample_delivery(1, "96");
    ASSERT_TRUE(stored.ParseFromString(encoded(record)));
    EXPECT_EQ(stored.state(), 9U);
    EXPECT_EQ(stored.apprec(), 2U);
    EXPECT_EQ(stored.priority(), 0U);
    EXPECT_EQ(stored.due(), -5);
    EXPECT_EQ(stored.events(1).cause(), 24U);
    // Field 6, a fixed64: its tag is 0x31.
    EXPECT_NE(encoded(record).find("\x31\x10\x32\x54\x76\x98\xba\xdc\xfe"), std::string::npos);
}

TEST(record_codec, an_empty_delivery_takes_next_to_no_bytes) {
    DeliveryRecord bare;
    EXPECT_LT(encoded(bare).size(), 8U);
}

}  // namespace
}  // namespace budstikke::store::testing
