// The deep check of `[ebxml]`: whom to believe, our own keys, and what the carriers need. Private
// to this folder; check_config.hpp says what faults and notes are.
#pragma once

#include "broker/app/check_report.hpp"
#include "broker/directory/directory.hpp"

namespace budstikke::app {

/// `directory` is nullptr where it could not be read.
void check_ebxml(
    CheckReport& report, const Config& config, const directory::Directory* directory,
    const Clock& clock
);

}  // namespace budstikke::app
