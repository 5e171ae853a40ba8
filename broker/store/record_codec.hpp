// The values of the store's rows: records to bytes and back (proto/budstikke/v1/store.proto).
// Promises that bytes which are no such record give `corrupt`, never a half-filled one. May not
// know RocksDB; what a key says comes in as a parameter.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/store/records.hpp"

namespace budstikke::store {

/// Reuses its buffers, because encoding is on the path of every message. Each result is valid until
/// the next call. One thread at a time.
class RecordEncoder {
 public:
    RecordEncoder();
    ~RecordEncoder();
    RecordEncoder(RecordEncoder&&) noexcept;
    RecordEncoder& operator=(RecordEncoder&&) noexcept;

    std::string_view encode(const MessageRecord& record);
    std::string_view encode(const IdentityRecord& record);
    std::string_view encode(const DeliveryRecord& record);
    std::string_view encode(const OpenEntry& record);
    std::string_view encode(const DeadLetter& record);
    std::string_view encode_feed(const DeliveryId& delivery, std::span<const DeliveryEvent> events);
    std::string_view encode(const AuditRecord& record);

 private:
    struct Scratch;
    std::unique_ptr<Scratch> scratch_;
};

Result<MessageRecord> decode_message(const MessageId& id, std::string_view bytes);
Result<IdentityRecord> decode_identity(std::string_view bytes);
Result<DeliveryRecord> decode_delivery(const DeliveryId& id, std::string_view bytes);
Result<OpenEntry> decode_open(Position position, std::string_view bytes);
Result<DeadLetter> decode_dead(const DeliveryId& id, std::string_view bytes);
/// The events of a row, oldest first; `last` is the position in its key.
Result<std::vector<FeedEntry>> decode_feed(
    const HerId& sender, Position last, std::string_view bytes
);
Result<AuditRecord> decode_audit(Position position, std::string_view bytes);

}  // namespace budstikke::store
