// The deep check, section by section. Every fault stands at the key that names the thing.
#include "broker/app/check_config.hpp"

#include <system_error>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "broker/app/account.hpp"
#include "broker/app/config_reader.hpp"
#include "broker/crypto/master_keys.hpp"
#include "broker/directory/directory.hpp"
#include "broker/pipeline/flight_lanes.hpp"

namespace budstikke::app {
namespace {

namespace fs = std::filesystem;

constexpr auto expiry_notice = std::chrono::hours(24 * 30);

class Checker {
 public:
    Checker(const Config& config, const Clock& clock, const fs::path& schemas_in_use)
        : config_(config), clock_(clock), schemas_in_use_(schemas_in_use) {}

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
        return std::move(result_);
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
        directory::sort_by_place(result_.faults);
        directory::sort_by_place(result_.notes);
        return std::move(result_);
    }

 private:
    void fault(std::string_view place, std::string cause) {
        result_.faults.push_back({config_.places.file, config_.places.line(place), std::move(cause)}
        );
    }
    void note(std::string_view place, std::string cause) {
        result_.notes.push_back({config_.places.file, config_.places.line(place), std::move(cause)}
        );
    }

    static bool allowed(const fs::path& path, int mode) {
        return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
    }

    /// True where it is a folder that we can make files in.
    bool writable_folder(std::string_view place, const fs::path& folder, std::string_view what) {
        std::error_code error;
        if (!fs::is_directory(folder, error)) {
            fault(place, std::string(what) + " is not there: make it");
        } else if (!allowed(folder, R_OK | W_OK | X_OK)) {
            fault(place, std::string(what) + " is not readable and writable for this user");
        } else {
            return true;
        }
        return false;
    }

    bool readable_file(std::string_view place, const fs::path& file) {
        std::error_code error;
        if (!fs::exists(file, error)) {
            fault(place, "the file is not there");
        } else if (!fs::is_regular_file(file, error)) {
            fault(place, "this is not a regular file");
        } else if (!allowed(file, R_OK)) {
            fault(place, "the file is not readable for this user");
        } else {
            return true;
        }
        return false;
    }

    void check_data() {
        if (!writable_folder("broker.data", config_.data, "the data folder")) {
            return;
        }
        std::error_code error;
        const auto others = fs::status(config_.data, error).permissions() & fs::perms::others_all;
        if (others != fs::perms::none) {
            note(
                "broker.data", "the data folder is open to every user of the machine: chmod o= it"
            );
        }
    }

    void check_directory() {
        const auto loaded = directory::Directory::load(config_.directory);
        if (loaded) {
            return;
        }
        for (const auto& found : loaded.error()) {
            // A fault of the folder itself is one of the key that names it.
            if (found.file == config_.directory.string()) {
                fault("broker.directory", found.cause);
            } else {
                result_.faults.push_back(found);
            }
        }
    }

    void check_schemas() {
        if (config_.schemas.empty()) {
            note("broker", "`schemas` is not set: payloads are not checked against their schemas");
            return;
        }
        if (config_.schemas == schemas_in_use_) {
            return;
        }
        auto schemas = xml::SchemaSet::load(config_.schemas);
        if (!schemas) {
            fault("broker.schemas", schemas.error().detail);
            return;
        }
        for (const auto& file : (*schemas)->conflicts()) {
            note("broker.schemas", "left out, another has the same target namespace: " + file);
        }
        result_.schemas = *std::move(schemas);
    }

    void check_master_keys() {
        if (!readable_file("broker.master_keys", config_.master_keys)) {
            return;
        }
        const auto keys = crypto::MasterKeys::load(config_.master_keys);
        if (!keys) {
            fault("broker.master_keys", keys.error().detail);
        }
        std::error_code error;
        const auto data = fs::weakly_canonical(config_.data, error);
        const auto inside =
            fs::weakly_canonical(config_.master_keys, error).lexically_relative(data);
        if (!error && !inside.empty() && *inside.begin() != "..") {
            // A discarded disk or a backup of the folder would carry its own key (security.md T12).
            fault("broker.master_keys", "the master keys must not lie in the data folder");
        }
    }

