// The store: what has been committed, survives. One atomic, synced batch at a time; reads from any
// thread see committed batches only. The seam for more than one machine: one contract test suite
// (tests/unit/store/contract) holds every implementation to what stands here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/store/records.hpp"

namespace budstikke::store {

/// Changes that become durable together or not at all. Later ones win over earlier ones of the same
/// key. Not for sharing between threads.
class Batch {
 public:
    virtual ~Batch() = default;

    virtual void put_message(const MessageRecord& message) = 0;
    /// A sealed piece of the payload, and the wrapped key that opens it (store/payload_codec.hpp).
    virtual void put_chunk(
        const MessageId& message, std::uint32_t index, std::string_view sealed
    ) = 0;
    virtual void put_wrap(const MessageId& message, std::string_view wrap) = 0;
    /// Removes the wrap and all pieces: the payload can never be read again.
    virtual void erase_payload(const MessageId& message, std::uint32_t chunks) = 0;
    virtual void erase_message(const MessageId& message) = 0;

    virtual void put_identity(
        const HerId& sender, std::string_view msg_id, const IdentityRecord& identity
    ) = 0;
    virtual void erase_identity(const HerId& sender, std::string_view msg_id) = 0;

    virtual void put_delivery(const DeliveryRecord& delivery) = 0;
    virtual void erase_delivery(const DeliveryId& delivery) = 0;
    virtual void put_open(const OpenEntry& entry) = 0;  ///< keyed by its position
    virtual void erase_open(Position position) = 0;
    virtual void put_dead(const DeadLetter& letter) = 0;  ///< keyed by its delivery
    virtual void erase_dead(const DeliveryId& delivery) = 0;
    virtual void put_timer(const Timer& timer) = 0;
    virtual void erase_timer(const Timer& timer) = 0;

    /// What happened to a delivery in this batch, in one row: events of rising positions, at least
    /// one, none of them between those of another row.
    virtual void put_feed(
        const HerId& sender, const DeliveryId& delivery, std::span<const DeliveryEvent> events
    ) = 0;
    /// The row whose last event has this position, where there is one.
    virtual void erase_feed(const HerId& sender, Position position) = 0;
    virtual void put_audit(const AuditRecord& record) = 0;
    virtual void put_setting(std::string_view key, std::string_view value) = 0;
    virtual void erase_setting(std::string_view key) = 0;
    /// The highest position that this batch uses.
    virtual void put_position(Position position) = 0;

    virtual std::size_t operations() const = 0;
    virtual std::size_t bytes() const = 0;
};

/// A piece of a listing: ask again with `after` set to the last key to go on.
template <typename Row>
using Page = std::vector<Row>;

class Store {
 public:
    virtual ~Store() = default;

    virtual std::unique_ptr<Batch> begin() = 0;
    /// Atomic and durable when it returns without an error. One caller at a time. After an error
    /// the state on disk is unknown and every later commit fails too: end the process, recover by
    /// opening again. Never retried (reliability.md section 2 rule 2). The batch is empty
    /// afterwards.
    virtual Result<void> commit(Batch& batch) = 0;

    virtual Result<std::optional<MessageRecord>> find_message(const MessageId& id) = 0;
    virtual Result<std::optional<IdentityRecord>> find_identity(
        const HerId& sender, std::string_view msg_id
    ) = 0;
    virtual Result<std::optional<DeliveryRecord>> find_delivery(const DeliveryId& id) = 0;
    /// In HER-id order.
    virtual Result<std::vector<DeliveryRecord>> deliveries_of(const MessageId& message) = 0;
    /// `not_found` where it was erased, or never was.
    virtual Result<std::string> read_chunk(const MessageId& message, std::uint32_t index) = 0;
    virtual Result<std::string> read_wrap(const MessageId& message) = 0;

    /// All open deliveries by position, for the start. Stops with the error that `visit` returns.
    virtual Result<void> for_each_open(const std::function<Result<void>(const OpenEntry&)>& visit
    ) = 0;
    virtual Result<Page<DeadLetter>> dead_letters(
        const std::optional<DeliveryId>& after, std::size_t rows_max
    ) = 0;
    /// Timers due at or before `until`, the earliest first.
    virtual Result<Page<Timer>> due(Timestamp until, std::size_t rows_max) = 0;
    /// Events with a position above `after`, the earliest first.
    virtual Result<Page<FeedEntry>> feed(
        const HerId& sender, Position after, std::size_t rows_max
    ) = 0;
    virtual Result<Page<AuditRecord>> audit(Position after, std::size_t rows_max) = 0;
    virtual Result<std::optional<std::string>> setting(std::string_view key) = 0;
    /// Keys that begin with `prefix` and their values, in key order.
    virtual Result<std::vector<std::pair<std::string, std::string>>> settings(
        std::string_view prefix
    ) = 0;
    /// Messages with an id above `after`, oldest first: ids sort by time of arrival.
    virtual Result<Page<MessageRecord>> messages(const MessageId& after, std::size_t rows_max) = 0;
    /// Wraps with an id above `after`, for the rotation of the master key.
    virtual Result<Page<std::pair<MessageId, std::string>>> wraps(
        const MessageId& after, std::size_t rows_max
    ) = 0;

    /// The highest position ever committed; a batch of lower ones does not turn it back.
    virtual Result<Position> last_position() = 0;

    struct Usage {
        std::uint64_t bytes_on_disk = 0;
        std::uint64_t bytes_free = 0;   ///< of the file system, for unprivileged users
        std::uint64_t bytes_total = 0;  ///< of the file system
    };
    virtual Result<Usage> usage() = 0;
    /// Gives the space of erased rows back to the file system; may take minutes; any thread. Until
    /// then the bytes of an erased wrap can still be found on disk.
    virtual Result<void> compact() = 0;
};

struct RocksDbOptions {
    std::string path;  ///< created where it does not exist, mode 0700
    std::size_t memtable_bytes = std::size_t{32} * 1024 * 1024;
    std::size_t block_cache_bytes = std::size_t{16} * 1024 * 1024;
};

/// Opens or creates a store. `corrupt` where the bytes on disk do not verify, or hold less than was
/// acknowledged: then nothing was touched; `conflict` where another process holds it or the format
/// version is another; `denied` where group or others may enter the folder. Open it once a process.
Result<std::unique_ptr<Store>> open_rocksdb(const RocksDbOptions& options);

}  // namespace budstikke::store
