// The limits of the HTTPS listener as values, so that an operator may lower them and a test may
// shorten them. The defaults are those of base/limits.hpp; sizes in bytes, times as durations.
#pragma once

#include <cstddef>

#include "broker/base/clock.hpp"
#include "broker/base/limits.hpp"
#include "broker/transport/exchange_limits.hpp"

namespace budstikke::ebxml {

struct HttpsLimits {
    /// Connections, handshakes, and the times of writing and closing.
    transport::ExchangeLimits connections;
    std::size_t header_bytes_max = limits::https_header_bytes_max;
    std::size_t package_bytes_max = limits::mime_bytes_max;  ///< MIME headers and body
    Duration header_time_max = limits::https_header_time_max;
    Duration body_time_max = limits::https_body_time_max;
    Duration idle_time_max = limits::https_idle_time_max;
};

}  // namespace budstikke::ebxml
