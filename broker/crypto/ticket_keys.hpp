// The keys that seal session tickets (RFC 5077, 4 and RFC 8446, 4.6.1): made at random, changed
// every limits::tls_session_time_max, the one before still opened. Never written anywhere; a new
// TLS context starts with new ones, so a reload ends every resumption.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

#include "broker/base/clock.hpp"

namespace budstikke::crypto {

struct TicketKey {
    std::array<std::uint8_t, 16> name{};
    std::array<std::uint8_t, 32> cipher_key{};  ///< AES-256-CBC
    std::array<std::uint8_t, 32> mac_key{};     ///< HMAC-SHA-256

    TicketKey() = default;
    TicketKey(const TicketKey&) = default;
    TicketKey& operator=(const TicketKey&) = default;
    ~TicketKey();  ///< wipes it
};

/// Safe to use from any thread.
class TicketKeys {
 public:
    explicit TicketKeys(const Clock& clock);

    /// The key for a new ticket.
    TicketKey current();
    /// The key of this name while it is still believed.
    std::optional<TicketKey> find(std::span<const std::uint8_t, 16> name);

 private:
    void rotate_when_due();

    const Clock& clock_;
    std::mutex mutex_;
    TicketKey current_;
    std::optional<TicketKey> previous_;
    SteadyTime made_at_;
};

}  // namespace budstikke::crypto
