// Words of a line to a command that may be run. Promises that what comes out fits the command's
// arguments and options and, for a changing one, has its reason; and that a refusal names what
// comes nearest. May not know who asks.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "broker/admin/command.hpp"

namespace budstikke::admin {

/// Errc::invalid_argument with what is wrong and the nearest names or the usage line; never quotes
/// the words. A reason has 1 to limits::reason_bytes_max bytes and is needed unless --dry-run.
Result<Invocation> parse(std::span<const std::string> words);

/// Whether `--json` is among the words: also what is refused is answered as it was asked for.
bool wants_json(std::span<const std::string> words);

}  // namespace budstikke::admin
