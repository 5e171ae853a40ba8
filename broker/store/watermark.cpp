// See watermark.hpp. Two slots a page apart, written in turn, so that a torn write spoils one at
// most:
//   0   8  "BUDSMARK"
//   8   8  value, big-endian
//   16  8  FNV-1a over the 16 bytes before
#include "broker/store/watermark.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace budstikke::store {
namespace {

constexpr const char* file_name = "WATERMARK";
constexpr std::string_view magic = "BUDSMARK";
constexpr std::size_t slot_bytes = 24;
constexpr std::size_t slot_stride = 4096;
constexpr std::uint64_t slots = 2;
// At 400 commits a second the mark is at most some seconds old after a power cut.
constexpr std::uint64_t writes_between_syncs = 1024;

using Slot = std::array<std::uint8_t, slot_bytes>;

std::uint64_t checksum(const Slot& slot) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (std::size_t i = 0; i < 16; ++i) {
        hash = (hash ^ slot[i]) * 0x100000001b3ULL;
    }
    return hash;
}

void put(Slot& slot, std::size_t at, std::uint64_t value) {
    for (std::size_t i = 8; i-- > 0; value >>= 8U) {
        slot[at + i] = static_cast<std::uint8_t>(value & 0xffU);
    }
}

std::uint64_t get(const Slot& slot, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        value = value << 8U | slot[at + i];
    }
    return value;
}

off_t offset_of(std::uint64_t slot) {
    return static_cast<off_t>(slot * slot_stride);
}

std::unexpected<Error> refused(std::string_view what) {
    return fail(Errc::io, "watermark: " + std::string(what) + ": " + std::strerror(errno));
}

/// A name in a folder is durable once the folder is synced.
Result<void> sync_folder(const std::string& folder) {
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) {
        return refused("open folder");
    }
    const bool synced = ::fsync(handle) == 0;
    ::close(handle);
    return synced ? Result<void>() : refused("sync folder");
}

}  // namespace

Result<Watermark> Watermark::open(const std::string& folder, bool may_create) {
    const std::string path = folder + "/" + file_name;
    const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (may_create ? O_CREAT : 0);
    const int handle = ::open(path.c_str(), flags, 0600);
    if (handle < 0 && errno == ENOENT) {
        return fail(Errc::corrupt, path + " is missing, but a database is there");
    }
    if (handle < 0) {
        return refused("open");
    }
    Watermark mark(handle);
    if (::flock(handle, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? fail(Errc::conflict, folder + " is held by another process")
                                    : refused("lock");
    }
    struct stat facts{};
    if (::fstat(handle, &facts) != 0) {
        return refused("stat");
    }
    const bool fresh = facts.st_size < static_cast<off_t>(slots * slot_stride);
    if (fresh && !may_create) {
        return fail(Errc::corrupt, path + " is too short");
    }
    auto done = fresh ? mark.write(0) : mark.read(path);
    if (done && fresh) {
        done = mark.write(0);  // the other slot
    }
    if (done && fresh && ::ftruncate(handle, static_cast<off_t>(slots * slot_stride)) != 0) {
        done = refused("extend");
    }
    if (done && fresh) {
        done = mark.sync();
    }
    if (done && fresh) {
        done = sync_folder(folder);
    }
    if (!done) {
        return std::unexpected(std::move(done.error()));
    }
    return mark;
}

Watermark::~Watermark() {
    if (file_ >= 0) {
        ::close(file_);
    }
}

Watermark::Watermark(Watermark&& other) noexcept
    : file_(std::exchange(other.file_, -1)), value_(other.value_), writes_(other.writes_) {}

Watermark& Watermark::operator=(Watermark&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(value_, other.value_);
    std::swap(writes_, other.writes_);
    return *this;
}

Result<void> Watermark::read(const std::string& path) {
    bool found = false;
    for (std::uint64_t number = 0; number < slots; ++number) {
        Slot slot{};
        const ssize_t count = ::pread(file_, slot.data(), slot.size(), offset_of(number));
        if (count < 0) {
            return refused("read");
        }
        const std::string_view head(reinterpret_cast<const char*>(slot.data()), magic.size());
        const bool valid = static_cast<std::size_t>(count) == slot.size() && head == magic &&
                           get(slot, 16) == checksum(slot);
        if (valid && (!found || get(slot, 8) >= value_)) {
            value_ = get(slot, 8);
            writes_ = number + 1;  // the next one goes to the other slot
            found = true;
        }
    }
    return found ? Result<void>() : fail(Errc::corrupt, path + " does not verify");
}

Result<void> Watermark::write(std::uint64_t value) {
    Slot slot{};
    std::memcpy(slot.data(), magic.data(), magic.size());
    put(slot, 8, value);
    put(slot, 16, checksum(slot));
    const auto at = offset_of(writes_++ % slots);
    if (::pwrite(file_, slot.data(), slot.size(), at) != static_cast<ssize_t>(slot.size())) {
        return refused("write");
    }
    value_ = value;
    return {};
}

Result<void> Watermark::sync() {
    return ::fdatasync(file_) == 0 ? Result<void>() : refused("sync");
}

Result<void> Watermark::advance(std::uint64_t value) {
    if (auto written = write(value); !written) {
        return written;
    }
    return writes_ % writes_between_syncs == 0 ? sync() : Result<void>();
}

}  // namespace budstikke::store
