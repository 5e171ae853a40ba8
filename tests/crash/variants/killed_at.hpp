// Where a broker of the tests is killed: named steps that edits.py puts into its sources. Nobody
// ships it.
#pragma once

#include <string_view>

namespace budstikke::crash {

/// SIGKILL, where the file that the environment variable BUDSTIKKE_TEST_KILL_AT names holds the
/// name of this step. The file is removed before, so that the next life gets past it.
void step(std::string_view name);

}  // namespace budstikke::crash
