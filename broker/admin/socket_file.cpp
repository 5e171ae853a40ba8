// The socket is bound in a private folder beside its place, given mode and group there, made to
// listen, and renamed: at no moment can anybody reach it who should not.
#include "broker/admin/socket_file.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "broker/admin/peer.hpp"

namespace budstikke::admin {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> system_failure(std::string what) {
    const int error = errno;
    return fail(Errc::io, std::move(what) + ": " + std::generic_category().message(error));
}

Result<sockaddr_un> address_of(const fs::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() >= sizeof address.sun_path) {
        return fail(Errc::limit_exceeded, "the path of the admin socket is too long for a socket");
    }
    std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
    return address;
}

int open_socket() {
    return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/// Whether the place is free, or holds a socket that nobody answers on.
Result<void> check_place(const fs::path& path, const sockaddr_un& address) {
    struct stat facts{};
    if (::lstat(path.c_str(), &facts) != 0) {
        if (errno == ENOENT) return {};
        return system_failure("cannot look at the place of the admin socket");
    }
    if (!S_ISSOCK(facts.st_mode)) {
        return fail(Errc::conflict, "the place of the admin socket is taken by another file");
    }
    const int probe = open_socket();
    if (probe < 0) return system_failure("cannot open a socket");
    const int connected =
        ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int error = errno;
    ::close(probe);
    // Only a refusal proves that nobody listens: EAGAIN is a full backlog, EACCES another's socket.
    if (connected != 0 && (error == ECONNREFUSED || error == ENOENT)) return {};
    return fail(Errc::conflict, "another process answers on the admin socket");
}

/// A folder that only we can enter, and its removal with what is left in it.
class PrivateFolder {
 public:
    explicit PrivateFolder(const fs::path& parent) {
        const std::string pattern = (parent / ".aXXXXXX").string();
        std::vector<char> name(pattern.begin(), pattern.end());
        name.push_back('\0');
        if (::mkdtemp(name.data()) == nullptr) return;
        path_ = name.data();
        // mkdtemp obeys the umask; a hostile one takes our own permissions away.
        if (::chmod(path_.c_str(), 0700) != 0) {
            ::rmdir(path_.c_str());
            path_.clear();
        }
    }
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;
    ~PrivateFolder() {
        if (path_.empty()) return;
        ::unlink(socket().c_str());
        ::rmdir(path_.c_str());
    }

    bool exists() const { return !path_.empty(); }
    fs::path socket() const { return path_ / "s"; }

 private:
    fs::path path_;
};

}  // namespace

SocketFile::SocketFile(int descriptor, fs::path path)
    : descriptor_(descriptor), path_(std::move(path)) {}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

SocketFile::~SocketFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (path_.empty()) return;
    struct stat facts{};
    const bool ours =
        ::lstat(path_.c_str(), &facts) == 0 && facts.st_dev == device_ && facts.st_ino == inode_;
    if (ours) ::unlink(path_.c_str());
}

int SocketFile::release() {
    return std::exchange(descriptor_, -1);
}

Result<SocketFile> SocketFile::listen(const SocketPlace& place, int backlog) {
    const auto final_address = address_of(place.path);
    if (!final_address) return std::unexpected(final_address.error());
    std::optional<std::uint32_t> group;
    if (!place.group.empty()) {
        const auto id = group_id(place.group);
        if (!id) return fail(id.error().code, "the group of the admin socket does not exist");
        group = *id;
    }
    if (auto free = check_place(place.path, *final_address); !free) {
        return std::unexpected(std::move(free).error());
    }
    const PrivateFolder folder(place.path.parent_path());
    if (!folder.exists()) {
        return fail(
            Errc::not_found, "the folder of the admin socket is missing or not ours to write"
        );
    }
    const fs::path first_path = folder.socket();
    const auto address = address_of(first_path);
    if (!address) return std::unexpected(address.error());

    SocketFile file(open_socket(), {});
    const int fd = file.descriptor_;
    if (fd < 0) return system_failure("cannot open a socket");
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
        return system_failure("cannot bind the admin socket");
    }
    if (group && ::chown(first_path.c_str(), static_cast<uid_t>(-1), *group) != 0) {
        return system_failure("cannot give the admin socket its group");
    }
    // After chown, which may take mode bits away.
    if (::chmod(first_path.c_str(), static_cast<mode_t>(place.mode)) != 0) {
        return system_failure("cannot give the admin socket its mode");
    }
    if (::listen(fd, backlog) != 0) return system_failure("cannot listen on the admin socket");
    struct stat facts{};
    if (::lstat(first_path.c_str(), &facts) != 0)
        return system_failure("cannot see the admin socket");
    if (::rename(first_path.c_str(), place.path.c_str()) != 0) {
        return system_failure("cannot put the admin socket in its place");
    }
    file.path_ = place.path;
    file.device_ = facts.st_dev;
    file.inode_ = facts.st_ino;
    return file;
}

}  // namespace budstikke::admin
