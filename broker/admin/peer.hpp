// Who is at the other end of a Unix socket, asked of the kernel (SO_PEERCRED, unix(7)) and the user
// database. Promises the identity at the time of connecting, which the peer cannot choose. May not
// know roles.
#pragma once

#include <string>

#include "broker/admin/role.hpp"
#include "broker/base/result.hpp"

namespace budstikke::admin {

/// Groups are the primary one of the process and those of the user in the user database, each by
/// name and by number.
Result<Peer> peer_of(int socket);

/// The number of a group given by name or number. Errc::not_found.
Result<std::uint32_t> group_id(const std::string& group);

}  // namespace budstikke::admin
