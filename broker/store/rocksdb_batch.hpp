// A batch of the RocksDB store: each change goes straight into a rocksdb::WriteBatch, encoded once
// and copied once. Internal to the store; may not outlive it.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "broker/store/record_codec.hpp"
#include "broker/store/rocksdb_families.hpp"
#include "broker/store/store.hpp"

namespace rocksdb {
class WriteBatch;
}

namespace budstikke::store {

class RocksDbBatch final : public Batch {
 public:
    explicit RocksDbBatch(const FamilyHandles& families);
    ~RocksDbBatch() override;

    void put_message(const MessageRecord& message) override;
    void put_chunk(const MessageId& message, std::uint32_t index, std::string_view sealed) override;
    void put_wrap(const MessageId& message, std::string_view wrap) override;
    void erase_payload(const MessageId& message, std::uint32_t chunks) override;
    void erase_message(const MessageId& message) override;
    void put_identity(const HerId& sender, std::string_view msg_id, const IdentityRecord& identity)
        override;
    void erase_identity(const HerId& sender, std::string_view msg_id) override;
    void put_delivery(const DeliveryRecord& delivery) override;
    void erase_delivery(const DeliveryId& delivery) override;
    void put_open(const OpenEntry& entry) override;
    void erase_open(Position position) override;
    void put_dead(const DeadLetter& letter) override;
    void erase_dead(const DeliveryId& delivery) override;
    void put_timer(const Timer& timer) override;
    void erase_timer(const Timer& timer) override;
    void put_feed(
        const HerId& sender, const DeliveryId& delivery, std::span<const DeliveryEvent> events
    ) override;
    void erase_feed(const HerId& sender, Position position) override;
    void put_audit(const AuditRecord& record) override;
    void put_setting(std::string_view key, std::string_view value) override;
    void erase_setting(std::string_view key) override;
    void put_position(Position position) override;
    std::size_t operations() const override;
    std::size_t bytes() const override;

    /// The highest position that the batch uses; 0 where it names none.
    Position position() const { return position_; }
    /// Writes the position as a row.
    void store_position();
    /// False once a change did not fit.
    bool complete() const { return complete_; }
    rocksdb::WriteBatch& writes() { return *writes_; }
    void clear();

 private:
    void put(Family family, std::string_view value);  ///< under `key_`
    void erase(Family family);

    FamilyHandles families_;
    std::unique_ptr<rocksdb::WriteBatch> writes_;
    RecordEncoder encoder_;
    std::string key_;
    Position position_ = 0;
    bool complete_ = true;
};

}  // namespace budstikke::store
