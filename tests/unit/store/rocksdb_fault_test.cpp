// A disk that fails: no commit returns well that is not durable, none is applied by half, and after
// the first failure none succeeds any more.
#include <gtest/gtest.h>

#include "broker/store/rocksdb_env.hpp"
#include "tests/unit/store/faulty_file_system.hpp"
#include "tests/unit/store/ledger.hpp"

namespace budstikke::store::testing {
namespace {

class rocksdb_fault : public ::testing::Test {
 protected:
    std::string path() const { return (folder_.path() / "store").string(); }
    Result<std::unique_ptr<Store>> open() {
        return open_rocksdb({.path = path(), .memtable_bytes = limits::mib}, env_);
    }

    TempFolder folder_{quick_folder()};
    std::shared_ptr<FaultyFileSystem> files_ = std::make_shared<FaultyFileSystem>();
    FaultyEnv env_{files_};
};

TEST_F(rocksdb_fault, after_a_failed_commit_every_later_one_fails_and_reading_goes_on) {
    auto store = open().value();
    ASSERT_TRUE(commit_message(*store, 1).has_value());
    files_->fail_at(1, false);
    const auto failed = commit_message(*store, 2);
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code, Errc::io);
    files_->fail_never();
    const auto later = commit_message(*store, 3);
    ASSERT_FALSE(later.has_value());
    EXPECT_EQ(later.error().code, Errc::io);
    EXPECT_EQ(find(*store, 1), Found::whole);
    EXPECT_EQ(store->last_position().value(), 1U);
    store.reset();
    store = open().value();
    EXPECT_EQ(find(*store, 1), Found::whole);
    EXPECT_NE(find(*store, 2), Found::part);
    EXPECT_EQ(find(*store, 3), Found::nothing);
    EXPECT_TRUE(commit_message(*store, 4).has_value());
}

TEST_F(rocksdb_fault, a_batch_is_empty_after_a_failed_commit_too) {
    const auto store = open().value();
    files_->fail_at(1, true);
    for (int round = 0; round < 2; ++round) {
        const auto batch = store->begin();
        accept(*batch, 1);
        EXPECT_FALSE(store->commit(*batch).has_value());
        EXPECT_EQ(batch->operations(), 0U);
    }
    files_->fail_never();
}

// The loop of SQLite's tests: the Nth operation fails, for every N, once and from then on.
TEST_F(rocksdb_fault, whichever_write_or_sync_fails_nothing_acknowledged_is_lost) {
    constexpr std::uint64_t messages = 12;
    for (const bool sticky : {false, true}) {
        for (std::uint64_t number = 1;; ++number) {
            std::filesystem::remove_all(path());
            std::uint64_t acknowledged = 0;
            files_->fail_at(number, sticky);
            if (auto store = open()) {
                while (acknowledged < messages && commit_message(**store, acknowledged + 1)) {
                    ++acknowledged;
                    if (acknowledged == messages / 2 && !(*store)->compact()) {
                        break;
                    }
                }
            }
            const bool reached = files_->failed();
            files_->fail_never();
            auto again = open();
            ASSERT_TRUE(again.has_value()) << number << ": " << again.error().detail;
            ASSERT_EQ(find_all(**again, acknowledged), Found::whole) << number;
            ASSERT_NE(find(**again, acknowledged + 1), Found::part) << number;
            if (!reached) {
                ASSERT_EQ(acknowledged, messages);
                break;
            }
        }
    }
}

TEST_F(rocksdb_fault, a_power_cut_after_any_commit_loses_nothing_that_it_acknowledged) {
    constexpr std::uint64_t messages = 20;
    auto store = open().value();
    for (std::uint64_t number = 1; number <= messages; ++number) {
        ASSERT_TRUE(commit_message(*store, number).has_value());
        if (number % 7 == 0) {
            ASSERT_TRUE(store->compact().has_value());
        }
        const auto cut = folder_.path() / ("cut " + std::to_string(number));
        files_->copy_after_power_cut(path(), cut);
        const auto recovered = open_rocksdb({.path = cut.string()});
        ASSERT_TRUE(recovered.has_value()) << recovered.error().detail;
        EXPECT_EQ(find_all(**recovered, number), Found::whole) << number;
        EXPECT_EQ((*recovered)->last_position().value(), number);
    }
}

}  // namespace
}  // namespace budstikke::store::testing
