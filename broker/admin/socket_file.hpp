// The admin socket's place in the file system. Promises that the socket has its final mode and
// group before anybody can connect, whatever the umask; that a running broker's socket is never
// taken over; and that only our own is removed. May not know what is spoken on it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "broker/base/result.hpp"

namespace budstikke::admin {

struct SocketPlace {
    std::filesystem::path path;
    std::uint32_t mode = 0660;
    std::string group;  ///< name or number; empty: the process's own
};

/// A listening socket. Removes its file when it goes.
class SocketFile {
 public:
    /// Replaces a stale socket, which nobody answers on. Errc::conflict where somebody does or the
    /// path is no socket, not_found without folder or group, limit_exceeded for a path longer than
    /// unix(7) allows, io for the rest.
    static Result<SocketFile> listen(const SocketPlace& place, int backlog);

    SocketFile(SocketFile&& other) noexcept;
    SocketFile& operator=(SocketFile&&) = delete;
    ~SocketFile();

    /// The descriptor, whose owner is then the caller; the file stays ours.
    int release();
    const std::filesystem::path& path() const { return path_; }

 private:
    SocketFile(int descriptor, std::filesystem::path path);

    int descriptor_ = -1;
    std::filesystem::path path_;
    std::uint64_t device_ = 0;  ///< of the file that we made
    std::uint64_t inode_ = 0;
};

}  // namespace budstikke::admin
