// The store on RocksDB. Internal: the world sees store.hpp. Promises what stands there; owns the
// database, its families and the watermark.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "broker/store/rocksdb_families.hpp"
#include "broker/store/store.hpp"
#include "broker/store/watermark.hpp"

namespace rocksdb {
class DB;
}

namespace budstikke::store {

/// An open database and its families; closes in the right order.
class Database {
 public:
    Database(std::unique_ptr<rocksdb::DB> db, const FamilyHandles& families);
    ~Database();
    Database(Database&&) noexcept;
    Database& operator=(Database&&) = delete;

    rocksdb::DB& db() const { return *db_; }
    const FamilyHandles& families() const { return families_; }
    /// Nothing where there is no such row.
    Result<std::optional<std::string>> get(Family family, std::string_view key) const;

 private:
    std::unique_ptr<rocksdb::DB> db_;
    FamilyHandles families_;
};

class RocksDbStore final : public Store {
 public:
    RocksDbStore(std::string path, Database database, Watermark watermark, Position last);

    std::unique_ptr<Batch> begin() override;
    Result<void> commit(Batch& batch) override;

    Result<std::optional<MessageRecord>> find_message(const MessageId& id) override;
    Result<std::optional<IdentityRecord>> find_identity(
        const HerId& sender, std::string_view msg_id
    ) override;
    Result<std::optional<DeliveryRecord>> find_delivery(const DeliveryId& id) override;
    Result<std::vector<DeliveryRecord>> deliveries_of(const MessageId& message) override;
    Result<std::string> read_chunk(const MessageId& message, std::uint32_t index) override;
    Result<std::string> read_wrap(const MessageId& message) override;

    Result<void> for_each_open(const std::function<Result<void>(const OpenEntry&)>& visit) override;
    Result<Page<DeadLetter>> dead_letters(
        const std::optional<DeliveryId>& after, std::size_t rows_max
    ) override;
    Result<Page<Timer>> due(Timestamp until, std::size_t rows_max) override;
    Result<Page<FeedEntry>> feed(const HerId& sender, Position after, std::size_t rows_max)
        override;
    Result<Page<AuditRecord>> audit(Position after, std::size_t rows_max) override;
    Result<std::optional<std::string>> setting(std::string_view key) override;
    Result<std::vector<std::pair<std::string, std::string>>> settings(std::string_view prefix
    ) override;
    Result<Page<MessageRecord>> messages(const MessageId& after, std::size_t rows_max) override;
    Result<Page<std::pair<MessageId, std::string>>> wraps(
        const MessageId& after, std::size_t rows_max
    ) override;

    Result<Position> last_position() override { return last_position_.load(); }
    Result<Usage> usage() override;
    Result<void> compact() override;

 private:
    /// `true` goes on to the next row, `false` ends the scan.
    using Visit = std::function<Result<bool>(std::string_view key, std::string_view value)>;
    /// How much a scan is going to read.
    enum class Reading { listing, few_rows };
    /// The rows of [first, end) in key order.
    Result<void> scan(
        Family family, std::string_view first, std::string_view end, const Visit& visit,
        Reading reading = Reading::listing
    ) const;

    const std::string path_;
    Database database_;
    Watermark watermark_;
    std::atomic<Position> last_position_;
    std::atomic<bool> failed_ = false;
};

}  // namespace budstikke::store
