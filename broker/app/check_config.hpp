// The deep check of a configuration: whether what it names is there, may be read, and fits
// together. What `budstikked --check-config` prints, and what start and reload ask first. Reads
// files and the user database; changes nothing, opens no port and no store.
#pragma once

#include <filesystem>
#include <memory>

#include "broker/app/config.hpp"
#include "broker/base/clock.hpp"
#include "broker/directory/fault.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::app {

struct ConfigCheck {
    directory::Faults faults;  ///< each one stops start and reload
    directory::Faults notes;   ///< worth an operator's look; they stop nothing
    /// The pack that `broker.schemas` names, compiled; for the start, so that it does not compile
    /// it again. nullptr where there is none, or where it has a fault.
    std::unique_ptr<const xml::SchemaSet> schemas;
};

/// Asks as the user that calls, who should be the one that runs the broker. `clock` tells which
/// certificates and lists are out of date. A pack that `schemas_in_use` names already is not
/// compiled once more: a running broker keeps the one that it has.
ConfigCheck check_config(
    const Config& config, const Clock& clock, const std::filesystem::path& schemas_in_use = {}
);

/// The faults of the files that a faulty configuration still names, so that one run tells them all.
directory::Faults check_named_files(const Config& config, const Clock& clock);

}  // namespace budstikke::app
