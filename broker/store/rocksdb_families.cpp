// See rocksdb_families.hpp. Every value that differs from RocksDB's own says why.
#include "broker/store/rocksdb_families.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include "broker/base/limits.hpp"

namespace budstikke::store {
namespace {

using limits::kib;
using limits::mib;

constexpr std::size_t sync_stride_bytes = 1 * mib;
constexpr double bloom_bits_per_key = 10;
constexpr double memtable_filter_ratio = 0.05;
// A file in which half of 128 neighbours are tombstones is compacted soon: queues and timers are
// read from their front, where the dead rows lie.
constexpr std::size_t tombstone_window = 128;
constexpr std::size_t tombstones_in_window = 64;
constexpr int payload_files_unmerged = 8;  ///< flushed and not merged
constexpr std::size_t hint_prefix_bytes = 1;
constexpr std::size_t feed_hint_prefix_bytes = 8;

rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    // Index and filter blocks count against the cache, in small parts: otherwise ninety days of
    // identities would keep their filters in memory for good.
    table.cache_index_and_filter_blocks = true;
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.partition_filters = true;
    table.format_version = 5;
    table.checksum = rocksdb::kXXH3;
    return table;
}

rocksdb::ColumnFamilyOptions small_rows(
    const RocksDbOptions& options, rocksdb::BlockBasedTableOptions table
) {
    rocksdb::ColumnFamilyOptions family;
    family.write_buffer_size = options.memtable_bytes / 4;
    // Rows of one kind come nearly in order: the next one is looked for beside the last.
    family.memtable_insert_with_hint_prefix_extractor.reset(
        rocksdb::NewCappedPrefixTransform(hint_prefix_bytes)
    );
    family.max_write_buffer_number = 3;
    family.compression = rocksdb::kNoCompression;
    family.level_compaction_dynamic_level_bytes = true;
    family.target_file_size_base = 32 * mib;
    family.max_bytes_for_level_base = 128 * mib;
    family.ttl = 0;  // RocksDB's own 30 days would rewrite files on a day of its choosing
    family.paranoid_file_checks = false;  // reads every file again after it is written
    family.table_properties_collector_factories = {
        rocksdb::NewCompactOnDeletionCollectorFactory(tombstone_window, tombstones_in_window)
    };
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return family;
}

// Found by their key rather than read in order: a filter spares most of the files.
rocksdb::ColumnFamilyOptions looked_up(
    const RocksDbOptions& options, rocksdb::BlockBasedTableOptions table
) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(bloom_bits_per_key));
    return small_rows(options, table);
}

}  // namespace

