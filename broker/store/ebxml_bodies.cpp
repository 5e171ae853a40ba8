// The bodies in the ebXML store, which are sealed, and their keys: read, wrapped anew by another
// master key, and taken off the disk.
#include <array>
#include <mutex>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "broker/store/ebxml_store_impl.hpp"
#include "broker/store/rocksdb_families.hpp"

namespace budstikke::store {

// The key first: where the message is erased in between, its body is gone too.
Result<std::string> RocksDbEbxmlStore::outbound_body(std::string_view message_id) const {
    const auto id = MessageId::parse(message_id);
    const auto wrap = id ? get(database_.wraps, message_id) : std::optional<std::string>();
    const auto body = wrap && *wrap ? get(database_.bodies, message_id) : wrap;
    if (!body) {
        return std::unexpected(body.error());
    }
    if (!*body) {
        return fail(Errc::not_found, "ebxml store: no such body");
    }
    auto opened = codec_.open(*id, **wrap, 0, **body);
    if (!opened && opened.error().code == Errc::not_found) {
        // Not the same as a message that is not there.
        return fail(Errc::corrupt, "ebxml store: the master key of a body is not loaded");
    }
    return opened;
}

Result<std::vector<EbxmlStore::Wrap>> RocksDbEbxmlStore::wraps(
    std::string_view after, std::size_t rows_max
) const {
    std::vector<Wrap> rows;
    const std::unique_ptr<rocksdb::Iterator> at(
        database_.db->NewIterator(rocksdb::ReadOptions(), database_.wraps)
    );
    std::string first(after);
    if (!after.empty()) {
        first += '\0';
    }
    for (at->Seek(first); at->Valid() && rows.size() < rows_max; at->Next()) {
        rows.emplace_back(at->key().ToString(), at->value().ToString());
    }
    if (!at->status().ok()) {
        return refused(at->status(), "read keys");
    }
    return rows;
}

Result<EbxmlStore::Rewrapped> RocksDbEbxmlStore::rewrap(
    std::string_view after, std::size_t rows_max
) {
    const std::vector<std::unique_lock<std::mutex>> alone(locks_.begin(), locks_.end());
    const auto page = wraps(after, rows_max);
    if (!page) {
        return std::unexpected(page.error());
    }
    Rewrapped done;
    rocksdb::WriteBatch batch;
    for (const auto& [message_id, wrap] : *page) {
        done.last = message_id;
        const auto id = MessageId::parse(message_id);
        if (!id) {
            return fail(Errc::corrupt, "ebxml store: a key does not read");
        }
        const auto renewed = codec_.rewrap(*id, wrap);
        if (!renewed || !*renewed) {
            continue;
        }
        if (const auto status = batch.Put(database_.wraps, message_id, **renewed); !status.ok()) {
            return refused(status, "gather keys");
        }
        ++done.count;
    }
    // Synced: the old master key may be gone before a crash would bring its wraps back.
    if (done.count > 0) {
        if (auto written = write(batch, true); !written) {
            return std::unexpected(std::move(written.error()));
        }
    }
    return done;
}

Result<void> RocksDbEbxmlStore::forget_erased() {
    return forget_erased_rows(
        *database_.db, std::array{database_.rows, database_.bodies, database_.wraps},
        std::array{database_.wraps}
    );
}

}  // namespace budstikke::store
