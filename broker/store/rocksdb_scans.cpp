// The listings of the store on RocksDB: rows between two keys, in key order, a page at a time.
#include <rocksdb/db.h>

#include "broker/base/limits.hpp"
#include "broker/store/record_codec.hpp"
#include "broker/store/rocksdb_keys.hpp"
#include "broker/store/rocksdb_store.hpp"

namespace budstikke::store {
namespace {

rocksdb::Slice slice(std::string_view bytes) {
    return {bytes.data(), bytes.size()};
}
std::string_view view(const rocksdb::Slice& slice) {
    return {slice.data(), slice.size()};
}

constexpr std::size_t readahead_bytes = 512 * limits::kib;

std::unexpected<Error> bad_key() {
    return fail(Errc::corrupt, "store: a key does not read");
}

/// Takes a row into the page; false once it is full.
template <typename Row>
Result<bool> take(Page<Row>& page, Result<Row> row, std::size_t rows_max) {
    if (!row) {
        return std::unexpected(std::move(row.error()));
    }
    page.push_back(*std::move(row));
    return page.size() < rows_max;
}

template <typename Row>
Result<Page<Row>> finish(const Result<void>& scanned, Page<Row>&& page) {
    if (!scanned) {
        return std::unexpected(scanned.error());
    }
    return std::move(page);
}

std::string after(std::string_view key) {
    return std::string(key) + '\0';
}

std::string family_end(char prefix) {
    return std::string(1, static_cast<char>(prefix + 1));
}

/// Above every key that begins with a message id: no id has a version of all ones.
std::string no_end() {
    return std::string(32, '\xff');
}

}  // namespace

Result<void> RocksDbStore::scan(
    Family family, std::string_view first, std::string_view end, const Visit& visit, Reading reading
) const {
    const rocksdb::Slice bound = slice(end);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &bound;
    if (reading == Reading::listing) {
        options.fill_cache = false;  // it would push out what the next message needs
        options.readahead_size = readahead_bytes;
    }
    const std::unique_ptr<rocksdb::Iterator> row(
        database_.db().NewIterator(options, handle_of(database_.families(), family))
    );
    for (row->Seek(slice(first)); row->Valid(); row->Next()) {
        const auto more = visit(view(row->key()), view(row->value()));
        if (!more) {
            return std::unexpected(more.error());
        }
        if (!*more) {
            return {};
        }
    }
    return row->status().ok() ? Result<void>() : refused(row->status(), "scan");
}

Result<std::vector<DeliveryRecord>> RocksDbStore::deliveries_of(const MessageId& message) {
    std::string first;
    keys::set_deliveries_of(first, message);
    std::vector<DeliveryRecord> page;
    const auto scanned = scan(
        Family::messages, first, keys::after_prefix(first),
        [&](std::string_view key, std::string_view value) -> Result<bool> {
            const auto id = keys::read_delivery(key);
            return id ? take(page, decode_delivery(*id, value), SIZE_MAX) : bad_key();
        },
        Reading::few_rows
    );
    return finish(scanned, std::move(page));
}

Result<void> RocksDbStore::for_each_open(const std::function<Result<void>(const OpenEntry&)>& visit
) {
    std::string first;
    keys::set_open(first, 0);
    return scan(
        Family::queue, first, family_end(keys::open_prefix),
        [&](std::string_view key, std::string_view value) -> Result<bool> {
            const auto position = keys::read_open(key);
            if (!position) {
                return bad_key();
            }
            const auto entry = decode_open(*position, value);
            const auto visited = entry ? visit(*entry) : std::unexpected(entry.error());
            return visited ? Result<bool>(true) : std::unexpected(visited.error());
        }
    );
}

Result<Page<DeadLetter>> RocksDbStore::dead_letters(
    const std::optional<DeliveryId>& last, std::size_t rows_max
) {
    Page<DeadLetter> page;
    if (rows_max == 0) {
        return page;
    }
    std::string first(1, keys::dead_prefix);
    if (last) {
        keys::set_dead(first, *last);
        first = after(first);
    }
    const auto scanned = scan(
        Family::queue, first, family_end(keys::dead_prefix),
        [&](std::string_view key, std::string_view value) -> Result<bool> {
            const auto id = keys::read_dead(key);
            return id ? take(page, decode_dead(*id, value), rows_max) : bad_key();
        }
    );
    return finish(scanned, std::move(page));
}

Result<Page<Timer>> RocksDbStore::due(Timestamp until, std::size_t rows_max) {
    Page<Timer> page;
    if (rows_max == 0) {
        return page;
    }
    std::string end;
    keys::set_after_timers(end, until);
    const auto scanned = scan(
        Family::queue, std::string(1, keys::timer_prefix), end,
        [&](std::string_view key, std::string_view) -> Result<bool> {
            const auto timer = keys::read_timer(key);
            return timer ? take(page, Result<Timer>(*timer), rows_max) : bad_key();
        }
    );
    return finish(scanned, std::move(page));
}

Result<Page<FeedEntry>> RocksDbStore::feed(
    const HerId& sender, Position last, std::size_t rows_max
) {
    Page<FeedEntry> page;
    if (rows_max == 0) {
        return page;
    }
    std::string first;
    keys::set_feed(first, sender, last);
    const auto end = keys::after_prefix(sender.text() + keys::separator);
    const auto scanned = scan(
        Family::feed, after(first), end,
        [&](std::string_view key, std::string_view value) -> Result<bool> {
            const auto position = keys::read_feed(key);
            if (!position) {
                return bad_key();
            }
            auto events = decode_feed(sender, *position, value);
            if (!events) {
                return std::unexpected(std::move(events.error()));
            }
            for (auto& event : *events) {
                if (event.position > last && page.size() < rows_max) {
                    page.push_back(std::move(event));
                }
            }
            return page.size() < rows_max;
        }
    );
    return finish(scanned, std::move(page));
}

Result<Page<AuditRecord>> RocksDbStore::audit(Position last, std::size_t rows_max) {
    Page<AuditRecord> page;
    if (rows_max == 0) {
        return page;
    }
    std::string first;
    keys::set_audit(first, last);
    const auto scanned = scan(
        Family::meta, after(first), family_end(keys::audit_prefix),
        [&](std::string_view key, std::string_view value) -> Result<bool> {
            const auto position = keys::read_audit(key);
            return position ? take(page, decode_audit(*position, value), rows_max) : bad_key();
        }
    );
    return finish(scanned, std::move(page));
}

Result<std::vector<std::pair<std::string, std::string>>> RocksDbStore::settings(
    std::string_view prefix
) {
    std::string first;
    keys::set_setting(first, prefix);
    std::vector<std::pair<std::string, std::string>> rows;
    const auto scanned = scan(
        Family::meta, first, keys::after_prefix(first),
        [&](std::string_view key, std::string_view value) -> Result<bool> {
            rows.emplace_back(key.substr(1), value);
            return true;
        }
    );
    return finish(scanned, std::move(rows));
}

Result<Page<MessageRecord>> RocksDbStore::messages(const MessageId& last, std::size_t rows_max) {
    Page<MessageRecord> page;
    if (rows_max == 0) {
        return page;
    }
    const std::string first = std::string(last.raw()) + '\xff';
    const auto scanned = scan(
        Family::messages, first, no_end(),
        [&](std::string_view key, std::string_view value) -> Result<bool> {
            if (keys::read_delivery(key)) {
                return true;
            }
            const auto id = keys::read_message(key);
            return id ? take(page, decode_message(*id, value), rows_max) : bad_key();
        }
    );
    return finish(scanned, std::move(page));
}

Result<Page<std::pair<MessageId, std::string>>> RocksDbStore::wraps(
    const MessageId& last, std::size_t rows_max
) {
    using Row = std::pair<MessageId, std::string>;
    Page<Row> page;
    if (rows_max == 0) {
        return page;
    }
    const auto scanned = scan(
        Family::wraps, after(last.raw()), no_end(),
        [&](std::string_view key, std::string_view value) -> Result<bool> {
            const auto id = MessageId::from_raw(key);
            return id ? take(page, Result<Row>(Row(*id, value)), rows_max) : bad_key();
        }
    );
    return finish(scanned, std::move(page));
}

}  // namespace budstikke::store
