#include "tests/unit/store/faulty_file_system.hpp"

namespace budstikke::store::testing {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
    FaultyFile(
        std::string path, std::unique_ptr<rocksdb::FSWritableFile>&& file, FaultyFileSystem& system
    )
        : FSWritableFileOwnerWrapper(std::move(file)), path_(std::move(path)), system_(system) {}

    IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* debug)
        override {
        if (auto status = system_.next_operation(); !status.ok()) {
            return status;
        }
        bytes_ += data.size();
        return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    IOStatus Append(
        const rocksdb::Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
        IODebugContext* debug
    ) override {
        return Append(data, options, debug);
    }
    IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
        return after_sync([&] { return FSWritableFileOwnerWrapper::Sync(options, debug); });
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        return after_sync([&] { return FSWritableFileOwnerWrapper::Fsync(options, debug); });
    }

 private:
    template <typename Sync>
    IOStatus after_sync(const Sync& sync) {
        if (auto status = system_.next_operation(); !status.ok()) {
            return status;
        }
        auto status = sync();
        if (status.ok()) {
            system_.synced(path_, bytes_);
        }
        return status;
    }

    std::string path_;
    FaultyFileSystem& system_;
    std::uint64_t bytes_ = 0;
};

class FaultyFolder final : public rocksdb::FSDirectoryWrapper {
 public:
    FaultyFolder(
        std::string path, std::unique_ptr<rocksdb::FSDirectory>&& folder, FaultyFileSystem& system
    )
        : FSDirectoryWrapper(std::move(folder)), path_(std::move(path)), system_(system) {}

    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        return named(FSDirectoryWrapper::Fsync(options, debug));
    }
    IOStatus FsyncWithDirOptions(
        const IOOptions& options, IODebugContext* debug, const rocksdb::DirFsyncOptions& kind
    ) override {
        return named(FSDirectoryWrapper::FsyncWithDirOptions(options, debug, kind));
    }

 private:
    IOStatus named(IOStatus status) {
        if (status.ok()) {
            system_.folder_synced(path_);
        }
        return status;
    }

    std::string path_;
    FaultyFileSystem& system_;
};

std::string folder_of(const std::string& path) {
    return std::filesystem::path(path).parent_path().lexically_normal().string();
}

std::string normal(const std::string& path) {
    return std::filesystem::path(path).lexically_normal().string();
}

}  // namespace

void FaultyFileSystem::fail_at(std::uint64_t number, bool sticky) {
    const std::scoped_lock lock(mutex_);
    count_ = 0;
    fail_at_ = number;
    sticky_ = sticky;
    failed_ = false;
}

std::uint64_t FaultyFileSystem::operations() const {
    const std::scoped_lock lock(mutex_);
    return count_;
}

bool FaultyFileSystem::failed() const {
    const std::scoped_lock lock(mutex_);
    return failed_;
}

IOStatus FaultyFileSystem::next_operation() {
    const std::scoped_lock lock(mutex_);
    ++count_;
    if (fail_at_ != 0 && (count_ == fail_at_ || (sticky_ && count_ > fail_at_))) {
        failed_ = true;
        return IOStatus::IOError("fault on demand");
    }
    return IOStatus::OK();
}

void FaultyFileSystem::synced(const std::string& path, std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    synced_[normal(path)] = bytes;
}

void FaultyFileSystem::folder_synced(const std::string& folder) {
    const std::scoped_lock lock(mutex_);
    const std::string name = normal(folder);
    std::erase_if(unnamed_, [&](const std::string& file) { return folder_of(file) == name; });
}

IOStatus FaultyFileSystem::NewWritableFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug
) {
    std::unique_ptr<rocksdb::FSWritableFile> real;
    auto status = FileSystemWrapper::NewWritableFile(path, options, &real, debug);
    if (status.ok()) {
        *file = std::make_unique<FaultyFile>(path, std::move(real), *this);
        const std::scoped_lock lock(mutex_);
        synced_[normal(path)] = 0;
        unnamed_.insert(normal(path));
    }
    return status;
}

IOStatus FaultyFileSystem::NewDirectory(
    const std::string& path, const IOOptions& options,
    std::unique_ptr<rocksdb::FSDirectory>* folder, IODebugContext* debug
) {
    std::unique_ptr<rocksdb::FSDirectory> real;
    auto status = FileSystemWrapper::NewDirectory(path, options, &real, debug);
    if (status.ok()) {
        *folder = std::make_unique<FaultyFolder>(path, std::move(real), *this);
    }
    return status;
}

IOStatus FaultyFileSystem::RenameFile(
    const std::string& from, const std::string& to, const IOOptions& options, IODebugContext* debug
) {
    auto status = FileSystemWrapper::RenameFile(from, to, options, debug);
    if (status.ok()) {
        const std::scoped_lock lock(mutex_);
        if (const auto moved = synced_.extract(normal(from)); !moved.empty()) {
            synced_[normal(to)] = moved.mapped();
        }
        if (unnamed_.erase(normal(from)) != 0) {
            unnamed_.insert(normal(to));
        }
    }
    return status;
}

void FaultyFileSystem::copy_after_power_cut(
    const std::filesystem::path& from, const std::filesystem::path& to
) const {
    const std::scoped_lock lock(mutex_);
    std::filesystem::create_directory(to);
    std::filesystem::permissions(to, std::filesystem::perms::owner_all);
    for (const auto& entry : std::filesystem::directory_iterator(from)) {
        const std::string path = entry.path().lexically_normal().string();
        if (unnamed_.contains(path)) {
            continue;
        }
        const auto copy = to / entry.path().filename();
        std::filesystem::copy_file(entry.path(), copy);
        if (const auto size = synced_.find(path); size != synced_.end()) {
            std::filesystem::resize_file(copy, size->second);
        }
    }
}

}  // namespace budstikke::store::testing
