// The store of the ebXML message service on RocksDB: rows and their indexes.
#include <algorithm>
#include <functional>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "broker/store/ebxml_codec.hpp"
#include "broker/store/ebxml_keys.hpp"
#include "broker/store/ebxml_store_impl.hpp"
#include "broker/store/rocksdb_families.hpp"
#include "broker/store/rocksdb_keys.hpp"

namespace budstikke::store {
namespace {

namespace keys_of = ebxml_keys;

rocksdb::Slice slice(std::string_view bytes) {
    return {bytes.data(), bytes.size()};
}

std::unexpected<Error> unreadable_key() {
    return fail(Errc::corrupt, "ebxml store: a key does not read");
}

bool ok(std::initializer_list<rocksdb::Status> steps) {
    return std::ranges::all_of(steps, [](const rocksdb::Status& step) { return step.ok(); });
}

std::unexpected<Error> too_large() {
    return fail(Errc::io, "ebxml store: a change does not fit into a batch");
}

}  // namespace

std::mutex& RocksDbEbxmlStore::lock_of(std::string_view message_id) const {
    return locks_[std::hash<std::string_view>{}(message_id) % locks_.size()];
}

Result<std::optional<std::string>> RocksDbEbxmlStore::get(
    rocksdb::ColumnFamilyHandle* family, std::string_view key
) const {
    std::string value;
    const auto status = database_.db->Get(rocksdb::ReadOptions(), family, slice(key), &value);
    if (status.IsNotFound()) {
        return std::optional<std::string>();
    }
    if (!status.ok()) {
        return refused(status, "read");
    }
    return std::optional(std::move(value));
}

Result<void> RocksDbEbxmlStore::scan(
    std::string_view first, std::string_view end, const Visit& visit
) const {
    const rocksdb::Slice bound = slice(end);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> at(database_.db->NewIterator(options, database_.rows));
    for (at->Seek(slice(first)); at->Valid(); at->Next()) {
        const auto more = visit(at->key().ToStringView(), at->value().ToStringView());
        if (!more) {
            return std::unexpected(more.error());
        }
        if (!*more) {
            return {};
        }
    }
    return at->status().ok() ? Result<void>() : refused(at->status(), "scan");
}

Result<void> RocksDbEbxmlStore::write(rocksdb::WriteBatch& batch, bool synced) {
    if (failed_) {
        return fail(Errc::io, "ebxml store: an earlier write failed; the process has to end");
    }
    rocksdb::WriteOptions options;
    options.sync = synced;
    const auto status = database_.db->Write(options, &batch);
    if (!status.ok()) {
        // As in the broker's store: what the log holds after a failed sync, nobody knows.
        failed_ = true;
        return refused(status, "write");
    }
    return {};
}

Result<void> RocksDbEbxmlStore::write_outbound(
    const OutboundEbxml& message, const MessageId* sealed_as
) {
    const std::scoped_lock lock(lock_of(message.message_id));
    rocksdb::WriteBatch batch;
    bool fits = true;
    if (sealed_as != nullptr) {
        // It is encoded, and mostly encrypted, so it would hardly get smaller.
        const auto body = codec_.seal_whole(*sealed_as, message.body);
        if (!body) {
            return std::unexpected(body.error());
        }
        fits = ok({
            batch.Put(database_.bodies, message.message_id, body->chunks.front()),
            batch.Put(database_.wraps, message.message_id, body->wrap),
        });
    } else {
        const auto before = outbound(message.message_id);
        if (!before) {
            return std::unexpected(before.error());
        }
        if (!*before) {
            return fail(Errc::not_found, "ebxml store: no such message to update");
        }
    }
    const auto row = keys_of::outbound(message.message_id);
    const auto delivery = keys_of::delivery(message.delivery);
    fits = fits && ok({
                       batch.Put(database_.rows, row, encode(message)),
                       batch.Put(database_.rows, delivery, message.message_id),
                   });
    return fits ? write(batch, true) : too_large();
}

Result<void> RocksDbEbxmlStore::put(const OutboundEbxml& message) {
    const auto id = MessageId::parse(message.message_id);
    return id ? write_outbound(message, &*id)
              : fail(Errc::invalid_argument, "ebxml store: the id of a message is none of ours");
}

Result<void> RocksDbEbxmlStore::update(const OutboundEbxml& message) {
    return write_outbound(message, nullptr);
}

Result<std::optional<OutboundEbxml>> RocksDbEbxmlStore::outbound(std::string_view message_id
) const {
    const auto bytes = get(database_.rows, keys_of::outbound(message_id));
    if (!bytes) {
        return std::unexpected(bytes.error());
    }
    if (!*bytes) {
        return std::nullopt;
    }
    return decode_outbound(message_id, **bytes);
}

Result<std::optional<OutboundEbxml>> RocksDbEbxmlStore::outbound_of(const DeliveryId& delivery
) const {
    const auto id = get(database_.rows, keys_of::delivery(delivery));
    if (!id) {
        return std::unexpected(id.error());
    }
    return *id ? outbound(**id) : std::nullopt;
}

Result<void> RocksDbEbxmlStore::erase_outbound(std::string_view message_id) {
    const std::scoped_lock lock(lock_of(message_id));
    const auto before = outbound(message_id);
    if (!before) {
        return std::unexpected(before.error());
    }
    if (!*before) {
        return {};
    }
    const auto owner = get(database_.rows, keys_of::delivery((*before)->delivery));
    if (!owner) {
        return std::unexpected(owner.error());
    }
    rocksdb::WriteBatch batch;
    const auto row = keys_of::outbound(message_id);
    bool fits = ok({
        batch.Delete(database_.rows, row),
        batch.Delete(database_.bodies, slice(message_id)),
        batch.Delete(database_.wraps, slice(message_id)),
    });
    if (*owner == message_id) {
        const auto delivery = keys_of::delivery((*before)->delivery);
        fits = fits && ok({batch.Delete(database_.rows, delivery)});
    }
    return fits ? write(batch, false) : too_large();
}

Result<std::vector<OutboundEbxml>> RocksDbEbxmlStore::all_outbound(
    std::string_view after, std::size_t rows_max
) const {
    std::vector<OutboundEbxml> rows;
    std::string first = keys_of::outbound(after);
    if (!after.empty()) {
        first += '\0';
    }
    const std::string end(1, keys_of::outbound_prefix + 1);
    const auto scanned =
        scan(first, end, [&](std::string_view key, std::string_view value) -> Result<bool> {
            if (rows.size() == rows_max) {
                return false;
            }
            auto row = decode_outbound(key.substr(1), value);
            if (!row) {
                return std::unexpected(std::move(row.error()));
            }
            rows.push_back(*std::move(row));
            return true;
        });
    return scanned ? Result<std::vector<OutboundEbxml>>(std::move(rows))
                   : std::unexpected(scanned.error());
}

Result<void> RocksDbEbxmlStore::put(const InboundEbxml& message) {
    std::shared_lock shared(inbound_, std::defer_lock);
    {
        const std::scoped_lock turn(turn_);
        shared.lock();
    }
    const std::scoped_lock lock(lock_of(message.message_id));
    const auto before = inbound(message.from, message.message_id);
    if (!before) {
        return std::unexpected(before.error());
    }
    rocksdb::WriteBatch batch;
    bool fits = true;
    if (*before) {
        const auto old =
            keys_of::received((*before)->received_at, message.from, message.message_id);
        fits = ok({batch.Delete(database_.rows, old)});
    }
    const auto row = keys_of::inbound(message.from, message.message_id);
    const auto received = keys_of::received(message.received_at, message.from, message.message_id);
    fits = fits && ok({
                       batch.Put(database_.rows, row, encode(message)),
                       batch.Put(database_.rows, received, {}),
                   });
    if (!message.business_id.empty()) {
        const auto business = keys_of::business(message.from, message.business_id);
        fits = fits && ok({batch.Put(database_.rows, business, message.message_id)});
    }
    return fits ? write(batch, true) : too_large();
}

Result<std::optional<InboundEbxml>> RocksDbEbxmlStore::inbound(
    const HerId& from, std::string_view message_id
) const {
    const auto bytes = get(database_.rows, keys_of::inbound(from, message_id));
    if (!bytes) {
        return std::unexpected(bytes.error());
    }
    if (!*bytes) {
        return std::nullopt;
    }
    return decode_inbound(from, message_id, **bytes);
}

Result<std::optional<InboundEbxml>> RocksDbEbxmlStore::inbound_of_business(
    const HerId& from, std::string_view business_id
) const {
    const auto id = get(database_.rows, keys_of::business(from, business_id));
    if (!id) {
        return std::unexpected(id.error());
    }
    return *id ? inbound(from, **id) : std::nullopt;
}

Result<void> RocksDbEbxmlStore::add_erasure(
    rocksdb::WriteBatch& batch, const HerId& from, const std::string& message_id
) {
    const auto record = inbound(from, message_id);
    if (!record) {
        return std::unexpected(record.error());
    }
    const auto row = keys_of::inbound(from, message_id);
    bool fits = ok({batch.Delete(database_.rows, row)});
    if (*record && !(*record)->business_id.empty()) {
        const auto business = keys_of::business(from, (*record)->business_id);
        const auto last = get(database_.rows, business);
        if (!last) {
            return std::unexpected(last.error());
        }
        // A later message may have carried it too: then the row is that one's.
        if (*last == message_id) {
            fits = fits && ok({batch.Delete(database_.rows, business)});
        }
    }
    return fits ? Result<void>() : too_large();
}

Result<std::size_t> RocksDbEbxmlStore::erase_inbound_before(
    Timestamp before, std::size_t rows_max
) {
    std::unique_lock alone(inbound_, std::defer_lock);
    {
        const std::scoped_lock turn(turn_);
        alone.lock();
    }
    std::size_t erased = 0;
    rocksdb::WriteBatch batch;
    const std::string first(1, keys_of::received_prefix);
    const auto scanned = scan(
        first, keys_of::after_time(keys_of::received_prefix, before - Duration(1)),
        [&](std::string_view key, std::string_view) -> Result<bool> {
            if (erased == rows_max) {
                return false;
            }
            const auto received = keys_of::read_received(key);
            if (!received) {
                return unreadable_key();
            }
            if (!ok({batch.Delete(database_.rows, slice(key))})) {
                return too_large();
            }
            const auto added = add_erasure(batch, received->from, received->message_id);
            if (!added) {
                return std::unexpected(added.error());
            }
            ++erased;
            return true;
        }
    );
    if (!scanned) {
        return std::unexpected(scanned.error());
    }
    if (erased > 0) {
        if (auto written = write(batch, false); !written) {
            return std::unexpected(std::move(written.error()));
        }
    }
    return erased;
}

}  // namespace budstikke::store
