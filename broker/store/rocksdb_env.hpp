// The door for tests that stand between RocksDB and the operating system: the same store on a file
// system of their own, which fails a write, loses what was not synced, or flips a bit.
#pragma once

#include <memory>

#include "broker/store/store.hpp"

namespace rocksdb {
class Env;
}

namespace budstikke::store {

/// As open_rocksdb in store.hpp, through `env`, which must outlive the store. The folder itself and
/// its watermark are the operating system's in any case.
Result<std::unique_ptr<Store>> open_rocksdb(const RocksDbOptions& options, rocksdb::Env& env);

}  // namespace budstikke::store
