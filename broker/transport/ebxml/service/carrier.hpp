// What takes a package to a partner: HTTPS or mail. Promises one attempt and what came of it; when
// to try again, and what an answer means, is for the message service. May not know ebXML beyond a
// package's bytes.
#pragma once

#include <cstdint>
#include <expected>
#include <stop_token>
#include <string>
#include <string_view>

#include "broker/transport/ebxml/mime/writer.hpp"

namespace budstikke::ebxml {

/// Why an attempt failed. Names are stable: they stand in the log and on the timeline.
enum class CarrierFault : std::uint8_t {
    unreachable,      ///< no name, no connection, a connection that broke, or no time left
    untrusted,        ///< TLS could not be agreed on, or the certificate is not believed
    refused_for_now,  ///< SMTP 4xx; HTTP 408, 429, 5xx without a Fault
    refused,          ///< SMTP 5xx; HTTP 4xx
    too_large,        ///< an answer above limits::mime_bytes_max
    not_supported,    ///< no carrier for that endpoint
    interrupted,      ///< it was asked to stop; whether the partner has it, nobody knows
};
std::string_view name(CarrierFault fault);

struct Outgoing {
    std::string_view endpoint;  ///< `https://...`, or `mailto:` and an address as it is
    const Package& package;
    std::string_view from_address;  ///< mail address of the sending party; mail only
    std::string_view mail_id;       ///< without angle brackets, new for every attempt; mail only
    std::string_view in_reply_to;   ///< of a Fault: the id of the mail that it answers; else empty
    std::stop_token stop = {};      ///< ends the attempt within about a second
};

class Carrier {
 public:
    virtual ~Carrier() = default;
    /// Blocks until the partner's server has taken it, at most limits::ebxml_exchange_time_max, and
    /// no longer than it may; any thread. The value is the message that came back in the same
    /// exchange, headers and body as read_mime takes it; empty where there was none.
    virtual std::expected<std::string, CarrierFault> send(const Outgoing& outgoing) = 0;
};

}  // namespace budstikke::ebxml
