// The store on RocksDB: the commit, single rows, and the space on disk. Listings:
// rocksdb_scans.cpp.
#include "broker/store/rocksdb_store.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <rocksdb/db.h>
#include <rocksdb/perf_level.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "broker/store/record_codec.hpp"
#include "broker/store/rocksdb_batch.hpp"
#include "broker/store/rocksdb_keys.hpp"

namespace budstikke::store {
namespace {

using Bytes = Result<std::optional<std::string>>;

rocksdb::Slice slice(std::string_view bytes) {
    return {bytes.data(), bytes.size()};
}

template <typename Record, typename Decode>
Result<std::optional<Record>> decoded(const Bytes& bytes, const Decode& decode) {
    if (!bytes) {
        return std::unexpected(bytes.error());
    }
    if (!*bytes) {
        return std::nullopt;
    }
    return decode(**bytes);
}

Result<std::string> required(Bytes bytes, std::string_view missing) {
    if (!bytes) {
        return std::unexpected(std::move(bytes.error()));
    }
    if (!*bytes) {
        return fail(Errc::not_found, "store: " + std::string(missing));
    }
    return **std::move(bytes);
}

}  // namespace

Database::Database(std::unique_ptr<rocksdb::DB> db, const FamilyHandles& families)
    : db_(std::move(db)), families_(families) {}

Database::Database(Database&&) noexcept = default;

Database::~Database() {
    if (!db_) {
        return;
    }
    for (auto* handle : families_) {
        db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();  // only refuses foreign ones
    }
}

Result<std::optional<std::string>> Database::get(Family family, std::string_view key) const {
    std::string value;
    const auto status =
        db_->Get(rocksdb::ReadOptions(), handle_of(families_, family), slice(key), &value);
    if (status.IsNotFound()) {
        return std::optional<std::string>();
    }
    if (!status.ok()) {
        return refused(status, "read");
    }
    return std::optional(std::move(value));
}

RocksDbStore::RocksDbStore(std::string path, Database database, Watermark watermark, Position last)
    : path_(std::move(path)),
      database_(std::move(database)),
      watermark_(std::move(watermark)),
      last_position_(last) {}

std::unique_ptr<Batch> RocksDbStore::begin() {
    return std::make_unique<RocksDbBatch>(database_.families());
}

Result<void> RocksDbStore::commit(Batch& batch) {
    auto* own = dynamic_cast<RocksDbBatch*>(&batch);
    if (own == nullptr || !own->complete()) {
        return fail(Errc::invalid_argument, "store: the batch is of another store, or too large");
    }
    if (failed_) {
        own->clear();
        return fail(Errc::io, "store: an earlier commit failed; the process has to end");
    }
    // A batch of old positions must not turn the counter back.
    const Position highest = std::max(own->position(), last_position_.load());
    if (highest > last_position_) {
        own->store_position();
    }
    // Nobody reads RocksDB's counts of this thread, of which each comparison of keys is one.
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    rocksdb::WriteOptions durable;
    durable.sync = true;
    const auto status = database_.db().Write(durable, &own->writes());
    own->clear();
    if (!status.ok()) {
        // What the log holds now is not known: after a failed sync the kernel may have dropped the
        // pages and call them clean. Only a fresh process that reads the disk can tell.
        failed_ = true;
        return refused(status, "commit");
    }
    last_position_ = highest;
    auto marked = watermark_.advance(database_.db().GetLatestSequenceNumber());
    failed_ = !marked;
    return marked;
}

Result<std::optional<MessageRecord>> RocksDbStore::find_message(const MessageId& id) {
    std::string key;
    keys::set_message(key, id);
    return decoded<MessageRecord>(
        database_.get(Family::messages, key),
        [&](std::string_view bytes) { return decode_message(id, bytes); }
    );
}

Result<std::optional<IdentityRecord>> RocksDbStore::find_identity(
    const HerId& sender, std::string_view msg_id
) {
    std::string key;
    keys::set_identity(key, sender, msg_id);
    return decoded<IdentityRecord>(
        database_.get(Family::identities, key),
        [&](std::string_view bytes) { return decode_identity(bytes); }
    );
}

Result<std::optional<DeliveryRecord>> RocksDbStore::find_delivery(const DeliveryId& id) {
    std::string key;
    keys::set_delivery(key, id);
    return decoded<DeliveryRecord>(
        database_.get(Family::messages, key),
        [&](std::string_view bytes) { return decode_delivery(id, bytes); }
    );
}

Result<std::string> RocksDbStore::read_chunk(const MessageId& message, std::uint32_t index) {
    std::string key;
    keys::set_chunk(key, message, index);
    return required(database_.get(Family::payloads, key), "no such piece of a payload");
}

Result<std::string> RocksDbStore::read_wrap(const MessageId& message) {
    return required(database_.get(Family::wraps, message.raw()), "no key of such a payload");
}

Result<std::optional<std::string>> RocksDbStore::setting(std::string_view key) {
    std::string row;
    keys::set_setting(row, key);
    return database_.get(Family::meta, row);
}

Result<Store::Usage> RocksDbStore::usage() {
    struct statvfs facts{};
    if (::statvfs(path_.c_str(), &facts) != 0) {
        return fail(Errc::io, "store: statvfs: " + std::string(std::strerror(errno)));
    }
    Usage usage{
        .bytes_on_disk = 0,
        .bytes_free = facts.f_bavail * facts.f_frsize,
        .bytes_total = facts.f_blocks * facts.f_frsize,
    };
    // Files come and go under this walk: one that is gone already takes no space.
    std::error_code ended;
    for (std::filesystem::directory_iterator at(path_, ended), end; !ended && at != end;
         at.increment(ended)) {
        struct stat file{};
        if (::lstat(at->path().c_str(), &file) == 0) {
            usage.bytes_on_disk += static_cast<std::uint64_t>(file.st_blocks) * 512;
        }
    }
    if (ended) {
        return fail(Errc::io, "store: read folder: " + ended.message());
    }
    return usage;
}

// Files of old payloads are not simply dropped (DeleteFilesInRange): a tombstone that goes with its
// file brings the row below it back, and the id of a message that is being accepted may be older
// than the oldest that lives. Merging drops dead rows and leaves files without any alone.
Result<void> RocksDbStore::compact() {
    return forget_erased_rows(database_.db(), database_.families(), database_.families());
}

}  // namespace budstikke::store
