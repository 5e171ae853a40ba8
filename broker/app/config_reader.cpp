// The sections of budstikked.toml, in the order of the reference (deploy/doc/configuration.md).
#include "broker/app/config_reader.hpp"

#include <algorithm>
#include <limits>

#include <arpa/inet.h>
#include <sys/un.h>
#include <unistd.h>

#include "broker/base/limits.hpp"

namespace budstikke::app {
namespace {

using namespace std::chrono_literals;
using directory::TomlNode;

static_assert(limits::socket_path_bytes_max == sizeof(sockaddr_un{}.sun_path) - 1);

const TomlNode empty_table{.line = 0, .value = TomlNode::Table{}};

}  // namespace

std::string_view role_key(admin::Role role) {
    switch (role) {
        case admin::Role::viewer:
            return "viewer";
        case admin::Role::operator_:
            return "operator";
        case admin::Role::admin:
            return "admin";
        case admin::Role::auditor:
            return "auditor";
    }
    return "viewer";
}

std::optional<std::uint32_t> parse_socket_mode(std::string_view text) {
    std::uint32_t mode = 0;
    for (const char c : text) {
        if (c < '0' || c > '7' || text.size() > 4) {
            return {};
        }
        mode = mode * 8 + static_cast<std::uint32_t>(c - '0');
    }
    const bool owner = (mode & 0600U) == 0600U;
    const bool nobody_else = (mode & ~0660U) == 0;
    return owner && nobody_else ? std::optional(mode) : std::nullopt;
}

bool is_url_path(std::string_view text) {
    constexpr std::string_view more = "/-._~";
    const bool plain = std::ranges::all_of(text, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               more.contains(c);
    });
    return plain && text.starts_with('/');
}

bool is_ip_address(const std::string& text) {
    in6_addr address{};
    return inet_pton(AF_INET, text.c_str(), &address) == 1 ||
           inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

ConfigReader::ConfigReader(std::string_view file, std::filesystem::path folder)
    : folder_(std::move(folder)) {
    config_.places.file = file;
}

void ConfigReader::read(const TomlNode& root) {
    Reader reader(root, "configuration", config_.places.file, faults_);
    section(reader, "broker", &ConfigReader::read_broker);
    const auto listeners = reader.tables("listener");
    if (!reader.has("listener")) {
        reader.fault(0, "there is no [[listener]]: nobody could connect");
    }
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        config_.places.lines["listener[" + std::to_string(i) + "]"] = listeners[i]->line;
        Reader listener(*listeners[i], "listener", config_.places.file, faults_);
        read_listener(listener, i);
    }
    section(reader, "admin", &ConfigReader::read_admin);
    section(reader, "delivery", &ConfigReader::read_delivery);
    section(reader, "retention", &ConfigReader::read_retention);
    section(reader, "limits", &ConfigReader::read_limits);
    section(reader, "apprec", &ConfigReader::read_apprec);
    section(reader, "log", &ConfigReader::read_log);
    section(reader, "threads", &ConfigReader::read_threads);
    read_ebxml(reader);
    reader.finish();
    check_listeners();
    check_times();
    check_sizes();
    check_ebxml();
}

void ConfigReader::section(
    Reader& root, std::string_view name, void (ConfigReader::*read_section)(Reader&)
) {
    const TomlNode* node = root.table(name);
    if (node != nullptr) {
        config_.places.lines[std::string(name)] = node->line;
    }
    Reader reader(node == nullptr ? empty_table : *node, name, config_.places.file, faults_);
    (this->*read_section)(reader);
    close(reader, std::string(name), std::string(name));
}

void ConfigReader::close(Reader& reader, const std::string& place, const std::string& section) {
    reader.finish();
    for (const auto key : reader.known()) {
        if (reader.has(key)) {
            config_.places.lines[place + "." + std::string(key)] = reader.line_of(key);
        }
        const std::string name = section + "." + std::string(key);
        if (std::ranges::find(keys_, name) == keys_.end()) {
            keys_.push_back(name);
        }
    }
}

std::filesystem::path ConfigReader::path(Reader& reader, std::string_view key, bool required) {
    if (required && !reader.require(key)) {
        return {};
    }
    const std::string text = reader.label(key, limits::config_path_bytes_max);
    return text.empty() ? std::filesystem::path() : (folder_ / text).lexically_normal();
}

std::vector<std::filesystem::path> ConfigReader::paths(
    Reader& reader, const std::string& section, std::string_view key, std::string_view why
) {
    std::vector<std::filesystem::path> result;
    if (!reader.require(key)) {
        return result;
    }
    const std::size_t faults_before = faults_.size();
    for (const auto& [text, line] : reader.texts(key)) {
        const std::string place =
            section + "." + std::string(key) + "[" + std::to_string(result.size()) + "]";
        config_.places.lines[place] = line;
        if (text.empty() || text.contains('\0')) {
            reader.fault(line, '`' + std::string(key) + "` must name files");
        }
        result.push_back((folder_ / text).lexically_normal());
    }
    if (result.empty() && faults_.size() == faults_before) {
        reader.fault(
            reader.line_of(key),
            '`' + std::string(key) + "` must name at least one file: " + std::string(why)
        );
    }
    return result;
}

