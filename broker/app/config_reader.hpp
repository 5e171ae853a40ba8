// Reads budstikked.toml section by section. Private to this folder. Promises to visit every section
// whatever faults came before.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/config.hpp"
#include "broker/directory/toml_reader.hpp"

namespace budstikke::app {

class ConfigReader {
 public:
    ConfigReader(std::string_view file, std::filesystem::path folder);

    void read(const directory::TomlNode& root);

    const Config& config() const { return config_; }
    directory::Faults& faults() { return faults_; }
    /// Every key that was asked for, with its section.
    const std::vector<std::string>& keys() const { return keys_; }

 private:
    using Reader = directory::TomlReader;

    void read_broker(Reader& reader);
    void read_listener(Reader& reader, std::size_t index);
    void read_tls(Reader& reader, const std::string& section, ListenerConfig& listener);
    void read_admin(Reader& reader);
    void read_roles(Reader& reader);
    void read_delivery(Reader& reader);
    void read_retention(Reader& reader);
    void read_limits(Reader& reader);
    void read_apprec(Reader& reader);
    void read_log(Reader& reader);
    void read_threads(Reader& reader);

    // config_reader_ebxml.cpp
    void read_ebxml(Reader& root);
    void read_identities(Reader& ebxml_reader, EbxmlConfig& ebxml);
    void read_ebxml_https(Reader& ebxml_reader, EbxmlConfig& ebxml);
    void read_ebxml_mail(Reader& ebxml_reader, EbxmlConfig& ebxml);
    LmtpConfig read_lmtp(Reader& reader);
    MailServerConfig mail_server(Reader& reader, std::initializer_list<std::string_view> schemes);
    /// Where they are not required, both or neither.
    KeyFiles key_files(
        Reader& reader, std::string_view certificate, std::string_view key, bool required
    );
    static std::vector<std::string> her_ids(Reader& reader, std::string_view key);
    void check_ebxml();

    void add_role(Reader& reader, admin::Role role);
    void check_listeners();
    void check_times();
    void check_sizes();

    /// Reads the section if it is there; an absent one is read as empty, for its required keys.
    void section(Reader& root, std::string_view name, void (ConfigReader::*read_section)(Reader&));
    /// Unknown keys become faults; the places and names of the known ones are kept.
    void close(Reader& reader, const std::string& place, const std::string& section);
    std::filesystem::path path(Reader& reader, std::string_view key, bool required);
    std::vector<std::filesystem::path> paths(
        Reader& reader, const std::string& section, std::string_view key, std::string_view why
    );
    std::uint32_t count(
        Reader& reader, std::string_view key, std::uint32_t least, std::uint32_t most,
        std::uint32_t fallback
    );
    static crypto::StaleListPolicy stale_lists(Reader& reader);
    /// A fault at the key, else at its section.
    void fault(std::string_view place, std::string cause);

    Config config_;
    std::filesystem::path folder_;
    directory::Faults faults_;
    std::vector<std::string> keys_;
};

/// The key of `[admin.roles]` that gives the role.
std::string_view role_key(admin::Role role);

/// `0660` as octal digits; nothing where others get in, or the owner does not.
std::optional<std::uint32_t> parse_socket_mode(std::string_view text);

/// `/ebxml`: segments of unreserved characters (RFC 3986 2.3).
bool is_url_path(std::string_view text);

/// An IPv4 or IPv6 address as text.
bool is_ip_address(const std::string& text);

}  // namespace budstikke::app
