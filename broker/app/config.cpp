// Loading the configuration, and what its sections say about each other.
#include "broker/app/config.hpp"

#include <algorithm>

#include <unistd.h>

#include "broker/app/config_reader.hpp"
#include "broker/directory/toml_node.hpp"

namespace budstikke::app {

using directory::duration_text;
using directory::Faults;

std::uint32_t ConfigPlaces::line(std::string_view path) const {
    while (!path.empty()) {
        if (const auto found = lines.find(path); found != lines.end()) {
            return found->second;
        }
        const std::size_t cut = path.find_last_of(".[");
        path = cut == std::string_view::npos ? std::string_view() : path.substr(0, cut);
    }
    return 0;
}

namespace {

ReadConfig read_text(
    std::string_view text, std::string_view file, const std::filesystem::path& folder
) {
    const auto root = directory::parse_toml(text, file);
    if (!root) {
        return {.config = {}, .faults = {root.error()}};
    }
    ConfigReader reader(file, folder);
    reader.read(*root);
    directory::sort_by_place(reader.faults());
    return {.config = reader.config(), .faults = std::move(reader.faults())};
}

std::expected<Config, Faults> all_or_nothing(ReadConfig read) {
    if (!read.faults.empty()) {
        return std::unexpected(std::move(read.faults));
    }
    return std::move(read.config);
}

}  // namespace

std::expected<Config, Faults> parse_config(
    std::string_view text, std::string_view file, const std::filesystem::path& folder
) {
    return all_or_nothing(read_text(text, file, folder));
}

ReadConfig read_config(const std::filesystem::path& file) {
    const auto text = directory::read_text_file(file, limits::config_file_bytes_max);
    if (!text) {
        return {.config = {}, .faults = {{file.string(), 0, text.error().detail}}};
    }
    return read_text(*text, file.string(), file.parent_path());
}

std::expected<Config, Faults> load_config(const std::filesystem::path& file) {
    return all_or_nothing(read_config(file));
}

std::vector<std::string> configuration_keys() {
    // Tables that are lists or optional must be there to be asked for their keys.
    const auto root = directory::parse_toml(
        "[[listener]]\n[listener.tls]\n[admin.roles]\n[[ebxml.identity]]\n"
        "[[ebxml.identity.decryption]]\n[ebxml.https]\n[ebxml.smtp]\n[[ebxml.mailbox]]\n"
        "[ebxml.lmtp]\n",
        ""
    );
    ConfigReader reader("", {});
    reader.read(root.value());
    return reader.keys();
}

std::string_view name(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            return "error";
    }
    return "info";
}

void ConfigReader::fault(std::string_view place, std::string cause) {
    faults_.push_back({config_.places.file, config_.places.line(place), std::move(cause)});
}

void ConfigReader::check_listeners() {
    const auto& listeners = config_.listeners;
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const bool same = listeners[i].address == listeners[j].address &&
                              listeners[i].port == listeners[j].port && listeners[i].port != 0;
            if (same) {
                const std::string first = "listener[" + std::to_string(j) + "]";
                fault(
                    "listener[" + std::to_string(i) + "].port",
                    "address and port are already those of the listener at line " +
                        std::to_string(config_.places.line(first))
                );
            }
        }
    }
}

void ConfigReader::check_times() {
    const auto& settings = config_.pipeline;
    const std::string to_live =
        "`delivery.time_to_live` (" + duration_text(settings.time_to_live) + ")";
    if (settings.payload_retention < settings.time_to_live) {
        fault(
            "retention.payload", "`payload` must be at least " + to_live +
                                     ": a payload must be there as long as it may be delivered"
        );
    }
    if (settings.duplicate_memory < settings.time_to_live) {
        fault(
            "retention.duplicates", "`duplicates` must be at least " + to_live +
                                        ": a repetition must be known while the first is under way"
        );
    }
    if (settings.event_retention < settings.payload_retention) {
        fault(
            "retention.events", "`events` must be at least `payload` (" +
                                    duration_text(settings.payload_retention) +
                                    "): events tell what became of a payload"
        );
    }
    if (settings.event_retention < settings.apprec_deadline) {
        fault(
            "retention.events", "`events` must be at least `apprec.deadline` (" +
                                    duration_text(settings.apprec_deadline) +
                                    "): the receipt is matched with them"
        );
    }
    if (!settings.retry_ladder.empty() && settings.retry_ladder.front() >= settings.time_to_live) {
        fault("delivery.retry", "the first wait of `retry` must be shorter than " + to_live);
    }
    if (!std::ranges::is_sorted(settings.retry_ladder)) {
        fault("delivery.retry", "the waits of `retry` must not become shorter");
    }
}

void ConfigReader::check_sizes() {
    const auto& settings = config_.pipeline;
    if (settings.bytes_in_flight_max < settings.payload_bytes_max) {
        fault(
            "delivery.bytes_in_flight_max",
            "`bytes_in_flight_max` must be at least `limits.payload_bytes_max` (" +
                std::to_string(settings.payload_bytes_max) +
                " bytes), or the largest message never fits"
        );
    }
    const auto& connections = config_.connections;
    for (const auto& [key, value] :
         {std::pair("connections_per_address_max", connections.per_address_max),
          std::pair("connections_per_organisation_max", connections.per_organisation_max)}) {
        // A default above the total is no statement of the operator's.
        const bool written = config_.places.lines.contains("limits." + std::string(key));
        if (written && value > connections.total_max) {
            fault(
                "limits." + std::string(key), '`' + std::string(key) +
                                                  "` must not be above `connections_max` (" +
                                                  std::to_string(connections.total_max) + ")"
            );
        }
    }
}

}  // namespace budstikke::app
