// The sheet of the load generator notices what a broker does wrong, and its percentiles are those
// of the values. May not know any broker.
#include "tests/bench/load/sheet.hpp"

#include <gtest/gtest.h>

#include "tests/bench/load/template.hpp"

namespace budstikke::bench {
namespace {

constexpr std::int64_t from = 1000;
constexpr std::int64_t until = 9000;

class SheetTest : public testing::Test {
 protected:
    SheetTest() { sheet_.measure(from, until); }

    std::string id(std::uint64_t number) const {
        std::string text(id_bytes, ' ');
        sheet_.write_id(number, text.data());
        return text;
    }
    void send_and_confirm(int count) {
        for (int at = 0; at < count; ++at) {
            sheet_.confirmed(sheet_.sent(from), from + 100);
        }
    }

    Sheet sheet_{0xabcd, 3, 100};
};

TEST_F(SheetTest, AnIdLeadsBackToItsNumber) {
    send_and_confirm(13);
    EXPECT_EQ(id(12), "0000abcd-0003-4000-8000-000000000012");
    EXPECT_EQ(sheet_.number_of(id(12)), 12U);
}

TEST_F(SheetTest, AnIdThatWasNotSentHasNoNumber) {
    send_and_confirm(13);
    EXPECT_FALSE(sheet_.number_of(id(13)));
    EXPECT_FALSE(sheet_.number_of("0000abcd-0004-4000-8000-000000000012"));
    EXPECT_FALSE(sheet_.number_of("0000abcd-0003-4000-8000-00000000001x"));
    EXPECT_FALSE(sheet_.number_of(""));
}

TEST_F(SheetTest, WhatArrivesOnceIsGood) {
    send_and_confirm(2);
    sheet_.arrived(0, false, from + 300);
    sheet_.arrived(1, false, until);  // too late to be measured, but there
    const Counts counts = sheet_.counts(true);
    EXPECT_EQ(counts.lost + counts.doubled + counts.strange, 0U);
    EXPECT_EQ(counts.arrived, 2U);
    EXPECT_EQ(counts.arrived_in_time, 1U);
    EXPECT_EQ(counts.confirmed_in_time, 2U);
}

TEST_F(SheetTest, AConfirmedMessageThatDoesNotArriveIsLost) {
    send_and_confirm(2);
    sheet_.arrived(1, false, from);
    EXPECT_EQ(sheet_.counts(true).lost, 1U);
    EXPECT_EQ(sheet_.counts(false).lost, 0U);
}

TEST_F(SheetTest, AMessageThatArrivesTwiceIsDoubled) {
    send_and_confirm(1);
    sheet_.arrived(0, false, from);
    sheet_.arrived(0, true, from);
    EXPECT_EQ(sheet_.counts(true).doubled, 1U);
    EXPECT_EQ(sheet_.counts(true).redelivered, 1U);
}

TEST_F(SheetTest, APayloadOfAnotherSizeOrWithAnotherIdIsStrange) {
    const std::string payload = "<Id>" + std::string(placeholder) + "</Id>";
    const ExpectedPayloads expected({payload});
    send_and_confirm(3);
    const auto with = [&](std::uint64_t number) { return "<Id>" + id(number) + "</Id>"; };
    expected.arrived(sheet_, id(0), with(0), false, from);
    EXPECT_EQ(sheet_.counts(true).strange, 0U);
    expected.arrived(sheet_, id(1), with(2), false, from);
    EXPECT_EQ(sheet_.counts(true).strange, 1U);
    expected.arrived(sheet_, id(1), with(1) + " ", false, from);
    EXPECT_EQ(sheet_.counts(true).strange, 2U);
    expected.arrived(sheet_, id(77), with(77), false, from);
    EXPECT_EQ(sheet_.counts(true).strange, 3U);
}

TEST(HistogramTest, PercentilesAreThoseOfTheValuesWithinA64th) {
    Histogram histogram;
    EXPECT_EQ(histogram.percentile_ms(0.99), 0);
    for (int at = 1; at <= 1000; ++at) {
        histogram.add(at * 100);
    }
    EXPECT_NEAR(histogram.percentile_ms(0.5), 50, 1);
    EXPECT_NEAR(histogram.percentile_ms(0.99), 99, 2);
    EXPECT_EQ(histogram.total(), 1000U);
}

}  // namespace
}  // namespace budstikke::bench
