// The first words on a connection of the exchange protocol, which wait for their answer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "broker/base/result.hpp"
#include "tests/bench/load/tls_line.hpp"

namespace budstikke::v1 {
class Frame;
}

namespace budstikke::bench {

/// Sends a frame and waits for the answer, whose kind (wire.hpp) it must be.
Result<void> ask(TlsLine& line, const v1::Frame& frame, std::uint32_t answer);

/// Connects, says Hello and hears Welcome.
Result<std::unique_ptr<TlsLine>> greet(const TlsIdentity& who, std::uint16_t port);

Result<void> subscribe(TlsLine& line, const std::string& her_id, std::uint32_t credit);

}  // namespace budstikke::bench
