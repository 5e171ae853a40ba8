// See rocksdb_batch.hpp.
#include "broker/store/rocksdb_batch.hpp"

#include <rocksdb/write_batch.h>

#include "broker/base/limits.hpp"
#include "broker/store/rocksdb_keys.hpp"

namespace budstikke::store {
namespace {

rocksdb::Slice slice(std::string_view bytes) {
    return {bytes.data(), bytes.size()};
}

constexpr std::size_t reserved_bytes = 256 * limits::kib;  // 64 messages of 3 KiB, rows included

}  // namespace

RocksDbBatch::RocksDbBatch(const FamilyHandles& families)
    : families_(families), writes_(std::make_unique<rocksdb::WriteBatch>(reserved_bytes)) {}

RocksDbBatch::~RocksDbBatch() = default;

void RocksDbBatch::put(Family family, std::string_view value) {
    complete_ &= writes_->Put(handle_of(families_, family), key_, slice(value)).ok();
}

void RocksDbBatch::erase(Family family) {
    complete_ &= writes_->Delete(handle_of(families_, family), key_).ok();
}

void RocksDbBatch::put_message(const MessageRecord& message) {
    keys::set_message(key_, message.id);
    put(Family::messages, encoder_.encode(message));
}

void RocksDbBatch::put_chunk(
    const MessageId& message, std::uint32_t index, std::string_view sealed
) {
    keys::set_chunk(key_, message, index);
    put(Family::payloads, sealed);
}

void RocksDbBatch::put_wrap(const MessageId& message, std::string_view wrap) {
    keys::set_wrap(key_, message);
    put(Family::wraps, wrap);
}

void RocksDbBatch::erase_payload(const MessageId& message, std::uint32_t chunks) {
    keys::set_wrap(key_, message);
    erase(Family::wraps);
    for (std::uint32_t index = 0; index < chunks; ++index) {
        keys::set_chunk(key_, message, index);
        erase(Family::payloads);
    }
}

void RocksDbBatch::erase_message(const MessageId& message) {
    keys::set_message(key_, message);
    erase(Family::messages);
}

void RocksDbBatch::put_identity(
    const HerId& sender, std::string_view msg_id, const IdentityRecord& identity
) {
    keys::set_identity(key_, sender, msg_id);
    put(Family::identities, encoder_.encode(identity));
}

void RocksDbBatch::erase_identity(const HerId& sender, std::string_view msg_id) {
    keys::set_identity(key_, sender, msg_id);
    erase(Family::identities);
}

void RocksDbBatch::put_delivery(const DeliveryRecord& delivery) {
    keys::set_delivery(key_, delivery.id);
    put(Family::messages, encoder_.encode(delivery));
}

void RocksDbBatch::erase_delivery(const DeliveryId& delivery) {
    keys::set_delivery(key_, delivery);
    erase(Family::messages);
}

void RocksDbBatch::put_open(const OpenEntry& entry) {
    keys::set_open(key_, entry.position);
    put(Family::queue, encoder_.encode(entry));
}

void RocksDbBatch::erase_open(Position position) {
    keys::set_open(key_, position);
    erase(Family::queue);
}

void RocksDbBatch::put_dead(const DeadLetter& letter) {
    keys::set_dead(key_, letter.id);
    put(Family::queue, encoder_.encode(letter));
}

void RocksDbBatch::erase_dead(const DeliveryId& delivery) {
    keys::set_dead(key_, delivery);
    erase(Family::queue);
}

void RocksDbBatch::put_timer(const Timer& timer) {
    keys::set_timer(key_, timer);
    put(Family::queue, {});
}

void RocksDbBatch::erase_timer(const Timer& timer) {
    keys::set_timer(key_, timer);
    erase(Family::queue);
}

void RocksDbBatch::put_feed(
    const HerId& sender, const DeliveryId& delivery, std::span<const DeliveryEvent> events
) {
    keys::set_feed(key_, sender, events.back().position);
    put(Family::feed, encoder_.encode_feed(delivery, events));
}

void RocksDbBatch::erase_feed(const HerId& sender, Position position) {
    keys::set_feed(key_, sender, position);
    erase(Family::feed);
}

void RocksDbBatch::put_audit(const AuditRecord& record) {
    keys::set_audit(key_, record.position);
    put(Family::meta, encoder_.encode(record));
}

void RocksDbBatch::put_setting(std::string_view key, std::string_view value) {
    keys::set_setting(key_, key);
    put(Family::meta, value);
}

void RocksDbBatch::erase_setting(std::string_view key) {
    keys::set_setting(key_, key);
    erase(Family::meta);
}

void RocksDbBatch::put_position(Position position) {
    position_ = std::max(position_, position);
}

void RocksDbBatch::store_position() {
    key_.assign(1, keys::position_row.front());
    std::string value;
    keys::append_u64(value, position_);
    put(Family::meta, value);
}

std::size_t RocksDbBatch::operations() const {
    return static_cast<std::size_t>(writes_->Count()) + (position_ == 0 ? 0 : 1);
}

std::size_t RocksDbBatch::bytes() const {
    return writes_->GetDataSize();
}

void RocksDbBatch::clear() {
    writes_->Clear();
    position_ = 0;
    complete_ = true;
}

}  // namespace budstikke::store
