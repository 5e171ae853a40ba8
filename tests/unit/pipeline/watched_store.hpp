// A store that hands everything on to another and notes what it was asked for: which feeds, and to
// compact, how often and not before the test lets it. Its disk is as full as the test says. For
// what nobody outside can see or do.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "broker/store/store.hpp"

namespace budstikke::pipeline {

/// What the store and the test share. Any thread.
class Compactions {
 public:
    /// From now on each compaction waits for release().
    void hold() {
        const std::scoped_lock lock(mutex_);
        held_ = true;
    }
    void release() {
        const std::scoped_lock lock(mutex_);
        held_ = false;
        changed_.notify_all();
    }
    void fail_from_now_on() {
        const std::scoped_lock lock(mutex_);
        fails_ = true;
    }
    std::size_t begun() const {
        const std::scoped_lock lock(mutex_);
        return begun_;
    }
    void wait_until_begun(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return begun_ >= count; });
    }
    /// Called by the store: true where it shall compact.
    bool begin() {
        std::unique_lock lock(mutex_);
        ++begun_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return !held_; });
        return !fails_;
    }

 private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t begun_ = 0;
    bool held_ = false;
    bool fails_ = false;
};

/// Whose feeds were read, page by page. Any thread.
class FeedReads {
 public:
    std::vector<HerId> senders() const {
        const std::scoped_lock lock(mutex_);
        return senders_;
    }
    /// Called by the store.
    void add(const HerId& sender) {
        const std::scoped_lock lock(mutex_);
        senders_.push_back(sender);
    }

 private:
    mutable std::mutex mutex_;
    std::vector<HerId> senders_;
};

/// How full the disk is, where the test says so. Any thread.
class Disk {
 public:
    void set(const store::Store::Usage& usage) {
        const std::scoped_lock lock(mutex_);
        usage_ = usage;
    }
    std::optional<store::Store::Usage> usage() const {
        const std::scoped_lock lock(mutex_);
        return usage_;
    }

 private:
    mutable std::mutex mutex_;
    std::optional<store::Store::Usage> usage_;
};

struct StoreWatch {
    Compactions compactions;
    FeedReads feed_reads;
    Disk disk;
};

class WatchedStore final : public store::Store {
 public:
    WatchedStore(std::unique_ptr<store::Store> behind, StoreWatch& watch)
        : behind_(std::move(behind)), watch_(watch) {}

    Result<void> compact() override {
        return watch_.compactions.begin() ? behind_->compact()
                                          : fail(Errc::io, "no room to compact in");
    }

    std::unique_ptr<store::Batch> begin() override { return behind_->begin(); }
    Result<void> commit(store::Batch& batch) override { return behind_->commit(batch); }
    Result<std::optional<store::MessageRecord>> find_message(const MessageId& id) override {
        return behind_->find_message(id);
    }
    Result<std::optional<store::IdentityRecord>> find_identity(
        const HerId& sender, std::string_view msg_id
    ) override {
        return behind_->find_identity(sender, msg_id);
    }
    Result<std::optional<store::DeliveryRecord>> find_delivery(const DeliveryId& id) override {
        return behind_->find_delivery(id);
    }
    Result<std::vector<store::DeliveryRecord>> deliveries_of(const MessageId& message) override {
        return behind_->deliveries_of(message);
    }
    Result<std::string> read_chunk(const MessageId& message, std::uint32_t index) override {
        return behind_->read_chunk(message, index);
    }
    Result<std::string> read_wrap(const MessageId& message) override {
        return behind_->read_wrap(message);
    }
    Result<void> for_each_open(const std::function<Result<void>(const store::OpenEntry&)>& visit
    ) override {
        return behind_->for_each_open(visit);
    }
    Result<store::Page<store::DeadLetter>> dead_letters(
        const std::optional<DeliveryId>& after, std::size_t rows_max
    ) override {
        return behind_->dead_letters(after, rows_max);
    }
    Result<store::Page<store::Timer>> due(Timestamp until, std::size_t rows_max) override {
        return behind_->due(until, rows_max);
    }
    Result<store::Page<store::FeedEntry>> feed(
        const HerId& sender, store::Position after, std::size_t rows_max
    ) override {
        watch_.feed_reads.add(sender);
        return behind_->feed(sender, after, rows_max);
    }
    Result<store::Page<store::AuditRecord>> audit(store::Position after, std::size_t rows_max)
        override {
        return behind_->audit(after, rows_max);
    }
    Result<std::optional<std::string>> setting(std::string_view key) override {
        return behind_->setting(key);
    }
    Result<std::vector<std::pair<std::string, std::string>>> settings(std::string_view prefix
    ) override {
        return behind_->settings(prefix);
    }
    Result<store::Page<store::MessageRecord>> messages(const MessageId& after, std::size_t rows_max)
        override {
        return behind_->messages(after, rows_max);
    }
    Result<store::Page<std::pair<MessageId, std::string>>> wraps(
        const MessageId& after, std::size_t rows_max
    ) override {
        return behind_->wraps(after, rows_max);
    }
    Result<store::Position> last_position() override { return behind_->last_position(); }
    Result<Usage> usage() override {
        const auto said = watch_.disk.usage();
        return said ? *said : behind_->usage();
    }

 private:
    std::unique_ptr<store::Store> behind_;
    StoreWatch& watch_;
};

}  // namespace budstikke::pipeline