std::uint32_t ConfigReader::count(
    Reader& reader, std::string_view key, std::uint32_t least, std::uint32_t most,
    std::uint32_t fallback
) {
    return static_cast<std::uint32_t>(reader.integer(key, least, most, fallback));
}

void ConfigReader::read_broker(Reader& reader) {
    config_.data = path(reader, "data", true);
    config_.directory = path(reader, "directory", true);
    config_.schemas = path(reader, "schemas", false);
    config_.master_keys = path(reader, "master_keys", true);
}

void ConfigReader::read_listener(Reader& reader, std::size_t index) {
    const std::string place = "listener[" + std::to_string(index) + "]";
    ListenerConfig listener;
    reader.require("address");
    listener.address = reader.text("address");
    if (!listener.address.empty() && !is_ip_address(listener.address)) {
        reader.fault(
            reader.line_of("address"), "`address` must be an IPv4 or IPv6 address, like `0.0.0.0`"
        );
    }
    reader.require("port");
    listener.port = static_cast<std::uint16_t>(
        count(reader, "port", 0, std::numeric_limits<std::uint16_t>::max(), 0)
    );
    listener.protocol = reader.choice<std::string>(
        "protocol", {{"exchange", "exchange"}, {"ebxml", "ebxml"}}, "exchange"
    );
    if (reader.has("path") && listener.protocol != "ebxml") {
        reader.fault(reader.line_of("path"), "`path` is for the protocol `ebxml` only");
    }
    if (const std::string text = reader.label("path", limits::name_bytes_max); !text.empty()) {
        listener.path = text;
    }
    if (!is_url_path(listener.path)) {
        reader.fault(reader.line_of("path"), "`path` must be like `/ebxml`");
    }
    // Partners' HTTP clients name no protocol, and need not.
    if (listener.protocol == "ebxml") listener.tls.alpn.clear();
    reader.require("tls");
    if (const TomlNode* node = reader.table("tls")) {
        config_.places.lines[place + ".tls"] = node->line;
        Reader tls(*node, "listener.tls", config_.places.file, faults_);
        read_tls(tls, place + ".tls", listener);
        close(tls, place + ".tls", "listener.tls");
    }
    close(reader, place, "listener");
    config_.listeners.push_back(std::move(listener));
}

void ConfigReader::read_tls(Reader& reader, const std::string& section, ListenerConfig& listener) {
    auto& tls = listener.tls;
    tls.certificate_chain_file = path(reader, "certificate", true);
    tls.key_file = path(reader, "key", true);
    tls.ca_files = paths(reader, section, "client_ca", "no client could be believed");
    tls.crl_files = paths(reader, section, "crl", "without a list every client is refused");
    tls.stale_lists = stale_lists(reader);
    tls.allow_tls_1_2 = reader.boolean("tls12", false);
}

crypto::StaleListPolicy ConfigReader::stale_lists(Reader& reader) {
    return reader.choice<crypto::StaleListPolicy>(
        "stale_crl",
        {{"refuse", crypto::StaleListPolicy::fail_closed},
         {"use", crypto::StaleListPolicy::use_stale}},
        crypto::StaleListPolicy::fail_closed
    );
}

void ConfigReader::read_admin(Reader& reader) {
    config_.admin.socket = path(reader, "socket", false);
    if (config_.admin.socket.empty()) {
        config_.admin.socket = config_.data / "admin.sock";
    }
    if (config_.admin.socket.string().size() > limits::socket_path_bytes_max) {
        reader.fault(
            reader.line_of("socket"), "the path of the admin socket is longer than " +
                                          std::to_string(limits::socket_path_bytes_max) + " bytes"
        );
    }
    config_.admin.group = reader.label("group", limits::name_bytes_max);
    const auto mode = parse_socket_mode(reader.text("mode", "0660"));
    if (!mode && reader.has("mode")) {
        reader.fault(
            reader.line_of("mode"),
            "`mode` must be octal in quotes and admit nobody but owner and "
            "group: `0660` or `0600`"
        );
    }
    config_.admin.mode = mode.value_or(0660);
    if (const TomlNode* node = reader.table("roles")) {
        Reader roles(*node, "admin.roles", config_.places.file, faults_);
        read_roles(roles);
        close(roles, "admin.roles", "admin.roles");
    }
    const bool has_admin = std::ranges::any_of(config_.admin.roles, [](const auto& rule) {
        return rule.role == admin::Role::admin;
    });
    if (!has_admin) {
        config_.admin.roles.push_back({admin::Role::admin, {std::to_string(::geteuid())}, {}});
    }
}

void ConfigReader::read_roles(Reader& reader) {
    for (const auto role :
         {admin::Role::viewer, admin::Role::operator_, admin::Role::admin, admin::Role::auditor}) {
        add_role(reader, role);
    }
}

