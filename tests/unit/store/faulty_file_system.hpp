// A file system for RocksDB that fails on demand and remembers what is synced, so that a test can
// cut the power: what comes back is what a sync had promised, and nothing else.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

namespace budstikke::store::testing {

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
    FaultyFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
    const char* Name() const override { return "faulty"; }

    /// The `number`th write or sync from now on, counted from 1, fails; `sticky`: so do all after
    /// it.
    void fail_at(std::uint64_t number, bool sticky);
    void fail_never() { fail_at(0, false); }
    std::uint64_t operations() const;
    bool failed() const;

    /// Copies the folder as a power cut would leave it: files as long as their last sync, and no
    /// file whose name was not synced. Files that RocksDB did not write are copied whole.
    void copy_after_power_cut(const std::filesystem::path& from, const std::filesystem::path& to)
        const;

    rocksdb::IOStatus NewWritableFile(
        const std::string& path, const rocksdb::FileOptions& options,
        std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* debug
    ) override;
    rocksdb::IOStatus NewDirectory(
        const std::string& path, const rocksdb::IOOptions& options,
        std::unique_ptr<rocksdb::FSDirectory>* folder, rocksdb::IODebugContext* debug
    ) override;
    rocksdb::IOStatus RenameFile(
        const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
        rocksdb::IODebugContext* debug
    ) override;

    // For the files and folders that it hands out.
    rocksdb::IOStatus next_operation();
    void synced(const std::string& path, std::uint64_t bytes);
    void folder_synced(const std::string& folder);

 private:
    mutable std::mutex mutex_;
    std::uint64_t count_ = 0;
    std::uint64_t fail_at_ = 0;
    bool sticky_ = false;
    bool failed_ = false;
    std::map<std::string, std::uint64_t> synced_;
    std::set<std::string> unnamed_;  ///< created, but their folder was not synced since
};

/// After a failed flush RocksDB sleeps for a second; a test of hundreds of failures does not.
class SleeplessClock final : public rocksdb::SystemClockWrapper {
 public:
    SleeplessClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
    const char* Name() const override { return "sleepless"; }
    void SleepForMicroseconds(int) override {}
};

/// An environment on such a file system.
class FaultyEnv final : public rocksdb::EnvWrapper {
 public:
    explicit FaultyEnv(const std::shared_ptr<FaultyFileSystem>& files)
        : EnvWrapper(rocksdb::NewCompositeEnv(files)) {
        system_clock_ = std::make_shared<SleeplessClock>();
    }
};

}  // namespace budstikke::store::testing
