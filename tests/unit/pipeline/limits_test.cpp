// The limits of the pipeline that no sender sees as such: the size of a commit, the length of a
// timeline, the free disk, the rows of a tick, what is decoded where.
#include "broker/base/limits.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "broker/message/finding_catalogue.hpp"
#include "broker/pipeline/broker_impl.hpp"
#include "broker/pipeline/ledger.hpp"
#include "broker/xml/schema_set.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"
#include "tests/unit/pipeline/watched_store.hpp"

namespace budstikke::pipeline {
namespace {

/// A ledger of its own on the store of the fixture, whose broker is gone.
class LedgerTest : public BrokerTest {
 protected:
    void SetUp() override {
        BrokerTest::SetUp();
        broker_.reset();
        ledger_ = Ledger::open(*store_).value();
        ledger_->begin_cycle(clock_.now());
        id_ = MessageId::make(clock_.now(), random_);
    }
    void TearDown() override {
        ledger_.reset();
        BrokerTest::TearDown();
    }
    void add_chunk(std::size_t bytes) {
        ledger_->batch().put_chunk(id_, chunks_++, std::string(bytes, 'x'));
    }
    store::DeliveryRecord& add_delivery() {
        store::DeliveryRecord record;
        record.id = {.message = id_, .recipient = her("201")};
        record.queue = her("201");
        record.sender = her("100");
        record.position = ledger_->next_position();
        return ledger_->add_delivery(std::move(record));
    }

