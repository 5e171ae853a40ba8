// What the brokers of the crash tests read: directories and configurations, as text. Promises
// settings that let a round end soon: what has to wait anywhere waits a second.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "broker/base/result.hpp"
#include "tests/crash/world.hpp"

namespace budstikke::crash {

/// Where a broker listens for ebXML, or 0 where it does not.
using EbxmlPorts = std::vector<std::uint16_t>;

/// Ports of this machine that are free now, below those that the kernel gives away by itself, so
/// that a broker which is killed finds its own free when it comes again.
Result<EbxmlPorts> free_ports(std::size_t count);

/// Of the `broker`th. What is the other broker's is reached by ebXML there; without ports there is
/// no other. Certificates that it names are in `pki`, and must be beside it.
Result<std::string> directory_text(
    std::span<const PartyRow> parties, std::size_t broker, const EbxmlPorts& ports,
    const std::filesystem::path& pki
);
std::string configuration_text(
    std::span<const PartyRow> parties, std::size_t broker, const EbxmlPorts& ports,
    const std::string& pki
);

/// Of an organisation, in the folder of the PKI's clients, without its ending.
std::string signing_name(std::string_view organisation);
std::string encryption_name(std::string_view organisation);

}  // namespace budstikke::crash
