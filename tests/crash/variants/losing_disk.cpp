#include "tests/crash/variants/losing_disk.hpp"

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include "broker/store/rocksdb_env.hpp"

namespace budstikke::crash {
namespace {

using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

/// Which writes and syncs fail.
class FaultPlan {
 public:
    FaultPlan() {
        const char* const text = std::getenv("BUDSTIKKE_TEST_DISK");
        std::istringstream words(text == nullptr ? "" : text);
        words >> kind_ >> at_;
    }

    IOStatus next() {
        const std::uint64_t number = ++count_;
        const bool fails = at_ != 0 && (kind_ == "broken-once" ? number == at_ : number >= at_);
        if (!fails) {
            return IOStatus::OK();
        }
        if (kind_ == "full") {
            return IOStatus::NoSpace("full on demand");
        }
        return IOStatus::IOError("broken on demand");
    }

 private:
    std::string kind_;
    std::uint64_t at_ = 0;
    std::atomic<std::uint64_t> count_{0};
};

class LosingFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
    LosingFile(std::unique_ptr<FSWritableFile>&& file, FaultPlan& plan)
        : FSWritableFileOwnerWrapper(std::move(file)), plan_(plan) {}

    IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
        const std::scoped_lock lock(mutex_);
        if (auto status = plan_.next(); !status.ok()) {
            return status;
        }
        unsynced_.append(data.data(), data.size());
        // The kernel writes back when it likes, and a power cut tears what it is writing.
        if (random_() % 4 == 0) {
            return write_out(random_() % (unsynced_.size() + 1), options, debug);
        }
        return IOStatus::OK();
    }
    IOStatus Append(
        const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
        IODebugContext* debug
    ) override {
        return Append(data, options, debug);
    }
    IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
    IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
        return IOStatus::OK();  // it promises nothing
    }
    IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
        const std::scoped_lock lock(mutex_);
        auto status = plan_.next();
        if (status.ok()) {
            status = write_out(unsynced_.size(), options, debug);
        }
        return status.ok() ? FSWritableFileOwnerWrapper::Sync(options, debug) : status;
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        return Sync(options, debug);
    }
    bool IsSyncThreadSafe() const override { return true; }
    IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug)
        override {
        const std::scoped_lock lock(mutex_);
        auto status = write_out(unsynced_.size(), options, debug);
        return status.ok() ? FSWritableFileOwnerWrapper::Truncate(size, options, debug) : status;
    }
    std::uint64_t GetFileSize(const IOOptions& options, IODebugContext* debug) override {
        const std::scoped_lock lock(mutex_);
        return FSWritableFileOwnerWrapper::GetFileSize(options, debug) + unsynced_.size();
    }
    /// What is closed may be read by another, in this process too: then it is in the file.
    IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
        const std::scoped_lock lock(mutex_);
        auto status = write_out(unsynced_.size(), options, debug);
        return status.ok() ? FSWritableFileOwnerWrapper::Close(options, debug) : status;
    }

 private:
    IOStatus write_out(std::size_t bytes, const IOOptions& options, IODebugContext* debug) {
        auto status = bytes == 0 ? IOStatus::OK()
                                 : FSWritableFileOwnerWrapper::Append(
                                       Slice(unsynced_.data(), bytes), options, debug
                                   );
        if (status.ok()) {
            unsynced_.erase(0, bytes);
            status = FSWritableFileOwnerWrapper::Flush(options, debug);
        }
        return status;
    }

    FaultPlan& plan_;
    std::mutex mutex_;
    std::string unsynced_;
    std::minstd_rand random_{std::random_device()()};
};

class LosingDisk final : public rocksdb::FileSystemWrapper {
 public:
    LosingDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
    const char* Name() const override { return "losing"; }

    IOStatus NewWritableFile(
        const std::string& path, const rocksdb::FileOptions& options,
        std::unique_ptr<FSWritableFile>* file, IODebugContext* debug
    ) override {
        auto status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
        if (status.ok()) {
            *file = std::make_unique<LosingFile>(std::move(*file), plan_);
        }
        return status;
    }

 private:
    FaultPlan plan_;
};

}  // namespace

rocksdb::Env& losing_disk() {
    // Until the end of the process: also while threads of a store are still at work.
    static const std::unique_ptr<rocksdb::Env> env =
        rocksdb::NewCompositeEnv(std::make_shared<LosingDisk>());
    return *env;
}

Result<std::unique_ptr<store::Store>> open_on_losing_disk(const store::RocksDbOptions& options) {
    return store::open_rocksdb(options, losing_disk());
}

}  // namespace budstikke::crash
