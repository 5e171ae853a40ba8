// Payloads carried from acceptance to delivery: no more of them than the bound, and none left over.
#include "broker/pipeline/carried_payloads.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace budstikke::pipeline {
namespace {

Payload of_size(std::size_t size) {
    return Payload(std::string(size, 'x'));
}

TEST(carried_payloads, a_payload_is_carried_up_to_the_size_of_one) {
    CarriedPayloads carried;
    EXPECT_TRUE(carried.carry(of_size(limits::in_place_bytes_max - 1)));
    EXPECT_TRUE(carried.carry(of_size(limits::in_place_bytes_max)));
    EXPECT_FALSE(carried.carry(of_size(limits::in_place_bytes_max + 1)));
}

TEST(carried_payloads, all_together_stay_below_the_bound) {
    CarriedPayloads carried(100);
    const auto most = carried.carry(of_size(99));
    EXPECT_FALSE(carried.carry(of_size(2)));
    EXPECT_TRUE(carried.carry(of_size(1)));
    EXPECT_EQ(carried.bytes(), 99U) << "the one byte was let go again";
    EXPECT_EQ(most->size(), 99U);
}

TEST(carried_payloads, the_bound_of_all_is_that_of_the_broker) {
    CarriedPayloads carried;
    std::vector<std::shared_ptr<const Payload>> kept;
    while (carried.bytes() < limits::carried_bytes_max) {
        kept.push_back(carried.carry(of_size(limits::in_place_bytes_max)));
        ASSERT_TRUE(kept.back());
    }
    EXPECT_EQ(carried.bytes(), limits::carried_bytes_max);
    EXPECT_FALSE(carried.carry(of_size(1)));
}

TEST(carried_payloads, room_is_free_again_with_the_last_reference) {
    CarriedPayloads carried(100);
    auto one = carried.carry(of_size(100));
    auto other = one;
    one.reset();
    EXPECT_EQ(carried.bytes(), 100U);
    other.reset();
    EXPECT_EQ(carried.bytes(), 0U);
    EXPECT_TRUE(carried.carry(of_size(100)));
}

}  // namespace
}  // namespace budstikke::pipeline