rocksdb::DBOptions database_options(const RocksDbOptions& options, rocksdb::Env& env) {
    rocksdb::DBOptions database;
    database.env = &env;
    database.create_if_missing = false;  // the opening decides; a lost CURRENT is no empty store
    database.create_missing_column_families = true;
    database.paranoid_checks = true;
    // Point in time: recovery stops at the first damaged record and applies nothing after it, which
    // is right for a tail that a power cut tore, also where its sectors reached the disk out of
    // order. `TolerateCorruptedTailRecords` would refuse to start after such a cut, yet still cut
    // silently where a length near the end is damaged. What recovery may never do is stop before
    // the watermark: rocksdb_open.cpp compares, on a read-only replay, before anything on disk is
    // touched.
    database.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    database.track_and_verify_wals_in_manifest =
        true;  // a log that is gone or too short is an error
    // A background error (a flush that failed) stays an error: nothing is retried behind our back.
    database.max_bgerror_resume_count = 0;
    database.max_total_wal_size = limits::store_log_bytes_max;  // bounds the replay at start
    database.db_write_buffer_size = 2 * options.memtable_bytes;
    database.max_open_files = static_cast<int>(limits::store_open_files_max);
    database.max_background_jobs = 2;
    database.bytes_per_sync = sync_stride_bytes;  // no burst of dirty pages under the log's sync
    // There is one writer: nobody to write beside it, or to wait for.
    database.allow_concurrent_memtable_write = false;
    database.enable_write_thread_adaptive_yield = false;
    database.skip_stats_update_on_db_open = true;
    database.stats_dump_period_sec = 0;
    database.stats_persist_period_sec = 0;
    // Above this level RocksDB's log shows keys, and keys name parties.
    database.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
    database.max_log_file_size = 4 * mib;
    database.keep_log_file_num = 4;
    database.max_manifest_file_size = 16 * mib;
    return database;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_options(const RocksDbOptions& options) {
    const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
    const auto table = table_options(cache);
    std::array<rocksdb::ColumnFamilyOptions, family_count> tuned;
    tuned.fill(small_rows(options, table));

    auto& messages = tuned[static_cast<std::size_t>(Family::messages)];
    messages = looked_up(options, table);
    messages.compression = rocksdb::kLZ4Compression;  // envelopes repeat themselves
    auto& feed = tuned[static_cast<std::size_t>(Family::feed)];
    feed.compression = rocksdb::kLZ4Compression;
    // In order within a sender only: enough of the key to tell senders apart.
    feed.memtable_insert_with_hint_prefix_extractor.reset(
        rocksdb::NewCappedPrefixTransform(feed_hint_prefix_bytes)
    );
    auto& identities = tuned[static_cast<std::size_t>(Family::identities)];
    identities = looked_up(options, table);
    // Nearly every message asks for a key that is not there: the memtable has a filter as well.
    identities.memtable_whole_key_filtering = true;
    identities.memtable_prefix_bloom_size_ratio = memtable_filter_ratio;

    // Compressed and sealed before they come here, and large.
    auto pieces = table;
    pieces.block_size = 32 * kib;
    auto& payloads = tuned[static_cast<std::size_t>(Family::payloads)];
    payloads = small_rows(options, pieces);
    payloads.write_buffer_size = options.memtable_bytes;
    payloads.target_file_size_base = 64 * mib;
    payloads.max_bytes_for_level_base = 512 * mib;
    // They come nearly in order: a merge copies what is new and hardly anything that is old.
    payloads.level0_file_num_compaction_trigger = payload_files_unmerged;

    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    families.reserve(family_count);
    for (std::size_t i = 0; i < family_count; ++i) {
        families.emplace_back(std::string(family_names[i]), tuned[i]);
    }
    return families;
}

std::unexpected<Error> refused(const rocksdb::Status& status, std::string_view what) {
    Errc code = Errc::io;
    if (status.IsCorruption() || status.IsNotFound()) {
        code = Errc::corrupt;
    } else if (status.IsIOError() && status.ToString().find("lock") != std::string::npos) {
        code = Errc::conflict;
    }
    return fail(code, "store: " + std::string(what) + ": " + status.ToString());
}

Result<void> forget_erased_rows(
    rocksdb::DB& db, std::span<rocksdb::ColumnFamilyHandle* const> families,
    std::span<rocksdb::ColumnFamilyHandle* const> merged
) {
    // Also empties the log, in which an erased row could still be read.
    const auto flushed = db.Flush(rocksdb::FlushOptions(), {families.begin(), families.end()});
    if (!flushed.ok()) {
        return refused(flushed, "flush");
    }
    rocksdb::CompactRangeOptions gently;
    gently.exclusive_manual_compaction = false;
    for (auto* family : merged) {
        if (const auto status = db.CompactRange(gently, family, nullptr, nullptr); !status.ok()) {
            return refused(status, "compact");
        }
    }
    // Obsolete files are removed by a thread of RocksDB's some time; these two remove them now.
    if (const auto status = db.DisableFileDeletions(); !status.ok()) {
        return refused(status, "hold files");
    }
    const auto status = db.EnableFileDeletions(true);
    return status.ok() ? Result<void>() : refused(status, "remove files");
}

}  // namespace budstikke::store
