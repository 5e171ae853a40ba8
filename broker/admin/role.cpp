// Roles from rules; role.hpp says what it promises.
#include "broker/admin/role.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace budstikke::admin {

std::string_view name(Role role) {
    switch (role) {
        case Role::viewer:
            return "viewer";
        case Role::operator_:
            return "operator";
        case Role::admin:
            return "admin";
        case Role::auditor:
            return "auditor";
    }
    std::unreachable();
}

std::string Peer::text() const {
    const std::string number = "uid " + std::to_string(uid);
    return user.empty() ? number : user + " (" + number + ")";
}

RoleSet roles_of(const Peer& peer, const std::vector<RoleRule>& rules) {
    const std::string number = std::to_string(peer.uid);
    RoleSet roles;
    for (const RoleRule& rule : rules) {
        const bool named = std::ranges::any_of(rule.users, [&](const std::string& user) {
            return user == number || (!user.empty() && user == peer.user);
        });
        const bool member =
            std::ranges::find_first_of(peer.groups, rule.groups) != peer.groups.end();
        if (!named && !member) continue;
        for (const Role role : {Role::viewer, Role::operator_, Role::admin, Role::auditor}) {
            if (with_lower(rule.role).has(role)) roles.add(role);
        }
    }
    return roles;
}

Role foremost(RoleSet roles) {
    for (const Role role : {Role::admin, Role::operator_, Role::viewer}) {
        if (roles.has(role)) return role;
    }
    return Role::auditor;
}

}  // namespace budstikke::admin