    std::unique_ptr<Ledger> ledger_;
    MessageId id_;
    std::uint32_t chunks_ = 0;
};

TEST_F(LedgerTest, IsFullAtTheOperationsOfACommit) {
    while (ledger_->batch().operations() < limits::commit_operations_max - 2) {
        add_chunk(1);
    }
    // A changed record counts too, though it is written at the end.
    add_delivery();
    EXPECT_FALSE(ledger_->is_full()) << "one below";
    add_chunk(1);
    EXPECT_TRUE(ledger_->is_full()) << "at the limit";
    add_chunk(1);
    EXPECT_TRUE(ledger_->is_full()) << "above";
    EXPECT_TRUE(ledger_->commit());
    EXPECT_FALSE(ledger_->is_full()) << "a new cycle begins empty";
}

TEST_F(LedgerTest, IsFullAtTheBytesOfACommit) {
    const auto bytes = [&] { return ledger_->batch().bytes(); };
    add_chunk(limits::mib);
    const std::size_t before = bytes();
    add_chunk(limits::mib);
    const std::size_t around = bytes() - before - limits::mib;
    while (bytes() + limits::mib + around < limits::commit_bytes_max - limits::mib) {
        add_chunk(limits::mib);
    }
    // What is left takes two more, of lengths that are written in as many bytes.
    add_chunk(limits::mib / 2);
    add_chunk(limits::commit_bytes_max - 1 - bytes() - around);
    EXPECT_EQ(bytes(), limits::commit_bytes_max - 1);
    EXPECT_FALSE(ledger_->is_full()) << "one below";
    add_chunk(1);
    EXPECT_GE(bytes(), limits::commit_bytes_max);
    EXPECT_TRUE(ledger_->is_full());
}

TEST_F(LedgerTest, KeepsTheNewestEventsOfATimelineAndDropsTheOthersFromTheFeedToo) {
    store::DeliveryRecord& record = add_delivery();
    const auto events_in_feed = [&] {
        EXPECT_TRUE(ledger_->commit());
        return store_->feed(her("100"), 0, 2UL * limits::timeline_events_max)->size();
    };
    for (std::uint32_t i = 1; i < limits::timeline_events_max; ++i) {
        ledger_->note(record, DeliveryCause::attempt_failed, std::to_string(i));
        ASSERT_TRUE(ledger_->commit());  // the feed drops what one commit did as a whole
    }
    EXPECT_EQ(record.events.size(), limits::timeline_events_max - 1);
    ledger_->note(record, DeliveryCause::attempt_failed, "at the limit");
    EXPECT_EQ(record.events.size(), limits::timeline_events_max);
    EXPECT_EQ(record.events.front().detail, "1");
    EXPECT_EQ(events_in_feed(), limits::timeline_events_max);
    ledger_->note(record, DeliveryCause::attempt_failed, "above");
    EXPECT_EQ(record.events.size(), limits::timeline_events_max);
    EXPECT_EQ(record.events.front().detail, "2") << "the oldest is gone";
    EXPECT_EQ(record.events.back().detail, "above");
    EXPECT_EQ(events_in_feed(), limits::timeline_events_max);
    EXPECT_EQ(store_->find_delivery(record.id)->value().events.size(), limits::timeline_events_max);
}

TEST(DiskLimit, IsLowBelowTheRatioAndNotAtIt) {
    const auto is_low = [](std::uint64_t free) {
        return is_disk_low(
            {.bytes_on_disk = 0, .bytes_free = free, .bytes_total = 1'000'000},
            limits::disk_free_ratio_min
        );
    };
    EXPECT_TRUE(is_low(49'999)) << "one below";
    EXPECT_FALSE(is_low(50'000)) << "at the limit";
    EXPECT_FALSE(is_low(50'001)) << "above";
    EXPECT_FALSE(is_disk_low({}, limits::disk_free_ratio_min)) << "a disk that tells nothing";
}

/// Has as much room as the test gives it.
class FullDisk : public BrokerTest {
 protected:
    static constexpr std::uint64_t total = 1'000'000;
    static constexpr auto enough = static_cast<std::uint64_t>(total * limits::disk_free_ratio_min);

    FullDisk() { leave_free(enough - 1); }
    std::unique_ptr<store::Store> watched(std::unique_ptr<store::Store> store) override {
        return std::make_unique<WatchedStore>(std::move(store), watch_);
    }
    void leave_free(std::uint64_t bytes) {
        watch_.disk.set({.bytes_on_disk = 0, .bytes_free = bytes, .bytes_total = total});
    }

 private:
    StoreWatch watch_;
};

TEST_F(FullDisk, RefusesNewMessagesUntilThereIsRoom) {
    EXPECT_TRUE(submit(Draftsman{.msg_id = "before"}).accepted) << "nobody has looked yet";
    EXPECT_TRUE(broker_->counters().accepting);
    tick();
    EXPECT_FALSE(broker_->counters().accepting);
    const Receipt refused = submit(Draftsman{});
    EXPECT_FALSE(refused.accepted);
    EXPECT_TRUE(refused.retry_later);
    ASSERT_EQ(refused.findings.size(), 1U);
    EXPECT_EQ(refused.findings[0].spec, &finding::broker_full);
    EXPECT_TRUE(broker_->check(Draftsman{}.submission()).retry_later);
    EXPECT_TRUE(submit(Draftsman{.msg_id = "before"}).repeated) << "known ones are answered";
    leave_free(enough);
    EXPECT_FALSE(submit(Draftsman{}).accepted) << "nobody has looked again";
    tick();
    EXPECT_TRUE(broker_->counters().accepting);
    EXPECT_TRUE(submit(Draftsman{}).accepted);
    EXPECT_TRUE(broker_->check(Draftsman{.msg_id = "another"}.submission()).accepted);
    leave_free(enough - 1);
    tick();
    EXPECT_FALSE(submit(Draftsman{.msg_id = "later"}).accepted) << "and it may be full again";
}

TEST_F(FullDisk, DeliversWhatItHas) {
    const Receipt receipt = submit(Draftsman{});
    tick();
    Inbox inbox;
    const auto consumer = consume(inbox, "900000002", "201");
    EXPECT_EQ(settle(consumer, inbox.take(1)[0]), DeliveryState::delivered);
    EXPECT_TRUE(receipt.accepted);
    detach(consumer);
}

class PipelineLimits : public BrokerTest {
 protected:
    Settings settings() const override {
        Settings settings;
        settings.time_to_live = std::chrono::hours(1);
        return settings;
    }
    void submit_many(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            ASSERT_TRUE(submit(Draftsman{.msg_id = "m" + std::to_string(sent_++)}).accepted);
        }
    }
    std::uint64_t expired_by_a_tick() {
        const std::uint64_t before = broker_->counters().expired;
        tick();
        return broker_->counters().expired - before;
    }

    std::size_t sent_ = 0;
};

TEST_F(PipelineLimits, ATickLooksAtSoManyRowsAndTheNextGoesOn) {
    for (const std::size_t count :
         {limits::tick_rows_max - 1, limits::tick_rows_max, limits::tick_rows_max + 1}) {
        submit_many(count);
        clock_.advance(std::chrono::hours(2));
        EXPECT_EQ(expired_by_a_tick(), std::min(count, limits::tick_rows_max));
        EXPECT_EQ(expired_by_a_tick(), count - std::min(count, limits::tick_rows_max));
    }
}

TEST_F(PipelineLimits, WhatIsLargerThanTheLimitBelongsOnAWorker) {
    const auto is_heavy = [&](std::size_t bytes) {
        return broker_->is_heavy(Draftsman{.bytes = std::string(bytes, 'x')}.submission());
    };
    EXPECT_FALSE(is_heavy(limits::in_place_bytes_max - 1));
    EXPECT_FALSE(is_heavy(limits::in_place_bytes_max));
    EXPECT_TRUE(is_heavy(limits::in_place_bytes_max + 1));
}

class WithSchemas : public BrokerTest {
 protected:
    void SetUp() override {
        BrokerTest::SetUp();
        std::ofstream(folder_ / "empty.xsd") << "<schema xmlns='http://www.w3.org/2001/XMLSchema'"
                                                " targetNamespace='urn:empty'/>";
        auto schemas = xml::SchemaSet::load(folder_);
        ASSERT_TRUE(schemas) << schemas.error().detail;
        schemas_ = *std::move(schemas);
        stop();
        start();
    }
    void TearDown() override {
        stop();
        schemas_.reset();
        BrokerTest::TearDown();
    }
    const xml::SchemaSet* schemas() const override { return schemas_.get(); }
    std::string directory_toml() const override {
        return "[[party]]\nher_id = \"901\"\norganisation = \"900000001\"\nname = \"Invented\"\n"
               "kind = \"gp\"\nendpoint = \"exchange\"\nvalidation = \"schema\"\n";
    }

 private:
    std::unique_ptr<xml::SchemaSet> schemas_;
};

TEST_F(BrokerTest, ContentTypesGoIntoEveryOfferAndAreShort) {
    const auto of = [&](std::size_t bytes) {
        Submission made = Draftsman{.msg_id = std::to_string(bytes)}.submission();
        made.content_type += "; ";
        made.content_type.resize(bytes, 'x');
        return submit(std::move(made));
    };
    EXPECT_TRUE(of(limits::fact_bytes_max - 1).accepted);
    EXPECT_TRUE(of(limits::fact_bytes_max).accepted);
    const Receipt above = of(limits::fact_bytes_max + 1);
    EXPECT_FALSE(above.accepted);
    ASSERT_EQ(above.findings.size(), 1U);
    EXPECT_EQ(above.findings[0].spec, &finding::field_too_long);
}

TEST_F(WithSchemas, WhatIsLargerThanTheLimitBelongsOnAWorker) {
    constexpr std::size_t most = limits::schema_in_place_bytes_max;
    const auto is_heavy = [&](std::size_t bytes) {
        return broker_->is_heavy(Draftsman{.bytes = std::string(bytes, 'x')}.submission());
    };
    EXPECT_FALSE(is_heavy(most - 1));
    EXPECT_FALSE(is_heavy(most));
    EXPECT_TRUE(is_heavy(most + 1));
}

}  // namespace
}  // namespace budstikke::pipeline
