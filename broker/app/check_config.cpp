// The deep check, section by section. Every fault stands at the key that names the thing.
#include "broker/app/check_config.hpp"

#include <optional>
#include <system_error>

#include <sys/resource.h>

#include "broker/app/account.hpp"
#include "broker/app/check_ebxml.hpp"
#include "broker/app/check_report.hpp"
#include "broker/app/config_reader.hpp"
#include "broker/crypto/master_keys.hpp"
#include "broker/directory/directory.hpp"
#include "broker/pipeline/flight_lanes.hpp"

namespace budstikke::app {
namespace {

namespace fs = std::filesystem;

class Checker {
 public:
    Checker(const Config& config, const Clock& clock, const fs::path& schemas_in_use)
        : config_(config),
          clock_(clock),
          schemas_in_use_(schemas_in_use),
          report_(config.places, clock) {}

    ConfigCheck run_on_named_files() {
        if (!config_.directory.empty()) {
            check_directory();
        }
        if (!config_.schemas.empty()) {
            check_schemas();
        }
        if (!config_.master_keys.empty()) {
            check_master_keys();
        }
        return std::move(report_.result());
    }

    ConfigCheck run() {
        check_data();
        check_directory();
        check_schemas();
        check_master_keys();
        for (std::size_t i = 0; i < config_.listeners.size(); ++i) {
            check_listener("listener[" + std::to_string(i) + "]", config_.listeners[i]);
        }
        check_admin();
        check_small_payloads();
        check_open_files();
        check_ebxml(report_, config_, directory_ ? &*directory_ : nullptr, clock_);
        directory::sort_by_place(report_.result().faults);
        directory::sort_by_place(report_.result().notes);
        return std::move(report_.result());
    }

 private:
    void check_data() {
        if (!report_.writable_folder("broker.data", config_.data, "the data folder")) {
            return;
        }
        std::error_code error;
        const auto others = fs::status(config_.data, error).permissions() & fs::perms::others_all;
        if (others != fs::perms::none) {
            report_.note(
                "broker.data", "the data folder is open to every user of the machine: chmod o= it"
            );
        }
    }

    void check_directory() {
        auto loaded = directory::Directory::load(config_.directory);
        if (loaded) {
            directory_ = *std::move(loaded);
            return;
        }
        for (const auto& found : loaded.error()) {
            // A fault of the folder itself is one of the key that names it.
            if (found.file == config_.directory.string()) {
                report_.fault("broker.directory", found.cause);
            } else {
                report_.result().faults.push_back(found);
            }
        }
    }

    void check_schemas() {
        if (config_.schemas.empty()) {
            report_.note(
                "broker", "`schemas` is not set: payloads are not checked against their schemas"
            );
            return;
        }
        if (config_.schemas == schemas_in_use_) {
            return;
        }
        auto schemas = xml::SchemaSet::load(config_.schemas);
        if (!schemas) {
            report_.fault("broker.schemas", schemas.error().detail);
            return;
        }
        for (const auto& file : (*schemas)->conflicts()) {
            report_.note(
                "broker.schemas", "left out, another has the same target namespace: " + file
            );
        }
        report_.result().schemas = *std::move(schemas);
    }

    void check_master_keys() {
        if (!report_.readable_file("broker.master_keys", config_.master_keys)) {
            return;
        }
        const auto keys = crypto::MasterKeys::load(config_.master_keys);
        if (!keys) {
            report_.fault("broker.master_keys", keys.error().detail);
        }
        std::error_code error;
        const auto data = fs::weakly_canonical(config_.data, error);
        const auto inside =
            fs::weakly_canonical(config_.master_keys, error).lexically_relative(data);
        if (!error && !inside.empty() && *inside.begin() != "..") {
            // A discarded disk or a backup of the folder would carry its own key (security.md T12).
            report_.fault("broker.master_keys", "the master keys must not lie in the data folder");
        }
    }

