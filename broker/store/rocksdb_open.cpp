// Opening the store on RocksDB: everything is proved by reading before anything is written. Refuses
// what it cannot prove, and never creates an empty store in the place of one that lost a file.
#include <algorithm>

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include "broker/store/rocksdb_env.hpp"
#include "broker/store/rocksdb_keys.hpp"
#include "broker/store/rocksdb_store.hpp"
#include "broker/store/store_folder.hpp"

namespace budstikke::store {
namespace {

/// Of the rows and their keys. Another version is refused, older and newer alike.
constexpr std::string_view format_version = "3";

class Silent final : public rocksdb::Logger {
 public:
    using Logger::Logv;
    void Logv(const char*, va_list) override {}
};

Result<Database> arranged(
    std::unique_ptr<rocksdb::DB> db, const std::vector<rocksdb::ColumnFamilyHandle*>& handles
) {
    FamilyHandles families{};
    for (auto* handle : handles) {
        const auto name = std::ranges::find(family_names, handle->GetName());
        families[static_cast<std::size_t>(name - family_names.begin())] = handle;
    }
    return Database(std::move(db), families);
}

Result<Database> open_to_read(
    const RocksDbOptions& options, rocksdb::Env& env,
    const std::vector<rocksdb::ColumnFamilyDescriptor>& families
) {
    auto database = database_options(options, env);
    database.info_log = std::make_shared<Silent>();  // a log of its own would rotate the real one
    rocksdb::DB* db = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    const auto status =
        rocksdb::DB::OpenForReadOnly(database, options.path, families, &handles, &db);
    if (!status.ok()) {
        return refused(status, "verify");
    }
    return arranged(std::unique_ptr<rocksdb::DB>(db), handles);
}

Result<Database> open_to_write(
    const RocksDbOptions& options, rocksdb::Env& env, bool create,
    const std::vector<rocksdb::ColumnFamilyDescriptor>& families
) {
    auto database = database_options(options, env);
    database.create_if_missing = create;
    rocksdb::DB* db = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    const auto status = rocksdb::DB::Open(database, options.path, families, &handles, &db);
    if (!status.ok()) {
        return refused(status, "open");
    }
    return arranged(std::unique_ptr<rocksdb::DB>(db), handles);
}

/// Nothing is promised before the first commit, so a store whose making was interrupted is made
/// again.
Result<void> check_format(const Database& database, const Watermark& watermark) {
    const auto version = database.get(Family::meta, keys::format_row);
    if (!version) {
        return std::unexpected(version.error());
    }
    if (!*version) {
        return watermark.value() == 0 ? Result<void>()
                                      : fail(Errc::corrupt, "store: the format version is missing");
    }
    if (**version != format_version) {
        return fail(
            Errc::conflict, "store: its format is another than " + std::string(format_version) +
                                ", which this version reads"
        );
    }
    return {};
}

/// On a read-only copy in memory: RocksDB's own recovery removes the log that it could not read.
Result<void> verify(
    const RocksDbOptions& options, rocksdb::Env& env, const Watermark& watermark,
    const std::vector<rocksdb::ColumnFamilyDescriptor>& families
) {
    std::vector<std::string> present;
    const auto database = database_options(options, env);
    const auto status = rocksdb::DB::ListColumnFamilies(database, options.path, &present);
    if (!status.ok()) {
        return refused(status, "read its manifest");
    }
    const auto known = [](const std::string& name) {
        return std::ranges::find(family_names, name) != family_names.end();
    };
    if (!std::ranges::all_of(present, known)) {
        return fail(Errc::conflict, "store: it holds families that this version does not know");
    }
    if (watermark.value() == 0) {
        return {};
    }
    if (present.size() != family_count) {
        return fail(Errc::corrupt, "store: " + options.path + "/MANIFEST lacks families");
    }
    auto opened = open_to_read(options, env, families);
    if (!opened) {
        return std::unexpected(std::move(opened.error()));
    }
    const auto reached = opened->db().GetLatestSequenceNumber();
    if (reached < watermark.value()) {
        return fail(
            Errc::corrupt,
            "store: the log in " + options.path + " reads up to change " + std::to_string(reached) +
                ", but " + std::to_string(watermark.value()) + " were durable; nothing was touched"
        );
    }
    return check_format(*opened, watermark);
}

Result<Position> stamp_or_read_position(const Database& database, Watermark& watermark) {
    const auto format = database.get(Family::meta, keys::format_row);
    const auto position = database.get(Family::meta, keys::position_row);
    if (!format || !position) {
        return std::unexpected(!format ? format.error() : position.error());
    }
    if (!*format) {
        rocksdb::WriteOptions durable;
        durable.sync = true;
        const auto status = database.db().Put(
            durable, handle_of(database.families(), Family::meta),
            rocksdb::Slice(keys::format_row.data(), keys::format_row.size()),
            rocksdb::Slice(format_version.data(), format_version.size())
        );
        if (!status.ok()) {
            return refused(status, "write its format version");
        }
    }
    auto marked = watermark.advance(database.db().GetLatestSequenceNumber());
    if (!marked) {
        return std::unexpected(std::move(marked.error()));
    }
    if (!*position) {
        return 0;
    }
    const auto last = keys::read_u64(**position);
    return last ? Result<Position>(*last)
                : fail(Errc::corrupt, "store: its position does not read");
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocksdb(const RocksDbOptions& options) {
    return open_rocksdb(options, *rocksdb::Env::Default());
}

Result<std::unique_ptr<Store>> open_rocksdb(const RocksDbOptions& options, rocksdb::Env& env) {
    if (auto prepared = prepare_folder(options.path); !prepared) {
        return std::unexpected(std::move(prepared.error()));
    }
    const auto current = env.FileExists(options.path + "/CURRENT");
    if (!current.ok() && !current.IsNotFound()) {
        return refused(current, "look for " + options.path + "/CURRENT");
    }
    const bool fresh = current.IsNotFound();
    auto watermark = Watermark::open(options.path, fresh);
    if (!watermark) {
        return std::unexpected(std::move(watermark.error()));
    }
    if (fresh && watermark->value() != 0) {
        return fail(Errc::corrupt, options.path + "/CURRENT is missing, but the store was in use");
    }
    const auto families = family_options(options);
    if (!fresh) {
        if (auto verified = verify(options, env, *watermark, families); !verified) {
            return std::unexpected(std::move(verified.error()));
        }
    }
    auto database = open_to_write(options, env, fresh, families);
    if (!database) {
        return std::unexpected(std::move(database.error()));
    }
    if (auto fits = check_format(*database, *watermark); !fits) {
        return std::unexpected(std::move(fits.error()));
    }
    const auto position = stamp_or_read_position(*database, *watermark);
    if (!position) {
        return std::unexpected(position.error());
    }
    return std::make_unique<RocksDbStore>(
        options.path, *std::move(database), *std::move(watermark), *position
    );
}

}  // namespace budstikke::store