void ConfigReader::add_role(Reader& reader, admin::Role role) {
    const std::string_view key = role_key(role);
    admin::RoleRule rule{.role = role, .users = {}, .groups = {}};
    std::size_t index = 0;
    for (const auto& [text, line] : reader.texts(key)) {
        config_.places
            .lines["admin.roles." + std::string(key) + "[" + std::to_string(index++) + "]"] = line;
        const auto colon = text.find(':');
        const auto kind = text.substr(0, std::min(colon, text.size()));
        auto who = colon == std::string::npos ? std::string() : text.substr(colon + 1);
        const bool number = !who.empty() && who.size() <= 9 &&
                            std::ranges::all_of(who, [](char c) { return c >= '0' && c <= '9'; });
        if (number) {
            who = std::to_string(std::stoul(who));
        }
        // A name of digits alone would be taken for a number.
        const bool name = !who.empty() && who.size() <= limits::name_bytes_max && !number;
        if ((kind == "user" && name) || (kind == "uid" && number)) {
            rule.users.push_back(who);
        } else if ((kind == "group" && name) || (kind == "gid" && number)) {
            rule.groups.push_back(who);
        } else {
            reader.fault(
                line, '`' + std::string(key) +
                          "` must name users and groups as `user:NAME`, `group:NAME`, `uid:N` or "
                          "`gid:N`"
            );
        }
    }
    if (!rule.users.empty() || !rule.groups.empty()) {
        config_.admin.roles.push_back(std::move(rule));
    }
}

void ConfigReader::read_delivery(Reader& reader) {
    auto& settings = config_.pipeline;
    const std::size_t faults_before = faults_.size();
    settings.retry_ladder = reader.durations(
        "retry", limits::retry_wait_min, limits::retry_wait_max, settings.retry_ladder
    );
    if (settings.retry_ladder.empty() && faults_.size() == faults_before) {
        reader.fault(reader.line_of("retry"), "`retry` must have at least one wait");
    }
    settings.retry_jitter_percent = count(
        reader, "jitter_percent", 0, limits::retry_jitter_percent_max, settings.retry_jitter_percent
    );
    settings.attempts_max =
        count(reader, "attempts_max", 1, limits::attempts_configurable_max, settings.attempts_max);
    settings.time_to_live = reader.duration(
        "time_to_live", limits::retention_min, limits::time_to_live_max, settings.time_to_live
    );
    settings.bytes_in_flight_max = reader.size(
        "bytes_in_flight_max", limits::chunk_bytes_max, limits::bytes_in_flight_configurable_max,
        settings.bytes_in_flight_max
    );
}

void ConfigReader::read_retention(Reader& reader) {
    auto& settings = config_.pipeline;
    settings.payload_retention = reader.duration(
        "payload", limits::retention_min, limits::retention_max, settings.payload_retention
    );
    settings.event_retention = reader.duration(
        "events", limits::retention_min, limits::retention_max, settings.event_retention
    );
    settings.duplicate_memory = reader.duration(
        "duplicates", limits::retention_min, limits::retention_max, settings.duplicate_memory
    );
}

void ConfigReader::read_limits(Reader& reader) {
    auto& settings = config_.pipeline;
    settings.payload_bytes_max = reader.size(
        "payload_bytes_max", limits::kib, limits::payload_bytes_max, settings.payload_bytes_max
    );
    settings.open_deliveries_max = count(
        reader, "open_deliveries_max", 1, limits::open_deliveries_max, settings.open_deliveries_max
    );
    const auto percent = count(
        reader, "disk_free_percent_min", 0, limits::disk_free_percent_max,
        static_cast<std::uint32_t>(settings.disk_free_ratio_min * 100)
    );
    settings.disk_free_ratio_min = percent / 100.0;
    auto& connections = config_.connections;
    connections.total_max =
        count(reader, "connections_max", 1, limits::connections_max, connections.total_max);
    connections.per_address_max = count(
        reader, "connections_per_address_max", 1, limits::connections_max,
        connections.per_address_max
    );
    connections.per_organisation_max = count(
        reader, "connections_per_organisation_max", 1, limits::connections_max,
        connections.per_organisation_max
    );
    connections.handshakes_per_second_per_address = count(
        reader, "handshakes_per_second_per_address", limits::handshakes_per_second_min,
        limits::handshakes_per_second_max, connections.handshakes_per_second_per_address
    );
}

void ConfigReader::read_apprec(Reader& reader) {
    config_.pipeline.apprec_deadline = reader.duration(
        "deadline", limits::retention_min, limits::retention_max, config_.pipeline.apprec_deadline
    );
}

void ConfigReader::read_log(Reader& reader) {
    config_.log_level = reader.choice<LogLevel>(
        "level",
        {{"debug", LogLevel::debug},
         {"info", LogLevel::info},
         {"warning", LogLevel::warning},
         {"error", LogLevel::error}},
        LogLevel::info
    );
}

void ConfigReader::read_threads(Reader& reader) {
    config_.threads.io = count(reader, "io", 0, limits::threads_max, 0);
    config_.threads.workers = count(reader, "workers", 0, limits::threads_max, 0);
}

}  // namespace budstikke::app
