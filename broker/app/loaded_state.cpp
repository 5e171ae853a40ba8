// Reading the replaceable state; loaded_state.hpp says what it promises.
#include "broker/app/loaded_state.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "broker/app/check_config.hpp"
#include "broker/app/ebxml_carriers.hpp"

namespace budstikke::app {

namespace {

auto as_tuple(const AdminConfig& c) {
    return std::tie(c.socket, c.group, c.mode, c.roles);
}
auto as_tuple(const ThreadsConfig& c) {
    return std::tie(c.io, c.workers);
}
auto as_tuple(const ConnectionLimits& c) {
    return std::tie(
        c.total_max, c.per_address_max, c.per_organisation_max, c.handshakes_per_second_per_address
    );
}

auto as_tuple(const MailServerConfig& c) {
    return std::tie(c.url, c.user, c.password_file, c.ca_file, c.crl_file, c.allow_tls_1_2);
}

bool same_mailbox(const MailboxConfig& a, const MailboxConfig& b) {
    return as_tuple(a.server) == as_tuple(b.server) && a.interval == b.interval;
}
bool same_lmtp(const LmtpConfig& a, const LmtpConfig& b) {
    return std::tie(a.socket, a.address, a.port) == std::tie(b.socket, b.address, b.port);
}

void add_ebxml(
    const std::optional<EbxmlConfig>& running, const std::optional<EbxmlConfig>& next,
    std::vector<std::string>& names
) {
    if (running.has_value() != next.has_value()) names.emplace_back("ebxml");
    if (!running || !next) return;
    if (running->mail_domain != next->mail_domain) names.emplace_back("ebxml.mail_domain");
    if (running->senders != next->senders) names.emplace_back("ebxml.senders");
    if (!std::ranges::equal(running->mailboxes, next->mailboxes, same_mailbox)) {
        names.emplace_back("ebxml.mailbox");
    }
    if (!same_lmtp(running->lmtp.value_or(LmtpConfig()), next->lmtp.value_or(LmtpConfig())))
        names.emplace_back("ebxml.lmtp");
}

directory::Faults fault_at(const Config& config, std::string_view key, const Error& error) {
    return {{config.places.file, config.places.line(key), error.detail}};
}

}  // namespace

std::expected<LoadedState, directory::Faults> load_state(
    const std::filesystem::path& config_file, const Clock& clock,
    const std::filesystem::path& schemas_in_use
) {
    ReadConfig read = read_config(config_file);
    if (!read.faults.empty()) {
        std::ranges::move(check_named_files(read.config, clock), std::back_inserter(read.faults));
        return std::unexpected(std::move(read.faults));
    }
    const Config& config = read.config;
    ConfigCheck check = check_config(config, clock, schemas_in_use);
    if (!check.faults.empty()) return std::unexpected(std::move(check.faults));

    // What the check has seen may have changed since: each is read for good here, and may fail
    // again.
    auto directory = directory::Directory::load(config.directory);
    if (!directory) return std::unexpected(std::move(directory).error());
    auto keys = crypto::MasterKeys::load(config.master_keys);
    if (!keys) return std::unexpected(fault_at(config, "broker.master_keys", keys.error()));
    std::vector<crypto::TlsServerContext> contexts;
    for (std::size_t i = 0; i < config.listeners.size(); ++i) {
        auto tls = crypto::TlsServerContext::make(config.listeners[i].tls, clock);
        if (!tls) {
            const std::string place = "listener[" + std::to_string(i) + "].tls";
            return std::unexpected(fault_at(config, place, tls.error()));
        }
        contexts.push_back(*std::move(tls));
    }
    auto shared = std::make_shared<const directory::Directory>(*std::move(directory));
    std::optional<EbxmlState> ebxml;
    ebxml::CarrierSet carriers;
    if (config.ebxml) {
        auto loaded = load_ebxml(config, shared, clock.now());
        if (!loaded) return std::unexpected(fault_at(config, "ebxml", loaded.error()));
        ebxml = *std::move(loaded);
        auto ways = make_carriers(*config.ebxml, clock);
        if (!ways) return std::unexpected(fault_at(config, "ebxml", ways.error()));
        carriers = *std::move(ways);
    }
    return LoadedState{
        .config = std::move(read.config),
        .notes = std::move(check.notes),
        .directory = std::move(shared),
        .keys = std::make_shared<const crypto::MasterKeys>(*std::move(keys)),
        .tls = std::move(contexts),
        .ebxml = std::move(ebxml),
        .ebxml_carriers = std::move(carriers),
        .schemas = std::move(check.schemas),
    };
}

bool same_place(const ListenerConfig& a, const ListenerConfig& b) {
    return a.address == b.address && a.port == b.port && a.protocol == b.protocol &&
           a.path == b.path;
}

std::vector<std::string> restart_needed(const Config& running, const Config& next) {
    std::vector<std::string> names;
    if (running.data != next.data) names.emplace_back("broker.data");
    if (running.schemas != next.schemas) names.emplace_back("broker.schemas");
    if (!std::ranges::equal(running.listeners, next.listeners, same_place)) {
        names.emplace_back("listener");
    }
    if (as_tuple(running.admin) != as_tuple(next.admin)) names.emplace_back("admin");
    if (running.pipeline != next.pipeline)
        names.emplace_back("delivery, retention, apprec, limits");
    if (as_tuple(running.connections) != as_tuple(next.connections)) {
        names.emplace_back("limits (connections)");
    }
    add_ebxml(running.ebxml, next.ebxml, names);
    if (as_tuple(running.threads) != as_tuple(next.threads)) names.emplace_back("threads");
    return names;
}

}  // namespace budstikke::app
