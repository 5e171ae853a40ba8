// All that a reload can replace, read and checked before any of it counts. Promises all of it or
// the faults. May not know the running broker.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/app/config.hpp"
#include "broker/app/ebxml_state.hpp"
#include "broker/base/clock.hpp"
#include "broker/crypto/master_keys.hpp"
#include "broker/crypto/tls_context.hpp"
#include "broker/directory/directory.hpp"
#include "broker/directory/fault.hpp"
#include "broker/transport/ebxml/carriers.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::app {

struct LoadedState {
    Config config;
    directory::Faults notes;  ///< of the configuration; they stop nothing
    std::shared_ptr<const directory::Directory> directory;
    std::shared_ptr<const crypto::MasterKeys> keys;
    std::vector<crypto::TlsServerContext> tls;  ///< one for each listener
    std::optional<EbxmlState> ebxml;            ///< where the configuration has it
    ebxml::CarrierSet ebxml_carriers;
    /// As ConfigCheck::schemas: a start takes it over, a reload leaves it.
    std::unique_ptr<const xml::SchemaSet> schemas;
};

/// Reads the configuration and all that it names, but for the schemas of a running broker where
/// `schemas_in_use` names the same: they count from start to stop. `clock` outlives the TLS
/// contexts.
std::expected<LoadedState, directory::Faults> load_state(
    const std::filesystem::path& config_file, const Clock& clock,
    const std::filesystem::path& schemas_in_use = {}
);

/// Settings of `next` that differ from `running` and count after a restart only, by their names in
/// the configuration.
std::vector<std::string> restart_needed(const Config& running, const Config& next);

/// Whether the listener is the same socket: a reload can give it new TLS.
bool same_place(const ListenerConfig& a, const ListenerConfig& b);

}  // namespace budstikke::app
