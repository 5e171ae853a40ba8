// How the rows are spread over RocksDB's column families, and how each is tuned: by the way its
// keys arrive and go, so that rows which come in order are not rewritten with those that do not.
// Internal to the store; names RocksDB's types without its headers.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/store/store.hpp"

namespace rocksdb {
struct ColumnFamilyDescriptor;
class ColumnFamilyHandle;
class DB;
struct DBOptions;
class Env;
class Status;
}  // namespace rocksdb

namespace budstikke::store {

enum class Family : std::size_t { meta, messages, wraps, payloads, identities, queue, feed };
inline constexpr std::size_t family_count = 7;
/// Names on disk: never changed. The first is the one that RocksDB insists on.
inline constexpr std::array<std::string_view, family_count> family_names{
    "default", "messages", "wraps", "payloads", "identities", "queue", "feed"
};

/// Owned by the database.
using FamilyHandles = std::array<rocksdb::ColumnFamilyHandle*, family_count>;

inline rocksdb::ColumnFamilyHandle* handle_of(const FamilyHandles& handles, Family family) {
    return handles[static_cast<std::size_t>(family)];
}

rocksdb::DBOptions database_options(const RocksDbOptions& options, rocksdb::Env& env);
/// In the order of `Family`.
std::vector<rocksdb::ColumnFamilyDescriptor> family_options(const RocksDbOptions& options);

/// `corrupt`, `conflict` (held by another process) or `io`, with the file that RocksDB names.
std::unexpected<Error> refused(const rocksdb::Status& status, std::string_view what);

/// Writes the tables of all `families` out, merges those of `merged`, and removes the files that
/// this leaves behind: then erased rows of these lie neither in a table nor in the log.
Result<void> forget_erased_rows(
    rocksdb::DB& db, std::span<rocksdb::ColumnFamilyHandle* const> families,
    std::span<rocksdb::ColumnFamilyHandle* const> merged
);

}  // namespace budstikke::store
