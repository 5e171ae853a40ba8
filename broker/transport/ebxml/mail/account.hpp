// How we log in to a mail server. Promises that a password is read when it is used, from a file
// that is its owner's alone, and wiped afterwards. May not know what is done there.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"
#include "broker/transport/ebxml/curl/easy.hpp"

namespace budstikke::ebxml {

struct MailAccount {
    std::string user;                     ///< empty: no log-in
    std::filesystem::path password_file;  ///< owner only; its first line
};

/// Errors as crypto::read_secret_file; malformed where it is empty.
Result<void> check(const MailAccount& account);

/// Sets user and password. Errors as check().
Result<void> log_in_with(const MailAccount& account, Easy& easy);

}  // namespace budstikke::ebxml
