// Peer credentials; peer.hpp says what it promises.
#include "broker/admin/peer.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>

#include "broker/base/limits.hpp"

namespace budstikke::admin {

namespace {

constexpr std::size_t groups_first_guess = 64;

struct User {
    std::string name;
    gid_t group = 0;
};

std::optional<User> user_of(uid_t uid) {
    std::vector<char> buffer(limits::account_entry_bytes_max);
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
        return std::nullopt;
    }
    return User{.name = entry.pw_name, .group = entry.pw_gid};
}

std::vector<gid_t> groups_of(const User& user, gid_t of_process) {
    std::vector<gid_t> ids(groups_first_guess);
    int count = static_cast<int>(ids.size());
    if (::getgrouplist(user.name.c_str(), user.group, ids.data(), &count) < 0) {
        ids.resize(static_cast<std::size_t>(count));
        if (::getgrouplist(user.name.c_str(), user.group, ids.data(), &count) < 0) count = 0;
    }
    ids.resize(static_cast<std::size_t>(count));
    ids.push_back(of_process);
    return ids;
}

std::optional<std::string> group_name(gid_t gid) {
    std::vector<char> buffer(limits::account_entry_bytes_max);
    group entry{};
    group* found = nullptr;
    if (::getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
        return std::nullopt;
    }
    return std::string(entry.gr_name);
}

}  // namespace

Result<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t length = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
        return fail(Errc::io, "the kernel does not tell who is at the admin socket");
    }
    Peer peer;
    peer.uid = credentials.uid;
    peer.pid = static_cast<std::uint32_t>(credentials.pid);
    std::vector<gid_t> groups{credentials.gid};
    if (auto user = user_of(credentials.uid)) {
        groups = groups_of(*user, credentials.gid);
        peer.user = std::move(user->name);
    }
    for (const gid_t gid : groups) {
        if (auto name = group_name(gid)) peer.groups.push_back(*std::move(name));
        peer.groups.push_back(std::to_string(gid));
    }
    return peer;
}

Result<std::uint32_t> group_id(const std::string& group_text) {
    std::uint32_t number = 0;
    const char* last = group_text.data() + group_text.size();
    const auto [end, error] = std::from_chars(group_text.data(), last, number);
    if (error == std::errc{} && end == last) return number;
    std::vector<char> buffer(limits::account_entry_bytes_max);
    group entry{};
    group* found = nullptr;
    const int status =
        ::getgrnam_r(group_text.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (status != 0 || found == nullptr) return fail(Errc::not_found, "no such group");
    return entry.gr_gid;
}

}  // namespace budstikke::admin
