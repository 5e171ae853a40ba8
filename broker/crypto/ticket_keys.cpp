// See ticket_keys.hpp.
#include "broker/crypto/ticket_keys.hpp"

#include <algorithm>

#include <openssl/crypto.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/system_random.hpp"

namespace budstikke::crypto {
namespace {

TicketKey random_key() {
    TicketKey key;
    SystemRandom random;
    random.fill(std::as_writable_bytes(std::span(key.name)));
    random.fill(std::as_writable_bytes(std::span(key.cipher_key)));
    random.fill(std::as_writable_bytes(std::span(key.mac_key)));
    return key;
}

}  // namespace

TicketKey::~TicketKey() {
    OPENSSL_cleanse(cipher_key.data(), cipher_key.size());
    OPENSSL_cleanse(mac_key.data(), mac_key.size());
}

TicketKeys::TicketKeys(const Clock& clock)
    : clock_(clock), current_(random_key()), made_at_(clock.steady_now()) {}

TicketKey TicketKeys::current() {
    const std::scoped_lock lock(mutex_);
    rotate_when_due();
    return current_;
}

std::optional<TicketKey> TicketKeys::find(std::span<const std::uint8_t, 16> name) {
    const std::scoped_lock lock(mutex_);
    rotate_when_due();
    if (std::ranges::equal(current_.name, name)) return current_;
    if (previous_ && std::ranges::equal(previous_->name, name)) return previous_;
    return std::nullopt;
}

void TicketKeys::rotate_when_due() {
    const SteadyTime now = clock_.steady_now();
    if (now - made_at_ < limits::tls_session_time_max) return;
    // Two periods without a ticket: the old key is past any use.
    const bool long_ago = now - made_at_ >= 2 * limits::tls_session_time_max;
    previous_ = long_ago ? std::nullopt : std::optional(current_);
    current_ = random_key();
    made_at_ = now;
}

}  // namespace budstikke::crypto
