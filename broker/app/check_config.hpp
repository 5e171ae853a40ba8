// The deep check of a configuration: whether what it names is there, may be read, and fits
// together. What `budstikked --check-config` prints, and what start and reload ask first. Reads
// files and the user database; changes nothing, opens no port and no store.
#pragma once

#include "broker/app/config.hpp"
#include "broker/base/clock.hpp"
#include "broker/directory/fault.hpp"

namespace budstikke::app {

struct ConfigCheck {
    directory::Faults faults;  ///< each one stops start and reload
    directory::Faults notes;   ///< worth an operator's look; they stop nothing
};

/// Asks as the user that calls, who should be the one that runs the broker. `clock` tells which
/// certificates and lists are out of date.
ConfigCheck check_config(const Config& config, const Clock& clock);

/// The faults of the files that a faulty configuration still names, so that one run tells them all.
directory::Faults check_named_files(const Config& config, const Clock& clock);

}  // namespace budstikke::app
