// Opening the store of the ebXML message service, and closing it. It has no watermark as the
// broker's has: a tail that a damaged disk took from it is healed by the partners, who send again,
// or get a message once more that they had; the broker's own store, which promised it, is
// untouched.
#include <algorithm>
#include <filesystem>

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include "broker/base/limits.hpp"
#include "broker/store/ebxml_keys.hpp"
#include "broker/store/ebxml_store_impl.hpp"
#include "broker/store/rocksdb_families.hpp"
#include "broker/store/store_folder.hpp"

namespace budstikke::store {
namespace {

using limits::mib;

/// Of the rows and their keys. Another version is refused, older and newer alike.
constexpr std::string_view format_version = "2";
constexpr std::string_view body_family = "bodies";
constexpr std::string_view wrap_family = "wraps";
constexpr double bloom_bits_per_key = 10;
constexpr double memtable_filter_ratio = 0.05;
constexpr std::size_t tombstone_window = 128;
constexpr std::size_t tombstones_in_window = 64;

std::vector<rocksdb::ColumnFamilyDescriptor> families() {
    rocksdb::ColumnFamilyOptions rows;
    // A signal is some 6 KiB: a table of a few hundred would be written and merged all the time.
    rows.write_buffer_size = 16 * mib;
    // Nearly every message asks twice for a row that is not there.
    rocksdb::BlockBasedTableOptions table;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(bloom_bits_per_key));
    rows.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rows.memtable_whole_key_filtering = true;
    rows.memtable_prefix_bloom_size_ratio = memtable_filter_ratio;
    rows.compression = rocksdb::kLZ4Compression;
    rows.ttl = 0;
    // What is to be forgotten is read from the front, where the dead rows lie.
    rows.table_properties_collector_factories = {
        rocksdb::NewCompactOnDeletionCollectorFactory(tombstone_window, tombstones_in_window)
    };
    rocksdb::ColumnFamilyOptions bodies = rows;
    bodies.compression = rocksdb::kNoCompression;  // they are sealed
    return {
        {rocksdb::kDefaultColumnFamilyName, rows},
        {std::string(body_family), bodies},
        {std::string(wrap_family), bodies},
    };
}

/// Files that hold rows, without the file that leads to them.
bool lost_its_head(const std::string& path, std::error_code& failed) {
    bool holds_rows = false;
    for (std::filesystem::directory_iterator at(path, failed), end; !failed && at != end;
         at.increment(failed)) {
        const auto file = at->path();
        if (file.filename() == "CURRENT") {
            return false;
        }
        holds_rows = holds_rows || file.extension() == ".sst" || file.extension() == ".log";
    }
    return holds_rows;
}

/// All, or those which a store that is there has: one of another format is not to get new ones.
Result<std::vector<rocksdb::ColumnFamilyDescriptor>> families_in(
    const rocksdb::DBOptions& options, const std::string& path
) {
    auto all = families();
    std::error_code failed;
    if (!std::filesystem::exists(path + "/CURRENT", failed)) {
        return failed ? fail(Errc::io, path + ": " + failed.message())
                      : Result<std::vector<rocksdb::ColumnFamilyDescriptor>>(std::move(all));
    }
    std::vector<std::string> present;
    const auto status = rocksdb::DB::ListColumnFamilies(options, path, &present);
    if (!status.ok()) {
        return refused(status, "read its manifest");
    }
    std::erase_if(all, [&](const rocksdb::ColumnFamilyDescriptor& family) {
        return std::ranges::find(present, family.name) == present.end();
    });
    if (all.size() != present.size()) {
        return fail(Errc::conflict, "ebxml store: it has families that this version does not know");
    }
    return all;
}

Result<EbxmlDatabase> open_database(const std::string& path) {
    auto options = database_options({.path = path}, *rocksdb::Env::Default());
    options.create_if_missing = true;
    // Many threads write here, each its own message.
    options.allow_concurrent_memtable_write = true;
    options.db_write_buffer_size = 0;
    const auto present = families_in(options, path);
    if (!present) {
        return std::unexpected(present.error());
    }
    rocksdb::DB* opened = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    const auto status = rocksdb::DB::Open(options, path, *present, &handles, &opened);
    if (!status.ok()) {
        return refused(status, "open");
    }
    EbxmlDatabase database{std::unique_ptr<rocksdb::DB>(opened)};
    for (auto* handle : handles) {
        database.handle_of(handle->GetName()) = handle;
    }
    return Result<EbxmlDatabase>(std::move(database));
}

/// The format is written last, so a store without one is still being made.
Result<void> complete(EbxmlDatabase& database) {
    for (const auto& family : families()) {
        auto*& handle = database.handle_of(family.name);
        if (handle != nullptr) {
            continue;
        }
        const auto status = database.db->CreateColumnFamily(family.options, family.name, &handle);
        if (!status.ok()) {
            return refused(status, "make a family");
        }
    }
    const rocksdb::Slice key(ebxml_keys::format_row.data(), ebxml_keys::format_row.size());
    rocksdb::WriteOptions durable;
    durable.sync = true;
    const auto written = database.db->Put(
        durable, database.rows, key, rocksdb::Slice(format_version.data(), format_version.size())
    );
    return written.ok() ? Result<void>() : refused(written, "write its format version");
}

Result<void> check_format(EbxmlDatabase& database) {
    const rocksdb::Slice key(ebxml_keys::format_row.data(), ebxml_keys::format_row.size());
    std::string version;
    const auto status = database.db->Get(rocksdb::ReadOptions(), database.rows, key, &version);
    if (status.IsNotFound()) {
        return complete(database);
    }
    if (!status.ok()) {
        return refused(status, "read its format version");
    }
    if (version != format_version) {
        return fail(
            Errc::conflict, "ebxml store: its format is another than " +
                                std::string(format_version) + ", which this version reads"
        );
    }
    return database.bodies != nullptr && database.wraps != nullptr
               ? Result<void>()
               : fail(Errc::corrupt, "ebxml store: it lacks families");
}

}  // namespace

EbxmlDatabase::EbxmlDatabase(std::unique_ptr<rocksdb::DB> opened) : db(std::move(opened)) {}

EbxmlDatabase::EbxmlDatabase(EbxmlDatabase&&) noexcept = default;

EbxmlDatabase::~EbxmlDatabase() {
    if (!db) {
        return;
    }
    for (auto* family : {rows, bodies, wraps}) {
        if (family != nullptr) {
            // Only refuses handles of another database.
            db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
        }
    }
}

rocksdb::ColumnFamilyHandle*& EbxmlDatabase::handle_of(std::string_view family) {
    if (family == body_family) {
        return bodies;
    }
    return family == wrap_family ? wraps : rows;
}

Result<std::unique_ptr<EbxmlStore>> open_ebxml_store(
    const std::filesystem::path& folder, const PayloadCodec& codec
) {
    const std::string path = folder.string();
    if (auto prepared = prepare_folder(path); !prepared) {
        return std::unexpected(std::move(prepared.error()));
    }
    std::error_code failed;
    const bool lost = lost_its_head(path, failed);
    if (failed) {
        return fail(Errc::io, path + ": " + failed.message());
    }
    if (lost) {
        return fail(Errc::corrupt, path + "/CURRENT is missing, but the store was in use");
    }
    auto database = open_database(path);
    if (!database) {
        return std::unexpected(std::move(database.error()));
    }
    if (auto fits = check_format(*database); !fits) {
        return std::unexpected(std::move(fits.error()));
    }
    return std::make_unique<RocksDbEbxmlStore>(*std::move(database), codec);
}

}  // namespace budstikke::store