    void check_listener(const std::string& place, const ListenerConfig& listener) {
        const auto& tls = listener.tls;
        bool readable = readable_file(place + ".tls.certificate", tls.certificate_chain_file);
        readable = readable_file(place + ".tls.key", tls.key_file) && readable;
        for (const auto& [key, files] :
             {std::pair("client_ca", &tls.ca_files), std::pair("crl", &tls.crl_files)}) {
            for (std::size_t i = 0; i < files->size(); ++i) {
                const auto item = place + ".tls." + key + "[" + std::to_string(i) + "]";
                readable = readable_file(item, (*files)[i]) && readable;
            }
        }
        if (!readable) {
            return;
        }
        const auto context = crypto::TlsServerContext::make(tls, clock_);
        if (!context) {
            fault(place + ".tls", context.error().detail);
            return;
        }
        check_dates(place, *context);
    }

    void check_dates(const std::string& place, const crypto::TlsServerContext& context) {
        const Timestamp now = clock_.now();
        bool own = true;
        for (const auto& certificate : context.own_certificates()) {
            const std::string which = own ? "the certificate" : "a certificate of its issuers";
            own = false;
            if (certificate.not_after < now) {
                fault(
                    place + ".tls.certificate",
                    which + " expired at " + to_rfc3339(certificate.not_after)
                );
            } else if (now < certificate.not_before) {
                fault(
                    place + ".tls.certificate",
                    which + " is not valid before " + to_rfc3339(certificate.not_before)
                );
            } else if (certificate.not_after < now + expiry_notice) {
                note(
                    place + ".tls.certificate",
                    which + " expires at " + to_rfc3339(certificate.not_after)
                );
            }
        }
        // A list goes stale while the broker runs, so it must not keep it from starting.
        for (const auto& list : context.revocation().lists()) {
            if (list.next_update < now) {
                note(
                    place + ".tls.crl", "a revocation list is stale since " +
                                            to_rfc3339(list.next_update) + ": fetch a new one"
                );
            }
        }
    }

    void check_admin() {
        const auto& admin = config_.admin;
        const auto folder = admin.socket.has_parent_path() ? admin.socket.parent_path() : ".";
        if (folder != config_.data) {
            writable_folder("admin.socket", folder, "the folder of the admin socket");
        }
        if (!admin.group.empty()) {
            const auto gid = find_group(admin.group);
            if (!gid) {
                fault("admin.group", "this machine has no such group");
            } else if (!can_give_to_group(*gid)) {
                fault(
                    "admin.group",
                    "this user is no member of the group, so it cannot own the socket"
                );
            }
        }
        for (const auto& rule : admin.roles) {
            const std::string place = "admin.roles." + std::string(role_key(rule.role));
            for (const auto& user : rule.users) {
                if (!find_user(user)) {
                    fault(place, "this machine has no user " + directory::in_quotes(user));
                }
            }
            for (const auto& group : rule.groups) {
                if (!find_group(group)) {
                    fault(place, "this machine has no group " + directory::in_quotes(group));
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
        note(
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
        note(
            "limits.connections_max",
            "this user may have " + std::to_string(files.rlim_max) + " open files, and `" +
                "connections_max` may need " + std::to_string(needed) +
                ": raise the hard limit (LimitNOFILE of systemd) or lower `connections_max`"
        );
    }

    const Config& config_;
    const Clock& clock_;
    const fs::path schemas_in_use_;
    ConfigCheck result_;
};

}  // namespace

ConfigCheck check_config(const Config& config, const Clock& clock, const fs::path& schemas_in_use) {
    return Checker(config, clock, schemas_in_use).run();
}

directory::Faults check_named_files(const Config& config, const Clock& clock) {
    return Checker(config, clock, {}).run_on_named_files().faults;
}

}  // namespace budstikke::app
