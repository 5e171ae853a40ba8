// What one connection of a crowd does wrong with whole frames, once. Both return whether the broker
// let it come so far.
#pragma once

#include <cstdint>
#include <string>

#include "tests/bench/load/tls_line.hpp"

namespace budstikke::bench {

/// Subscribes to `her_id`, takes what comes for a moment, settles nothing and goes.
bool take_without_settling(const TlsIdentity& who, std::uint16_t port, const std::string& her_id);

/// Asks the broker to check some documents whose entities unfold into gigabytes.
bool check_bombs(const TlsIdentity& who, std::uint16_t port);

}  // namespace budstikke::bench
