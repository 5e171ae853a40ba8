// The count of wrapped keys ends where its limit is, and says whether it saw all.
#include "broker/app/wrap_counts.hpp"

#include <gtest/gtest.h>

#include "broker/store/rocksdb_store.hpp"
#include "tests/unit/store/samples.hpp"

namespace budstikke::app {
namespace {

class WrapCountsTest : public testing::Test {
 protected:
    void SetUp() override {
        auto opened = store::open_rocksdb({.path = (folder_.path() / "store").string()});
        ASSERT_TRUE(opened) << opened.error().detail;
        store_ = *std::move(opened);
    }
    void add(std::uint64_t from, std::uint64_t to) {
        const auto batch = store_->begin();
        for (std::uint64_t number = from; number <= to; ++number) {
            batch->put_wrap(store::testing::message_id(number), "no wrap");
        }
        ASSERT_TRUE(store_->commit(*batch));
    }
    std::uint64_t counted(const WrapCounts& counts) const {
        std::uint64_t sum = 0;
        for (const auto& [key, wraps] : counts.by_key) {
            sum += wraps;
        }
        return sum;
    }

    const store::testing::TempFolder folder_{store::testing::quick_folder()};
    std::unique_ptr<store::Store> store_;
};

TEST_F(WrapCountsTest, EndsAtTheLimitAndSaysWhetherThatWasAll) {
    add(1, 2);
    for (const std::uint64_t rows : {2U, 3U, 4U}) {
        add(rows, rows);
        const auto counts = count_wraps(*store_, nullptr, 3);
        ASSERT_TRUE(counts);
        EXPECT_EQ(counted(*counts), std::min<std::uint64_t>(rows, 3));
        EXPECT_EQ(counts->complete, rows <= 3) << rows;
    }
}

TEST_F(WrapCountsTest, CountsOverManyPages) {
    constexpr std::uint64_t rows = 2 * limits::wraps_page_rows_max;
    add(1, rows);
    for (const std::size_t limit : {rows - 1, rows, rows + 1}) {
        const auto counts = count_wraps(*store_, nullptr, limit);
        ASSERT_TRUE(counts);
        EXPECT_EQ(counted(*counts), std::min<std::uint64_t>(rows, limit));
        EXPECT_EQ(counts->complete, limit >= rows) << limit;
    }
    static_assert(limits::admin_scan_rows_max > rows);
    EXPECT_TRUE(count_wraps(*store_, nullptr)->complete)
        << "the default is the limit of one command";
}

TEST_F(WrapCountsTest, NamesWhatNoKeyWraps) {
    add(1, 1);
    EXPECT_EQ(count_wraps(*store_, nullptr)->by_key.at("unreadable"), 1U);
}

}  // namespace
}  // namespace budstikke::app
