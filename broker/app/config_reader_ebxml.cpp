// `[ebxml]` and what stands below it, in the order of the reference (deploy/doc/configuration.md).
#include <algorithm>
#include <limits>

#include "broker/app/config_reader.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::app {
namespace {

using directory::TomlNode;

bool is_organisation_number(std::string_view text) {
    return text.size() == 9 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_label_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

std::string numbered(const std::string& section, std::size_t index) {
    return section + "[" + std::to_string(index) + "]";
}

bool is_loopback(const std::string& address) {
    return is_ip_address(address) && (address.starts_with("127.") || address == "::1");
}

}  // namespace

std::string_view server_url_scheme(std::string_view url) {
    const auto end = url.find("://");
    if (end == std::string_view::npos || end == 0) return {};
    std::string_view host = url.substr(end + 3);
    if (const auto slash = host.find('/'); slash != std::string_view::npos) {
        if (url.substr(0, end) != "imaps" || !is_url_path(host.substr(slash))) return {};
        host = host.substr(0, slash);
    }
    // A user in the URL would end in logs, a path would be another mailbox than the operator sees.
    const bool plain = !host.empty() && std::ranges::all_of(host, [](char c) {
        return is_label_character(c) || c == '.' || c == ':' || c == '[' || c == ']';
    });
    return plain ? url.substr(0, end) : std::string_view();
}

bool is_mail_domain(std::string_view text) {
    bool at_start = true;
    for (const char c : text) {
        if (c == '.' ? at_start : !is_label_character(c)) return false;
        at_start = c == '.';
    }
    return !at_start;
}

void ConfigReader::read_ebxml(Reader& root) {
    const TomlNode* node = root.table("ebxml");
    if (node == nullptr) return;
    config_.places.lines["ebxml"] = node->line;
    Reader reader(*node, "ebxml", config_.places.file, faults_);
    EbxmlConfig ebxml;
    ebxml.ca_files = paths(reader, "ebxml", "trust", "no partner could be believed");
    ebxml.crl_files = paths(reader, "ebxml", "crl", "without a list every partner is refused");
    ebxml.stale_lists = stale_lists(reader);
    ebxml.retries =
        count(reader, "retries", 0, limits::ebxml_retries_max, limits::ebxml_retries_default);
    ebxml.retry_interval = std::chrono::floor<std::chrono::seconds>(reader.duration(
        "retry_interval", limits::ebxml_retry_interval_min, limits::retry_wait_max,
        limits::ebxml_retry_interval_default
    ));
    ebxml.sha1_from = her_ids(reader, "accept_sha1_from");
    ebxml.des3_from = her_ids(reader, "accept_3des_from");
    ebxml.mail_domain = reader.label("mail_domain", limits::name_bytes_max);
    if (!ebxml.mail_domain.empty() && !is_mail_domain(ebxml.mail_domain)) {
        reader.fault(
            reader.line_of("mail_domain"), "`mail_domain` must be like `ebxml.example.no`"
        );
    }
    ebxml.senders = count(reader, "senders", 1, limits::threads_max, ebxml.senders);
    read_identities(reader, ebxml);
    read_ebxml_https(reader, ebxml);
    read_ebxml_mail(reader, ebxml);
    close(reader, "ebxml", "ebxml");
    config_.ebxml = std::move(ebxml);
}

std::vector<std::string> ConfigReader::her_ids(Reader& reader, std::string_view key) {
    std::vector<std::string> result;
    for (const auto& [her_id, line] : reader.her_ids(key)) {
        result.emplace_back(her_id.text());
    }
    return result;
}

KeyFiles ConfigReader::key_files(
    Reader& reader, std::string_view certificate, std::string_view key, bool required
) {
    KeyFiles files{
        .certificate = path(reader, certificate, required), .key = path(reader, key, required)
    };
    if (!required && reader.has(certificate) != reader.has(key)) {
        const bool has_key = reader.has(key);
        reader.fault(
            reader.line_of(has_key ? key : certificate),
            '`' + std::string(has_key ? key : certificate) + "` is of no use without `" +
                std::string(has_key ? certificate : key) + '`'
        );
    }
    return files;
}

void ConfigReader::read_identities(Reader& ebxml_reader, EbxmlConfig& ebxml) {
    ebxml_reader.require("identity");
    const auto tables = ebxml_reader.tables("identity");
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const std::string place = numbered("ebxml.identity", i);
        config_.places.lines[place] = tables[i]->line;
        Reader reader(*tables[i], "ebxml.identity", config_.places.file, faults_);
        EbxmlIdentityConfig identity;
        reader.require("organisation");
        identity.organisation = reader.label("organisation", limits::name_bytes_max);
        if (!identity.organisation.empty() && !is_organisation_number(identity.organisation)) {
            reader.fault(reader.line_of("organisation"), "`organisation` must be nine digits");
        }
        const bool repeated = std::ranges::any_of(ebxml.identities, [&](const auto& other) {
            return !other.organisation.empty() && other.organisation == identity.organisation;
        });
        if (repeated) {
            reader.fault(
                reader.line_of("organisation"), "this organisation has an identity already"
            );
        }
        identity.signing = key_files(reader, "signing_certificate", "signing_key", true);
        reader.require("decryption");
        const auto pairs = reader.tables("decryption");
        for (std::size_t j = 0; j < pairs.size(); ++j) {
            const std::string inner = numbered(place + ".decryption", j);
            config_.places.lines[inner] = pairs[j]->line;
            Reader pair(*pairs[j], "ebxml.identity.decryption", config_.places.file, faults_);
            identity.decryption.push_back(key_files(pair, "certificate", "key", true));
            close(pair, inner, "ebxml.identity.decryption");
        }
        identity.test_partner = reader.boolean("test_partner", false);
        close(reader, place, "ebxml.identity");
        ebxml.identities.push_back(std::move(identity));
    }
}

