// The roles of operations and who has them. A ladder (viewer, operator, admin: each can do what the
// ones before can) and beside it the auditor, who reads what was done and can do nothing. Plain
// values; may not know sockets or commands.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace budstikke::admin {

enum class Role : std::uint8_t { viewer, operator_, admin, auditor };

std::string_view name(Role role);

/// Whom a command admits, or what somebody is. Stepping up the ladder is not implied here.
class RoleSet {
 public:
    constexpr RoleSet() = default;
    constexpr RoleSet(std::initializer_list<Role> roles) {
        for (const Role role : roles)
            add(role);
    }
    constexpr void add(Role role) {
        bits_ = static_cast<std::uint8_t>(bits_ | (1U << static_cast<unsigned>(role)));
    }
    constexpr bool has(Role role) const {
        return ((bits_ >> static_cast<unsigned>(role)) & 1U) != 0;
    }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool meets(RoleSet other) const { return (bits_ & other.bits_) != 0; }
    constexpr bool operator==(const RoleSet&) const = default;

 private:
    std::uint8_t bits_ = 0;
};

/// The role and all below it on the ladder.
constexpr RoleSet with_lower(Role role) {
    switch (role) {
        case Role::viewer:
            return {Role::viewer};
        case Role::operator_:
            return {Role::viewer, Role::operator_};
        case Role::admin:
            return {Role::viewer, Role::operator_, Role::admin};
        case Role::auditor:
            return {Role::auditor};
    }
    return {};
}

/// The process at the other end of the socket, as the kernel tells it: it cannot be forged.
struct Peer {
    std::uint32_t uid = 0;
    std::uint32_t pid = 0;            ///< when it connected
    std::string user;                 ///< the name of the uid; empty where it has none
    std::vector<std::string> groups;  ///< primary and supplementary, by name or number

    /// `kari (uid 1001)`: for the audit records.
    std::string text() const;
};

/// Who has a role: users and groups by name or number.
struct RoleRule {
    Role role = Role::viewer;
    std::vector<std::string> users;
    std::vector<std::string> groups;

    bool operator==(const RoleRule&) const = default;
};

/// All roles that the rules give, with those below; empty where none names the peer.
RoleSet roles_of(const Peer& peer, const std::vector<RoleRule>& rules);

/// The role that a command is recorded under: the highest on the ladder, else auditor. The set must
/// not be empty.
Role foremost(RoleSet roles);

}  // namespace budstikke::admin
