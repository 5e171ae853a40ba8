// The configuration of budstikked as plain values: what the operator wrote in budstikked.toml, with
// the defaults in place of what is left out. Promises all faults with file, line and cause, and no
// configuration where there is one. Reads one file; whether what it names is there and fits
// together is for check_config.hpp.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/admin/role.hpp"
#include "broker/app/ebxml_config.hpp"
#include "broker/base/limits.hpp"
#include "broker/crypto/tls_context.hpp"
#include "broker/directory/fault.hpp"
#include "broker/pipeline/settings.hpp"

namespace budstikke::app {

/// `[[listener]]`
struct ListenerConfig {
    std::string address;                ///< an IPv4 or IPv6 address, never a name
    std::uint16_t port = 0;             ///< 0: any free one
    std::string protocol = "exchange";  ///< or `ebxml`: the message service over HTTPS
    std::string path = "/ebxml";        ///< of the URL; `ebxml` only
    crypto::TlsServerConfig tls;        ///< ALPN follows from the protocol
};

/// `[admin]`
struct AdminConfig {
    std::filesystem::path socket;  ///< default: `admin.sock` in the data folder
    std::string group;             ///< name or number; empty: the group that runs the broker
    std::uint32_t mode = 0660;     ///< of the socket; never any bit for others
    /// By role; where nobody is admin, the user that runs the broker is.
    std::vector<admin::RoleRule> roles;
};

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// How many threads; 0: as many as the machine has cores.
struct ThreadsConfig {
    std::uint32_t io = 0;       ///< sockets and TLS
    std::uint32_t workers = 0;  ///< decoding and validation
};

/// Open connections over all listeners, and how fast they come.
struct ConnectionLimits {
    std::uint32_t total_max = limits::connections_max;
    std::uint32_t per_address_max = limits::connections_per_address_max;
    std::uint32_t per_organisation_max = limits::connections_per_organisation_max;
    std::uint32_t handshakes_per_second_per_address = limits::handshakes_per_second_per_address;
};

/// Where keys stand in the file, for faults that only show later.
struct ConfigPlaces {
    std::string file;  ///< as it was named on the command line
    /// By path: `broker.data`, `listener[0].tls.key`, `listener[0].tls.crl[1]`.
    std::map<std::string, std::uint32_t, std::less<>> lines;

    /// Of the key, else of the table that would hold it, else 0: the whole file.
    std::uint32_t line(std::string_view path) const;
};

/// All paths are absolute or relative to the working directory: those of the file are taken
/// relative to the folder of the file.
struct Config {
    // [broker]
    std::filesystem::path data;         ///< folder of the store
    std::filesystem::path directory;    ///< folder of the directory's TOML files
    std::filesystem::path schemas;      ///< folder of the official schema pack; empty: none
    std::filesystem::path master_keys;  ///< file, see crypto/master_keys.hpp

    std::vector<ListenerConfig> listeners;  ///< at least one
    AdminConfig admin;
    pipeline::Settings pipeline;   ///< [delivery], [retention], [apprec], part of [limits]
    ConnectionLimits connections;  ///< part of [limits]
    LogLevel log_level = LogLevel::info;
    ThreadsConfig threads;
    std::optional<EbxmlConfig> ebxml;  ///< absent: the broker speaks no ebXML
    ConfigPlaces places;
};

/// What a file says as far as it can be read, and all its faults by line. A configuration only
/// where there are none; else it still tells which other files it names.
struct ReadConfig {
    Config config;
    directory::Faults faults;
};

/// An unreadable file is a fault of line 0.
ReadConfig read_config(const std::filesystem::path& file);

/// The same for who wants all or nothing.
std::expected<Config, directory::Faults> load_config(const std::filesystem::path& file);

/// The same of a text that is already here; `folder` is what relative paths start from.
std::expected<Config, directory::Faults> parse_config(
    std::string_view text, std::string_view file, const std::filesystem::path& folder
);

/// Every key that the parser knows, as `delivery.retry` or `listener.tls.crl`, so that a test holds
/// the documentation to it.
std::vector<std::string> configuration_keys();

std::string_view name(LogLevel level);

}  // namespace budstikke::app
