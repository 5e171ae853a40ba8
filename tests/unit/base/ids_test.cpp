// The identifiers: what each takes, what it refuses, and that it reads back what it writes.
#include "broker/base/ids.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"

namespace budstikke {
namespace {

/// Every byte the same, so that the fixed bits of an id can be told from the random ones.
class Constant final : public Random {
 public:
    explicit Constant(std::byte value) : value_(value) {}
    void fill(std::span<std::byte> bytes) override { std::ranges::fill(bytes, value_); }

 private:
    std::byte value_;
};

Timestamp at(std::int64_t milliseconds) {
    return Timestamp(Duration(milliseconds));
}

TEST(HerId, IsDigitsUpToItsLimit) {
    const std::string longest(limits::her_id_digits_max, '9');
    EXPECT_TRUE(HerId::parse("1"));
    EXPECT_TRUE(HerId::parse(longest.substr(1)));
    EXPECT_TRUE(HerId::parse(longest));
    EXPECT_FALSE(HerId::parse(longest + "9"));
    for (const auto* const text : {"", " 1", "1 ", "1.2", "12a", "-1", "\xd9\xa1"}) {
        EXPECT_FALSE(HerId::parse(text)) << text;
    }
}

TEST(HerId, ComparesAsText) {
    EXPECT_NE(HerId::parse("012"), HerId::parse("12"));
    EXPECT_EQ(HerId::parse("12")->text(), "12");
    EXPECT_TRUE(HerId().empty());
}

TEST(MessageId, IsAVersion7UuidOfItsMillisecond) {
    Constant ones(std::byte{0xff});
    const auto id = MessageId::make(at(0x0123456789ab), ones);
    EXPECT_EQ(id.text(), "01234567-89ab-7fff-bfff-ffffffffffff");
    EXPECT_EQ(id.time(), at(0x0123456789ab));
}

TEST(MessageId, SortsByTime) {
    Constant ones(std::byte{0xff});
    Constant zeros(std::byte{0});
    const auto earlier = MessageId::make(at(1000), ones);
    const auto later = MessageId::make(at(1001), zeros);
    EXPECT_LT(earlier, later);
    EXPECT_LT(earlier.raw(), later.raw());
}

TEST(MessageId, ReadsBackItsTextAndBytes) {
    Constant bytes(std::byte{0x5a});
    const auto id = MessageId::make(at(1'700'000'000'000), bytes);
    EXPECT_EQ(MessageId::parse(id.text()), id);
    EXPECT_EQ(MessageId::from_raw(id.raw()), id);
    std::string upper = id.text();
    std::ranges::transform(upper, upper.begin(), [](char c) {
        return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    });
    EXPECT_EQ(MessageId::parse(upper), id);
}

TEST(MessageId, RefusesWhatIsNoUuid) {
    for (const auto* const text :
         {"", "01234567-89ab-7fff-bfff-fffffffffff", "01234567-89ab-7fff-bfff-fffffffffffff",
          "0123456789ab-7fff-bfff-ffffffffffff01", "01234567_89ab_7fff_bfff_ffffffffffff",
          "g1234567-89ab-7fff-bfff-ffffffffffff"}) {
        EXPECT_FALSE(MessageId::parse(text)) << text;
        EXPECT_FALSE(is_uuid(text)) << text;
    }
    EXPECT_FALSE(MessageId::from_raw("fifteen bytes ."));
    EXPECT_FALSE(MessageId::from_raw("seventeen bytes ."));
    EXPECT_FALSE(MessageId::from_raw(""));
}

TEST(DeliveryId, IsTheMessageAndTheRecipient) {
    Constant bytes(std::byte{0x11});
    const DeliveryId id{
        .message = MessageId::make(at(1), bytes), .recipient = *HerId::parse("8094866")
    };
    EXPECT_EQ(id.text(), id.message.text() + "/8094866");
    EXPECT_EQ(DeliveryId::parse(id.text()), id);
    EXPECT_FALSE(DeliveryId::parse(id.message.text()));
    EXPECT_FALSE(DeliveryId::parse(id.message.text() + "/"));
    EXPECT_FALSE(DeliveryId::parse(id.message.text() + "/x"));
    EXPECT_FALSE(DeliveryId::parse("x/8094866"));
}

}  // namespace
}  // namespace budstikke
