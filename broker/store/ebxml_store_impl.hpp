// The store of the ebXML message service on RocksDB. Internal: the world sees ebxml_store.hpp.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "broker/store/ebxml_store.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class WriteBatch;
}  // namespace rocksdb

namespace budstikke::store {

/// An open database with its families; closes in the right order.
struct EbxmlDatabase {
    explicit EbxmlDatabase(std::unique_ptr<rocksdb::DB> opened);
    ~EbxmlDatabase();
    EbxmlDatabase(EbxmlDatabase&&) noexcept;
    EbxmlDatabase& operator=(EbxmlDatabase&&) = delete;
    /// The member for a family of that name; of no other.
    rocksdb::ColumnFamilyHandle*& handle_of(std::string_view family);

    std::unique_ptr<rocksdb::DB> db;
    rocksdb::ColumnFamilyHandle* rows = nullptr;
    rocksdb::ColumnFamilyHandle* bodies = nullptr;
    rocksdb::ColumnFamilyHandle* wraps = nullptr;
};

class RocksDbEbxmlStore final : public EbxmlStore {
 public:
    RocksDbEbxmlStore(EbxmlDatabase database, const PayloadCodec& codec)
        : database_(std::move(database)), codec_(codec) {}

    Result<void> put(const OutboundEbxml& message) override;
    Result<void> update(const OutboundEbxml& message) override;
    Result<std::optional<OutboundEbxml>> outbound(std::string_view message_id) const override;
    Result<std::string> outbound_body(std::string_view message_id) const override;
    Result<std::optional<OutboundEbxml>> outbound_of(const DeliveryId& delivery) const override;
    Result<void> erase_outbound(std::string_view message_id) override;
    Result<std::vector<OutboundEbxml>> all_outbound(std::string_view after, std::size_t rows_max)
        const override;

    Result<std::vector<Wrap>> wraps(std::string_view after, std::size_t rows_max) const override;
    Result<Rewrapped> rewrap(std::string_view after, std::size_t rows_max) override;
    Result<void> forget_erased() override;

    Result<void> put(const InboundEbxml& message) override;
    Result<std::optional<InboundEbxml>> inbound(const HerId& from, std::string_view message_id)
        const override;
    Result<std::optional<InboundEbxml>> inbound_of_business(
        const HerId& from, std::string_view business_id
    ) const override;
    Result<std::size_t> erase_inbound_before(Timestamp before, std::size_t rows_max) override;

 private:
    /// `true` goes on to the next row, `false` ends the scan.
    using Visit = std::function<Result<bool>(std::string_view key, std::string_view value)>;

    Result<std::optional<std::string>> get(
        rocksdb::ColumnFamilyHandle* family, std::string_view key
    ) const;
    /// The rows of [first, end) in key order.
    Result<void> scan(std::string_view first, std::string_view end, const Visit& visit) const;
    Result<void> write(rocksdb::WriteBatch& batch, bool synced);
    Result<void> write_outbound(const OutboundEbxml& message, const MessageId* sealed_as);
    Result<void> add_erasure(
        rocksdb::WriteBatch& batch, const HerId& from, const std::string& message_id
    );
    /// Rows that follow from a record are read and changed under the lock of its id. What wraps
    /// keys anew holds all: so it brings back no key that is being erased, and none that was
    /// wrapped before comes after it.
    std::mutex& lock_of(std::string_view message_id) const;

    EbxmlDatabase database_;
    const PayloadCodec& codec_;
    /// Writers of inbound messages share it; what erases by time has it alone. Who wants it waits
    /// with `turn_` in hand: a shared_mutex may let in whoever shares past one that wants it alone,
    /// and glibc's does, for ever where they come without pause.
    std::shared_mutex inbound_;
    std::mutex turn_;  ///< held no longer than it takes to get `inbound_`
    /// The thread sanitizer gives up where one thread holds more than 64, and RocksDB takes some of
    /// its own beneath whoever holds all of these.
    mutable std::array<std::mutex, 56> locks_;
    std::atomic<bool> failed_ = false;
};

}  // namespace budstikke::store
