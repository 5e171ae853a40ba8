// The limits of the exchange listener as values, so that an operator may lower them and a test may
// shorten them. The defaults are those of base/limits.hpp; sizes in bytes, times as durations.
#pragma once

#include <cstddef>
#include <cstdint>

#include "broker/base/clock.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::transport {

struct ExchangeLimits {
    // Connections.
    std::uint32_t connections_max = limits::connections_max;
    std::uint32_t connections_per_address_max = limits::connections_per_address_max;
    std::uint32_t connections_per_organisation_max = limits::connections_per_organisation_max;
    std::uint32_t handshakes_pending_max = limits::handshakes_pending_max;
    std::uint32_t handshakes_pending_per_address_max = limits::handshakes_pending_per_address_max;
    std::uint32_t handshakes_per_second_per_address = limits::handshakes_per_second_per_address;
    Duration refusal_log_time_min = limits::refusal_log_time_min;
    // Work of one connection.
    std::size_t payload_bytes_max = limits::payload_bytes_max;
    std::uint32_t submissions_pending_max = limits::submissions_pending_max;
    std::uint32_t credit_max = limits::credit_max;
    std::uint32_t credit_per_connection_max = limits::credit_per_connection_max;
    std::uint32_t subscriptions_max = limits::subscriptions_max;
    std::uint32_t queries_pending_max = limits::queries_pending_max;
    std::size_t outbound_bytes_max = limits::outbound_bytes_max;
    std::size_t outbound_bytes_total_max = limits::outbound_bytes_total_max;
    std::size_t outbound_bytes_per_organisation_max = limits::outbound_bytes_per_organisation_max;
    std::size_t outbound_bytes_scarce_max = limits::outbound_bytes_scarce_max;
    std::size_t upload_bytes_per_second_min = limits::upload_bytes_per_second_min;
    // Times.
    Duration handshake_time_max = limits::handshake_time_max;
    Duration hello_time_max = limits::hello_time_max;
    Duration frame_time_max = limits::frame_time_max;
    Duration submission_time_max = limits::submission_time_max;
    Duration upload_grace = limits::upload_grace;
    Duration idle_time_max = limits::idle_time_max;
    Duration write_time_max = limits::write_time_max;
    Duration closing_time_max = limits::closing_time_max;
};

}  // namespace budstikke::transport
