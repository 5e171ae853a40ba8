// What operations may see of a live session: who, from where, how much. No patient data, no
// payload.
#pragma once

#include <cstdint>
#include <string>

#include "broker/base/clock.hpp"

namespace budstikke::transport {

struct SessionFacts {
    std::string organisation;  ///< number, from the certificate
    std::string address;       ///< numeric, without port
    std::string software;      ///< what the client calls itself, printable ASCII
    Timestamp since{};
    std::uint64_t submissions = 0;
    std::uint64_t deliveries = 0;
};

}  // namespace budstikke::transport
