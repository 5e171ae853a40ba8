// `[ebxml]` of the configuration as plain values: whom to believe, the keys of those whom we speak
// for, and the ways to partners. Reads nothing itself; config.hpp says what paths and faults are.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/base/limits.hpp"
#include "broker/crypto/revocation.hpp"

namespace budstikke::app {

struct KeyFiles {
    std::filesystem::path certificate{};  ///< PEM or DER
    std::filesystem::path key{};          ///< PEM, mode without any bit for group and others
};

/// `[[ebxml.identity]]`: an organisation that we speak for.
struct EbxmlIdentityConfig {
    std::string organisation{};  ///< number; in the directory
    KeyFiles signing;
    std::vector<KeyFiles> decryption;  ///< the current one first, then those of the roll-over time
    bool test_partner = false;         ///< answers with every violation, delivers nothing
};

/// `[ebxml.https]`: our side of the connections that we make.
struct EbxmlHttpsConfig {
    std::filesystem::path ca_file{};   ///< PEM, the roots of partners' servers
    std::filesystem::path crl_file{};  ///< PEM, the lists of all CAs in their paths; empty: none
    KeyFiles client;                   ///< both empty: we have no certificate
    bool allow_tls_1_2 = false;
};

/// A mail server and how to log in there.
struct MailServerConfig {
    std::string url{};                      ///< `smtp(s)://`, `pop3s://` or `imaps://` host [port]
    std::string user{};                     ///< empty: no login
    std::filesystem::path password_file{};  ///< its first line; mode as for keys
    std::filesystem::path ca_file{};        ///< PEM, the roots of the server
    std::filesystem::path crl_file{};       ///< PEM, the lists of all CAs in its path; empty: none
    bool allow_tls_1_2 = false;
};

/// `[[ebxml.mailbox]]`
struct MailboxConfig {
    MailServerConfig server;
    std::chrono::seconds interval = limits::mailbox_interval_default;
};

/// `[ebxml.lmtp]`: where a mail server hands mail over. One of the two.
struct LmtpConfig {
    std::filesystem::path socket{};
    std::string address{};  ///< of the loopback, since LMTP knows nobody by name
    std::uint16_t port = 0;
};

/// `[ebxml]`
struct EbxmlConfig {
    std::vector<std::filesystem::path> ca_files;   ///< `trust`: PEM, the CAs of parties
    std::vector<std::filesystem::path> crl_files;  ///< a list for every CA in a party's path
    crypto::StaleListPolicy stale_lists = crypto::StaleListPolicy::fail_closed;
    std::uint32_t retries = limits::ebxml_retries_default;
    std::chrono::seconds retry_interval = limits::ebxml_retry_interval_default;
    std::vector<std::string> sha1_from;  ///< HER-ids
    std::vector<std::string> des3_from;  ///< HER-ids
    std::string mail_domain{};           ///< right side of the Message-IDs we make
    std::uint32_t senders = 8;           ///< attempts at once
    std::vector<EbxmlIdentityConfig> identities;
    std::optional<EbxmlHttpsConfig> https;
    std::optional<MailServerConfig> smtp;
    std::vector<MailboxConfig> mailboxes;
    std::optional<LmtpConfig> lmtp;
};

/// `smtp`, `pop3s`, ... of a URL that names a server and nothing else (`scheme://host`, with or
/// without `:port`), or a folder of one by IMAP (`imaps://host/folder`); empty for anything else.
std::string_view server_url_scheme(std::string_view url);

/// Letters, digits and hyphens between dots, as RFC 5321 4.1.2 has a Domain.
bool is_mail_domain(std::string_view text);

}  // namespace budstikke::app
