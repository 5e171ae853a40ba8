// The log-in of account.hpp.
#include "broker/transport/ebxml/mail/account.hpp"

#include <curl/curl.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/guarded_file.hpp"

namespace budstikke::ebxml {

namespace {

Result<std::string> read_password(const MailAccount& account) {
    auto text = crypto::read_secret_file(account.password_file, limits::key_file_bytes_max);
    if (!text) {
        return text;
    }
    std::string password = text->substr(0, text->find_first_of("\r\n"));
    crypto::wipe(*text);
    if (password.empty()) {
        return fail(Errc::malformed, "the file of the mail password is empty");
    }
    return password;
}

}  // namespace

Result<void> check(const MailAccount& account) {
    if (account.user.empty()) {
        return {};
    }
    auto password = read_password(account);
    if (!password) {
        return std::unexpected(password.error());
    }
    crypto::wipe(*password);
    return {};
}

Result<void> log_in_with(const MailAccount& account, Easy& easy) {
    if (account.user.empty() || easy.get() == nullptr) {
        return {};
    }
    auto password = read_password(account);
    if (!password) {
        return std::unexpected(password.error());
    }
    curl_easy_setopt(easy.get(), CURLOPT_USERNAME, account.user.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PASSWORD, password->c_str());
    crypto::wipe(*password);
    return {};
}

}  // namespace budstikke::ebxml
