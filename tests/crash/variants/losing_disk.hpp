// A disk for the broker that loses what was not synced: such bytes stay in the memory of the
// process, and go with it when it is killed. So SIGKILL is a power cut.
#pragma once

#include <memory>

#include "broker/store/store.hpp"

namespace rocksdb {
class Env;
}

namespace budstikke::crash {

/// Such a disk, for all stores of the process. Of what was not synced, a random first part may have
/// reached it all the same, torn anywhere. The environment variable BUDSTIKKE_TEST_DISK may say
/// `full N`, `broken N` or `broken-once N`: then the Nth write or sync and those after it, or it
/// alone, fail with ENOSPC or EIO.
rocksdb::Env& losing_disk();

/// store::open_rocksdb on it.
Result<std::unique_ptr<store::Store>> open_on_losing_disk(const store::RocksDbOptions& options);

}  // namespace budstikke::crash
