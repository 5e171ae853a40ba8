// The process as operations see it; operations.hpp says what it promises.
#include "broker/app/operations.hpp"

#include <algorithm>
#include <utility>

#include "broker/app/process.hpp"
#include "broker/app/wrap_counts.hpp"

namespace budstikke::app {

namespace {

std::string host_and_port(const Listening& listener) {
    const bool v6 = listener.address.find(':') != std::string::npos;
    const std::string host = v6 ? '[' + listener.address + ']' : listener.address;
    return host + ':' + std::to_string(listener.port);
}

}  // namespace

Operations::Operations(
    Node& node, std::filesystem::path config_file, const Clock& clock, JsonEventLog& events,
    std::function<void()> stop
)
    : node_(node),
      config_file_(std::move(config_file)),
      clock_(clock),
      events_(events),
      stop_(std::move(stop)),
      started_at_(clock.now()) {
    if (node_.ebxml() != nullptr) ebxml_.emplace(*node_.ebxml(), clock_);
}

admin::HostFacts Operations::facts() {
    admin::HostFacts facts;
    facts.version = BUDSTIKKE_VERSION;
    facts.started_at = started_at_;
    facts.has_schemas = node_.has_schemas();
    const CurrentState current = node_.current();
    for (std::size_t i = 0; i < node_.listeners().size(); ++i) {
        const Listening& listener = node_.listeners()[i];
        facts.listeners.push_back({.name = listener.protocol, .address = host_and_port(listener)});
        facts.sessions += listener.connections();
        for (const auto& own : current.tls[i].own_certificates()) {
            facts.certificates.push_back({
                .use = "listener " + listener.protocol,
                .subject = own.subject,
                .not_after = own.not_after,
            });
        }
        for (const auto& list : current.tls[i].revocation().lists()) {
            facts.revocation_lists.push_back({
                .issuer = list.issuer,
                .this_update = list.this_update,
                .next_update = list.next_update,
            });
        }
    }
    for (const auto& own : current.ebxml_certificates) {
        facts.certificates.push_back(
            {.use = "ebxml", .subject = own.subject, .not_after = own.not_after}
        );
    }
    for (const auto& list : current.ebxml_lists) {
        facts.revocation_lists.push_back({
            .issuer = list.issuer,
            .this_update = list.this_update,
            .next_update = list.next_update,
        });
    }
    return facts;
}

std::vector<admin::SessionFacts> Operations::sessions() {
    std::vector<admin::SessionFacts> all;
    for (const Listening& listener : node_.listeners()) {
        for (const transport::SessionFacts& session : listener.sessions()) {
            all.push_back({
                .listener = listener.protocol,
                .organisation = session.organisation,
                .address = session.address,
                .software = session.software,
                .since = session.since,
                .submissions = session.submissions,
                .deliveries = session.deliveries,
            });
        }
    }
    return all;
}

Result<store::Store::Usage> Operations::usage() {
    return node_.store().usage();
}

Result<admin::KeyFacts> Operations::keys() {
    auto counts = count_wraps(node_.store(), ebxml_store());
    if (!counts) return std::unexpected(std::move(counts).error());
    const auto keys = node_.current().keys;
    const auto rotation = node_.broker().rotation();
    admin::KeyFacts facts;
    facts.complete = counts->complete;
    facts.rotating = rotation.running;
    facts.rewrapped = rotation.rewrapped;
    if (const EbxmlPart* part = node_.ebxml(); part != nullptr) {
        facts.rotating = facts.rotating || part->upkeep().rotating();
        facts.rewrapped += part->upkeep().rewrapped();
    }
    for (const std::string& id : keys->ids()) {
        facts.keys.push_back({
            .id = id,
            .current = id == keys->current_id(),
            .loaded = true,
            .wraps = counts->by_key[id],
        });
        counts->by_key.erase(id);
    }
    for (const auto& [id, wraps] : counts->by_key) {
        facts.keys.push_back({.id = id, .current = false, .loaded = false, .wraps = wraps});
    }
    return facts;
}

const store::EbxmlStore* Operations::ebxml_store() const {
    const EbxmlPart* part = node_.ebxml();
    return part == nullptr ? nullptr : &part->store();
}

/// A key that is changed or taken out too early makes payloads unreadable for good.
void Operations::refuse_lost_keys(const LoadedState& next, directory::Faults& faults) {
    const auto refuse = [&](std::string cause) {
        const std::uint32_t line = next.config.places.line("broker.master_keys");
        faults.push_back({next.config.places.file, line, std::move(cause)});
    };
    const auto running = node_.current().keys;
    for (const std::string& id : running->changed_ids(*next.keys)) {
        refuse(
            "master key " + id +
            " is another key than the running broker's: put it back, and give a new key its own id"
        );
    }
    const std::vector<std::string> next_ids = next.keys->ids();
    std::vector<std::string> lost;
    for (const std::string& id : running->ids()) {
        if (std::ranges::find(next_ids, id) == next_ids.end()) lost.push_back(id);
    }
    if (lost.empty()) return;
    // A message that is being accepted may be wrapped with it already and not stored yet: no count
    // tells.
    const std::string current = running->current_id();
    if (std::ranges::find(lost, current) != lost.end()) {
        return refuse(
            "master key " + current +
            " is in use: put it back above the new one, reload, and wait until `keys` counts none"
        );
    }
    auto counts = count_wraps(node_.store(), ebxml_store());
    if (!counts) return refuse("cannot see whether the old master keys are still needed");
    for (const std::string& id : lost) {
        const std::uint64_t wraps = counts->by_key[id];
        if (wraps > 0) {
            refuse(
                "master key " + id + " still wraps " + std::to_string(wraps) +
                " payload keys: put it back and wait until `keys` counts none"
            );
        } else if (!counts->complete) {
            refuse("too many payloads to see whether master key " + id + " is still needed");
        }
    }
}

admin::ReloadReport Operations::read_and_apply(bool dry_run) {
    admin::ReloadReport report;
    auto next = load_state(config_file_, clock_, node_.config().schemas);
    if (!next) {
        report.faults = std::move(next).error();
        return report;
    }
    refuse_lost_keys(*next, report.faults);
    if (!report.faults.empty()) return report;
    report.restart_needed = restart_needed(node_.config(), next->config);
    report.reloaded = {"directory", "certificates", "revocation lists", "master keys", "log level"};
    if (node_.ebxml() != nullptr && next->ebxml) report.reloaded.emplace_back("ebxml");
    if (dry_run) return report;
    events_.set_level(next->config.log_level);
    node_.apply(*std::move(next));
    return report;
}

admin::ReloadReport Operations::reload(bool dry_run) {
    const std::scoped_lock lock(reloading_);
    if (dry_run) return read_and_apply(true);
    const auto tell = [this](const Result<void>& told) {
        if (!told)
            events_.write(EventLevel::warning, "supervisor_deaf", {{"why", told.error().detail}});
    };
    tell(notify_reloading());
    admin::ReloadReport report = read_and_apply(false);
    for (const directory::Fault& fault : report.faults) {
        events_.write(EventLevel::error, "reload_refused", {{"fault", directory::to_text(fault)}});
    }
    if (report.faults.empty()) {
        std::string restart;
        for (const std::string& setting : report.restart_needed) {
            restart += (restart.empty() ? "" : ", ") + setting;
        }
        events_.write(EventLevel::info, "reloaded", {{"restart_needed", restart}});
    }
    tell(notify_supervisor("READY=1"));
    return report;
}

void Operations::drain(bool draining) {
    node_.broker().drain(draining);
    events_.write(EventLevel::info, draining ? "draining" : "accepting", {});
}

void Operations::sweep_sessions() {
    node_.sweep();
}

admin::EbxmlHost* Operations::ebxml() {
    return ebxml_ ? &*ebxml_ : nullptr;
}

void Operations::stop() {
    stop_();
}

}  // namespace budstikke::app