    void check_listener(const std::string& place, const ListenerConfig& listener) {
        const auto& tls = listener.tls;
        bool readable =
            report_.readable_file(place + ".tls.certificate", tls.certificate_chain_file);
        readable = report_.readable_file(place + ".tls.key", tls.key_file) && readable;
        readable = report_.readable_files(place + ".tls.client_ca", tls.ca_files) && readable;
        readable = report_.readable_files(place + ".tls.crl", tls.crl_files) && readable;
        if (!readable) {
            return;
        }
        const auto context = crypto::TlsServerContext::make(tls, clock_);
        if (!context) {
            report_.fault(place + ".tls", context.error().detail);
            return;
        }
        check_dates(place, *context);
    }

    void check_dates(const std::string& place, const crypto::TlsServerContext& context) {
        bool own = true;
        for (const auto& certificate : context.own_certificates()) {
            report_.check_dates(
                place + ".tls.certificate",
                own ? "the certificate" : "a certificate of its issuers", certificate
            );
            own = false;
        }
        report_.check_lists(place + ".tls.crl", context.revocation());
    }

    void check_admin() {
        const auto& admin = config_.admin;
        const auto folder = admin.socket.has_parent_path() ? admin.socket.parent_path() : ".";
        if (folder != config_.data) {
            report_.writable_folder("admin.socket", folder, "the folder of the admin socket");
        }
        if (!admin.group.empty()) {
            const auto gid = find_group(admin.group);
            if (!gid) {
                report_.fault("admin.group", "this machine has no such group");
            } else if (!can_give_to_group(*gid)) {
                report_.fault(
                    "admin.group",
                    "this user is no member of the group, so it cannot own the socket"
                );
            }
        }
        for (const auto& rule : admin.roles) {
            const std::string place = "admin.roles." + std::string(role_key(rule.role));
            for (const auto& user : rule.users) {
                if (!find_user(user)) {
                    report_.fault(place, "this machine has no user " + directory::in_quotes(user));
                }
            }
            for (const auto& group : rule.groups) {
                if (!find_group(group)) {
                    report_.fault(
                        place, "this machine has no group " + directory::in_quotes(group)
                    );
                }
            }
        }
    }

    /// Small payloads pass where the large ones wait, if there is room for that.
    void check_small_payloads() {
        const auto& pipeline = config_.pipeline;
        const std::size_t largest = pipeline.payload_bytes_max;
        if (pipeline::small_lane_bytes(pipeline.bytes_in_flight_max, largest) > 0) {
            return;
        }
        const std::size_t least = pipeline::least_cap_with_small_lane(largest);
        report_.note(
            "delivery.bytes_in_flight_max",
            "this leaves no room for small payloads beside the largest one, so they wait for it: " +
                std::to_string(least) + " bytes or more do"
        );
    }

    /// The hard limit: the process raises the soft one to it. Never a fault, since the broker runs
    /// well with fewer connections than it would accept.
    void check_open_files() {
        rlimit files{};
        const bool known = ::getrlimit(RLIMIT_NOFILE, &files) == 0;
        const std::uint64_t connections =
            std::uint64_t{config_.connections.total_max} * config_.listeners.size();
        const std::uint64_t needed =
            connections + limits::store_open_files_max + limits::other_open_files_max;
        if (!known || files.rlim_max >= needed) {
            return;
        }
        report_.note(
            "limits.connections_max",
            "this user may have " + std::to_string(files.rlim_max) + " open files, and `" +
                "connections_max` may need " + std::to_string(needed) +
                ": raise the hard limit (LimitNOFILE of systemd) or lower `connections_max`"
        );
    }

    const Config& config_;
    const Clock& clock_;
    const fs::path schemas_in_use_;
    CheckReport report_;
    std::optional<directory::Directory> directory_;
};

}  // namespace

ConfigCheck check_config(const Config& config, const Clock& clock, const fs::path& schemas_in_use) {
    return Checker(config, clock, schemas_in_use).run();
}

directory::Faults check_named_files(const Config& config, const Clock& clock) {
    return Checker(config, clock, {}).run_on_named_files().faults;
}

}  // namespace budstikke::app
