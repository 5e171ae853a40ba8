// Users and groups of this machine by name or number. Promises to ask the user database only; may
// not know what they are allowed to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace budstikke::app {

/// Nothing where the machine knows no such user; a number needs no entry.
std::optional<std::uint32_t> find_user(const std::string& name_or_number);
std::optional<std::uint32_t> find_group(const std::string& name_or_number);

/// Whether this process could give a file to the group: root can, members can.
bool can_give_to_group(std::uint32_t gid);

}  // namespace budstikke::app
