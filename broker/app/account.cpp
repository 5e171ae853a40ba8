#include "broker/app/account.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "broker/base/limits.hpp"

namespace budstikke::app {
namespace {

std::optional<std::uint32_t> number(const std::string& text) {
    std::uint32_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    const bool all = error == std::errc() && stop == end;
    return all ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> find_user(const std::string& name_or_number) {
    if (const auto uid = number(name_or_number)) {
        return uid;
    }
    std::vector<char> buffer(limits::account_entry_bytes_max);
    passwd entry{};
    passwd* found = nullptr;
    ::getpwnam_r(name_or_number.c_str(), &entry, buffer.data(), buffer.size(), &found);
    return found == nullptr ? std::nullopt : std::optional<std::uint32_t>(entry.pw_uid);
}

std::optional<std::uint32_t> find_group(const std::string& name_or_number) {
    if (const auto gid = number(name_or_number)) {
        return gid;
    }
    std::vector<char> buffer(limits::account_entry_bytes_max);
    group entry{};
    group* found = nullptr;
    ::getgrnam_r(name_or_number.c_str(), &entry, buffer.data(), buffer.size(), &found);
    return found == nullptr ? std::nullopt : std::optional<std::uint32_t>(entry.gr_gid);
}

bool can_give_to_group(std::uint32_t gid) {
    if (::geteuid() == 0 || ::getegid() == gid) {
        return true;
    }
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    groups.resize(static_cast<std::size_t>(std::max(0, count)));
    return std::ranges::find(groups, gid) != groups.end();
}

}  // namespace budstikke::app
