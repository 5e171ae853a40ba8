// How many TLS handshakes a network address may begin in a time: each costs us a signature, and a
// stranger can ask for one without any. Promises that an address which stays within its ration
// never waits, and that what one address asks for delays no other. May not know sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "broker/base/clock.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::transport {

/// Belongs to one thread.
class HandshakeRation {
 public:
    /// `per_second` is not 0.
    explicit HandshakeRation(
        std::uint32_t per_second,
        std::size_t addresses_kept_max = limits::handshake_addresses_kept_max
    );

    /// When the next handshake of `address`, which is numeric, may begin: `now` or later, and each
    /// later than the one before once what was saved up is used. The addresses of an IPv6 network
    /// of 64 bits count as one, since one subscriber has them all (RFC 6177).
    SteadyTime turn(const std::string& address, SteadyTime now);

    std::size_t addresses() const { return all_saved_at_.size(); }

 private:
    const SteadyTime::duration interval_;  ///< between two
    const SteadyTime::duration saved_;     ///< that may be taken in advance, beside the first
    const std::size_t addresses_kept_max_;
    /// When the address will have saved up all that it may.
    std::unordered_map<std::string, SteadyTime> all_saved_at_;
};

}  // namespace budstikke::transport
