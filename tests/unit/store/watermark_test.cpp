// The mark of what was durable: kept, locked, and refused where it does not verify.
#include "broker/store/watermark.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/unit/store/samples.hpp"

namespace budstikke::store {
namespace {

class watermark : public ::testing::Test {
 protected:
    Result<Watermark> open(bool may_create = false) const {
        return Watermark::open(folder_.path().string(), may_create);
    }
    /// A mark that was moved to each of the values.
    void make(std::initializer_list<std::uint64_t> values) const {
        auto mark = open(true);
        ASSERT_TRUE(mark.has_value());
        for (const auto value : values) {
            ASSERT_TRUE(mark->advance(value).has_value());
        }
    }
    void flip(std::size_t offset) const {
        std::fstream file(folder_.path() / "WATERMARK", std::ios::in | std::ios::out);
        file.seekg(static_cast<std::streamoff>(offset));
        const auto byte = static_cast<char>(file.get() ^ 0x10);
        file.seekp(static_cast<std::streamoff>(offset));
        file.put(byte);
    }

    testing::TempFolder folder_;
};

TEST_F(watermark, it_begins_at_zero_and_is_kept) {
    EXPECT_EQ(open(true)->value(), 0U);
    make({5, 9, 1'000'000'000'000});
    EXPECT_EQ(open()->value(), 1'000'000'000'000U);
    make({1'000'000'000'001});
    EXPECT_EQ(open()->value(), 1'000'000'000'001U);
}

TEST_F(watermark, where_it_has_to_be_it_is_not_created) {
    const auto opened = open();
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Errc::corrupt);
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "WATERMARK"));
}

TEST_F(watermark, two_cannot_hold_it) {
    const auto first = open(true);
    ASSERT_TRUE(first.has_value());
    const auto second = open(true);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::conflict);
}

TEST_F(watermark, it_can_be_held_again_after_it_was_let_go) {
    {
        const auto first = open(true);
    }
    EXPECT_TRUE(open(true).has_value());
}

TEST_F(watermark, a_torn_write_falls_back_to_the_one_before) {
    for (std::size_t offset = 0; offset < 24; ++offset) {
        make({7, 8, 9});
        // The number of writes tells which slot holds the newest; one of the two flips spoils it.
        flip(offset);
        const auto first = open();
        ASSERT_TRUE(first.has_value()) << offset;
        EXPECT_TRUE(first->value() == 8 || first->value() == 9);
        std::filesystem::remove(folder_.path() / "WATERMARK");
    }
}

TEST_F(watermark, with_both_slots_spoilt_it_is_corrupt) {
    make({7, 8});
    flip(9);
    flip(4096 + 9);
    const auto opened = open();
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Errc::corrupt);
}

TEST_F(watermark, a_shortened_file_is_corrupt) {
    make({7, 8});
    std::filesystem::resize_file(folder_.path() / "WATERMARK", 4096);
    EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(watermark, one_whose_making_was_interrupted_is_made_again) {
    std::ofstream(folder_.path() / "WATERMARK") << "BUDS";
    EXPECT_EQ(open(true)->value(), 0U);
    EXPECT_EQ(open()->value(), 0U);
}

}  // namespace
}  // namespace budstikke::store
