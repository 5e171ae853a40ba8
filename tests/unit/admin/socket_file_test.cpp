// The admin socket in the file system: mode and group whatever the umask, stale sockets, other
// people's files. The umask belongs to the process, so these tests live in a program of their own
// thread.
#include "broker/admin/socket_file.hpp"

#include <array>
#include <cstring>
#include <fstream>

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/admin/raw_client.hpp"
#include "tests/unit/admin/temp_folder.hpp"

namespace budstikke::admin {
namespace {

namespace fs = std::filesystem;

class Umask {
 public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;
    ~Umask() { ::umask(before_); }

 private:
    mode_t before_;
};

struct stat facts_of(const fs::path& path) {
    struct stat facts{};
    EXPECT_EQ(::lstat(path.c_str(), &facts), 0) << path;
    return facts;
}

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

/// A socket whose process is gone.
void leave_stale_socket(const fs::path& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
}

class SocketModes : public testing::TestWithParam<mode_t> {};

TEST_P(SocketModes, AreTheConfiguredOnesUnderEveryUmask) {
    const TempFolder folder;
    const fs::path path = folder.path() / "admin.sock";
    for (const mode_t mode : {mode_t{0600}, mode_t{0660}, mode_t{0666}}) {
        const Umask hostile(GetParam());
        const auto file = SocketFile::listen({.path = path, .mode = mode, .group = {}}, 1);
        ASSERT_TRUE(file.has_value()) << file.error().detail;
        EXPECT_TRUE(S_ISSOCK(facts_of(path).st_mode));
        EXPECT_EQ(facts_of(path).st_mode & 07777, mode);
        EXPECT_EQ(files_in(folder.path()), 1U) << "the private folder is left behind";
        EXPECT_TRUE(RawClient(path).connected());
    }
}

INSTANTIATE_TEST_SUITE_P(Umasks, SocketModes, testing::Values(0000, 0022, 0077, 0777));

TEST(SocketFile, HasTheConfiguredGroup) {
    std::array<gid_t, 256> groups{};
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    ASSERT_GE(count, 0);
    // Root may give away to any group, everybody to their own.
    const gid_t group = ::geteuid() == 0 ? 12345 : (count > 0 ? groups[0] : ::getegid());
    const TempFolder folder;
    const fs::path path = folder.path() / "admin.sock";
    const auto file =
        SocketFile::listen({.path = path, .mode = 0660, .group = std::to_string(group)}, 1);
    ASSERT_TRUE(file.has_value()) << file.error().detail;
    EXPECT_EQ(facts_of(path).st_gid, group);
    EXPECT_EQ(facts_of(path).st_mode & 07777, mode_t{0660});
}

TEST(SocketFile, RefusesAGroupThatIsNot) {
    const TempFolder folder;
    const auto file = SocketFile::listen(
        {.path = folder.path() / "admin.sock", .mode = 0660, .group = "no-such-group"}, 1
    );
    ASSERT_FALSE(file.has_value());
    EXPECT_EQ(file.error().code, Errc::not_found);
    EXPECT_EQ(files_in(folder.path()), 0U);
}

TEST(SocketFile, RefusesAFolderThatIsNot) {
    const TempFolder folder;
    const auto file =
        SocketFile::listen({.path = folder.path() / "none/admin.sock", .group = {}}, 1);
    ASSERT_FALSE(file.has_value());
    EXPECT_EQ(file.error().code, Errc::not_found);
}

TEST(SocketFile, ReplacesASocketThatNobodyAnswersOn) {
    const TempFolder folder;
    const fs::path path = folder.path() / "admin.sock";
    leave_stale_socket(path);
    const auto file = SocketFile::listen({.path = path, .group = {}}, 1);
    ASSERT_TRUE(file.has_value()) << file.error().detail;
    EXPECT_TRUE(RawClient(path).connected());
}

TEST(SocketFile, LeavesASocketThatSomebodyAnswersOn) {
    const TempFolder folder;
    const fs::path path = folder.path() / "admin.sock";
    const auto first = SocketFile::listen({.path = path, .group = {}}, 1);
    ASSERT_TRUE(first.has_value());
    const auto second = SocketFile::listen({.path = path, .group = {}}, 1);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_TRUE(RawClient(path).connected());
}

TEST(SocketFile, LeavesAFileThatIsNoSocket) {
    const TempFolder folder;
    const fs::path path = folder.path() / "admin.sock";
    std::ofstream(path) << "precious";
    const auto file = SocketFile::listen({.path = path, .group = {}}, 1);
    ASSERT_FALSE(file.has_value());
    EXPECT_EQ(file.error().code, Errc::conflict);
    EXPECT_EQ(fs::file_size(path), 8U);
}

TEST(SocketFile, FollowsNoLink) {
    const TempFolder folder;
    const fs::path path = folder.path() / "admin.sock";
    leave_stale_socket(folder.path() / "other.sock");
    fs::create_symlink("other.sock", path);
    const auto file = SocketFile::listen({.path = path, .group = {}}, 1);
    ASSERT_FALSE(file.has_value());
    EXPECT_EQ(file.error().code, Errc::conflict);
}

TEST(SocketFile, IsRemovedWhenItGoesAndOnlyIfItIsOurs) {
    const TempFolder folder;
    const fs::path path = folder.path() / "admin.sock";
    {
        ASSERT_TRUE(SocketFile::listen({.path = path, .group = {}}, 1).has_value());
    }
    EXPECT_FALSE(fs::exists(path));
    {
        const auto file = SocketFile::listen({.path = path, .group = {}}, 1);
        ASSERT_TRUE(file.has_value());
        fs::remove(path);
        std::ofstream(path) << "another's";
    }
    EXPECT_TRUE(fs::exists(path));
}

TEST(SocketFile, RefusesAPathThatNoSocketCanHave) {
    // unix(7): 108 bytes with the terminating zero. The private folder's path is as long as that of
    // a socket named `admin.sock`.
    const TempFolder folder;
    constexpr std::size_t most = sizeof(sockaddr_un::sun_path) - 1;
    const auto listen_at = [&](std::size_t bytes) {
        const std::size_t parent_bytes = bytes - std::string_view("/admin.sock").size();
        fs::path parent = folder.path();
        parent /= std::string(parent_bytes - parent.string().size() - 1, 'd');
        fs::create_directory(parent);
        const fs::path path = parent / "admin.sock";
        EXPECT_EQ(path.string().size(), bytes);
        return SocketFile::listen({.path = path, .group = {}}, 1).has_value();
    };
    EXPECT_TRUE(listen_at(most - 1));
    EXPECT_TRUE(listen_at(most));
    EXPECT_FALSE(listen_at(most + 1));
}

}  // namespace
}  // namespace budstikke::admin
