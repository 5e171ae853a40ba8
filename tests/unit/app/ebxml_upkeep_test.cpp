// The upkeep of the ebXML store: a rotation goes through all of its keys, erased keys are forgotten
// at the start and every hour, a store that fails ends the process, and a master key that is still
// needed is missed at the start.
#include "broker/app/ebxml_upkeep.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "broker/app/wrap_counts.hpp"
#include "broker/base/limits.hpp"
#include "tests/unit/admin/event_recorder.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"
#include "tests/unit/store/ebxml_samples.hpp"
#include "tests/unit/transport/ebxml/service/forwarding_store.hpp"

namespace budstikke::app {
namespace {

using store::testing::master_keys;
using store::testing::out_id;
using store::testing::sample_outbound;

/// The real store, which says how often it forgot, and fails where a test wants it.
class WatchedStore final : public ebxml::test::ForwardingStore {
 public:
    using ForwardingStore::ForwardingStore;

    Result<Rewrapped> rewrap(std::string_view after, std::size_t rows_max) override {
        return failing ? fail(Errc::io, "as the test wants it")
                       : ForwardingStore::rewrap(after, rows_max);
    }
    Result<void> forget_erased() override {
        auto done =
            failing ? fail(Errc::io, "as the test wants it") : ForwardingStore::forget_erased();
        const std::scoped_lock lock(mutex_);
        ++forgotten_;
        changed_.notify_all();
        return done;
    }
    void wait_until_forgotten(int times) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return forgotten_ >= times; });
    }
    int forgotten() {
        const std::scoped_lock lock(mutex_);
        return forgotten_;
    }

    std::atomic<bool> failing = false;

 private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int forgotten_ = 0;
};

class EbxmlUpkeepTest : public testing::Test {
 protected:
    EbxmlUpkeepTest() {
        auto opened = store::open_ebxml_store(folder_.path() / "ebxml", codec_);
        store_ = std::make_unique<WatchedStore>(std::move(opened).value());
        start();
    }
    void start() {
        upkeep_.reset();
        upkeep_ = std::make_unique<EbxmlUpkeep>(*store_, clock_, events_, [this](const Error&) {
            ++failures_;
        });
    }
    void tick_until_rotated() {
        while (upkeep_->rotating()) {
            upkeep_->tick();
        }
    }

    const store::testing::TempFolder folder_{store::testing::quick_folder()};
    store::PayloadCodec codec_{master_keys(folder_, {{"k1", '1'}})};
    pipeline::TestClock clock_;
    admin::EventRecorder events_;
    int failures_ = 0;
    std::unique_ptr<WatchedStore> store_;
    std::unique_ptr<EbxmlUpkeep> upkeep_;
};

TEST_F(EbxmlUpkeepTest, RotatesThroughManyPagesAndThenNeedsTheOldKeyNoMore) {
    constexpr std::uint64_t rows = limits::wraps_page_rows_max + 1;
    for (std::uint64_t number = 0; number < rows; ++number) {
        ASSERT_TRUE(store_->put(sample_outbound(number)));
    }
    EXPECT_FALSE(upkeep_->rotating());
    const auto both = master_keys(folder_, {{"k1", '1'}, {"k2", '2'}});
    const auto last = master_keys(folder_, {{"k2", '2'}});
    codec_.replace_keys(both);
    EXPECT_TRUE(check_wraps(*store_, *both));
    const auto missing = check_wraps(*store_, *last);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
    EXPECT_NE(missing.error().detail.find("k1"), std::string::npos);

    upkeep_->rotate_keys();
    EXPECT_TRUE(upkeep_->rotating());
    tick_until_rotated();
    EXPECT_EQ(upkeep_->rewrapped(), rows);
    EXPECT_TRUE(check_wraps(*store_, *last));
    WrapCounts counts;
    ASSERT_TRUE(count_wraps(*store_, rows, counts));
    EXPECT_EQ(counts.by_key, (decltype(counts.by_key){{"k2", rows}}));
    EXPECT_TRUE(counts.complete);
    codec_.replace_keys(last);
    EXPECT_EQ(store_->outbound_body(out_id(0)).value(), sample_outbound(0).body);
}

TEST_F(EbxmlUpkeepTest, StartsOverWhereTheKeysChangeAgain) {
    ASSERT_TRUE(store_->put(sample_outbound(1)));
    codec_.replace_keys(master_keys(folder_, {{"k1", '1'}, {"k2", '2'}}));
    upkeep_->rotate_keys();
    tick_until_rotated();
    codec_.replace_keys(master_keys(folder_, {{"k2", '2'}, {"k3", '3'}}));
    upkeep_->rotate_keys();
    tick_until_rotated();
    EXPECT_EQ(upkeep_->rewrapped(), 2U);
    EXPECT_TRUE(check_wraps(*store_, *master_keys(folder_, {{"k3", '3'}})));
}

TEST_F(EbxmlUpkeepTest, ForgetsErasedKeysAtTheStartAndEveryHour) {
    upkeep_->tick();
    store_->wait_until_forgotten(1);
    clock_.advance(std::chrono::hours(1) - Duration(1));
    upkeep_->tick();
    clock_.advance(Duration(1));
    // The first one may not have returned quite yet: then a later tick does it.
    while (store_->forgotten() < 2) {
        upkeep_->tick();
        std::this_thread::yield();
    }
    upkeep_.reset();
    EXPECT_EQ(store_->forgotten(), 2);
    start();
    upkeep_->tick();
    store_->wait_until_forgotten(3);
}

TEST_F(EbxmlUpkeepTest, AStoreThatFailsEndsTheProcess) {
    store_->failing = true;
    upkeep_->rotate_keys();
    upkeep_->tick();
    EXPECT_EQ(failures_, 1);
    upkeep_.reset();
    // Of the rotation, and that erased keys stay on the disk, which ends nothing.
    EXPECT_EQ(events_.all("ebxml_store_failed").size(), 2U);
    EXPECT_EQ(failures_, 1);
}

TEST_F(EbxmlUpkeepTest, CountsTheKeysOfBothStoresTogether) {
    ASSERT_TRUE(store_->put(sample_outbound(1)));
    const auto broker = store::open_rocksdb({.path = (folder_.path() / "store").string()}).value();
    const auto batch = broker->begin();
    batch->put_wrap(store::testing::message_id(1), "no wrap");
    ASSERT_TRUE(broker->commit(*batch));
    const auto counts = count_wraps(*broker, store_.get()).value();
    EXPECT_EQ(counts.by_key, (decltype(counts.by_key){{"k1", 1}, {"unreadable", 1}}));
    EXPECT_TRUE(counts.complete);
}

}  // namespace
}  // namespace budstikke::app