void ConfigReader::read_ebxml_https(Reader& ebxml_reader, EbxmlConfig& ebxml) {
    const TomlNode* node = ebxml_reader.table("https");
    if (node == nullptr) return;
    const std::string place = "ebxml.https";
    config_.places.lines[place] = node->line;
    Reader reader(*node, place, config_.places.file, faults_);
    EbxmlHttpsConfig https;
    https.ca_file = path(reader, "ca", true);
    https.crl_file = path(reader, "crl", false);
    https.client = key_files(reader, "certificate", "key", false);
    https.allow_tls_1_2 = reader.boolean("tls12", false);
    close(reader, place, place);
    ebxml.https = std::move(https);
}

MailServerConfig ConfigReader::mail_server(
    Reader& reader, std::initializer_list<std::string_view> schemes
) {
    MailServerConfig server;
    reader.require("url");
    server.url = reader.label("url", limits::config_path_bytes_max);
    const std::string_view scheme = server_url_scheme(server.url);
    if (!server.url.empty() && std::ranges::find(schemes, scheme) == schemes.end()) {
        std::string forms;
        for (const std::string_view known : schemes) {
            forms.append(forms.empty() ? "" : " or ")
                .append("`")
                .append(known)
                .append("://HOST[:PORT]`");
        }
        reader.fault(reader.line_of("url"), "`url` must be " + forms);
    }
    server.user = reader.label("user", limits::name_bytes_max);
    server.password_file = path(reader, "password_file", false);
    if (reader.has("user") != reader.has("password_file")) {
        reader.fault(reader.line(), "`user` and `password_file` belong together");
    }
    server.ca_file = path(reader, "ca", true);
    server.crl_file = path(reader, "crl", false);
    server.allow_tls_1_2 = reader.boolean("tls12", false);
    return server;
}

void ConfigReader::read_ebxml_mail(Reader& ebxml_reader, EbxmlConfig& ebxml) {
    if (const TomlNode* node = ebxml_reader.table("smtp")) {
        config_.places.lines["ebxml.smtp"] = node->line;
        Reader reader(*node, "ebxml.smtp", config_.places.file, faults_);
        ebxml.smtp = mail_server(reader, {"smtp", "smtps"});
        close(reader, "ebxml.smtp", "ebxml.smtp");
    }
    const auto mailboxes = ebxml_reader.tables("mailbox");
    for (std::size_t i = 0; i < mailboxes.size(); ++i) {
        const std::string place = numbered("ebxml.mailbox", i);
        config_.places.lines[place] = mailboxes[i]->line;
        Reader reader(*mailboxes[i], "ebxml.mailbox", config_.places.file, faults_);
        MailboxConfig mailbox;
        mailbox.server = mail_server(reader, {"pop3s", "imaps"});
        mailbox.interval = std::chrono::floor<std::chrono::seconds>(reader.duration(
            "interval", limits::retry_wait_min, limits::retry_wait_max,
            limits::mailbox_interval_default
        ));
        close(reader, place, "ebxml.mailbox");
        ebxml.mailboxes.push_back(std::move(mailbox));
    }
    if (const TomlNode* node = ebxml_reader.table("lmtp")) {
        config_.places.lines["ebxml.lmtp"] = node->line;
        Reader reader(*node, "ebxml.lmtp", config_.places.file, faults_);
        ebxml.lmtp = read_lmtp(reader);
        close(reader, "ebxml.lmtp", "ebxml.lmtp");
    }
}

LmtpConfig ConfigReader::read_lmtp(Reader& reader) {
    LmtpConfig lmtp;
    lmtp.socket = path(reader, "socket", false);
    if (lmtp.socket.string().size() > limits::socket_path_bytes_max) {
        reader.fault(
            reader.line_of("socket"), "the path of the socket is longer than " +
                                          std::to_string(limits::socket_path_bytes_max) + " bytes"
        );
    }
    lmtp.address = reader.text("address");
    if (!lmtp.address.empty() && !is_loopback(lmtp.address)) {
        reader.fault(
            reader.line_of("address"),
            "`address` must be one of the loopback, like `127.0.0.1`: LMTP knows nobody by name"
        );
    }
    lmtp.port = static_cast<std::uint16_t>(
        count(reader, "port", 0, std::numeric_limits<std::uint16_t>::max(), 0)
    );
    if (reader.has("socket") == reader.has("address")) {
        reader.fault(reader.line(), "ebxml.lmtp must have either `socket` or `address`");
    } else if (reader.has("address") != reader.has("port")) {
        reader.fault(reader.line(), "`address` and `port` belong together");
    }
    return lmtp;
}

/// What only the whole file tells.
void ConfigReader::check_ebxml() {
    for (std::size_t i = 0; i < config_.listeners.size(); ++i) {
        if (config_.listeners[i].protocol == "ebxml" && !config_.ebxml) {
            fault(
                numbered("listener", i) + ".protocol",
                "a listener for ebXML needs [ebxml], which says whom to believe"
            );
        }
    }
}

}  // namespace budstikke::app
