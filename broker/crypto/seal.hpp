// Sealing at rest: AES-256-GCM over whole pieces. Promises that nothing comes out of a piece that
// was changed, moved to another context or sealed by another key. May not know what is sealed, nor
// choose keys and nonces: that a pair of them is never used twice is the caller's promise.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"

namespace budstikke::crypto {

using SealKey = std::array<std::uint8_t, 32>;
using SealNonce = std::array<std::uint8_t, 12>;
inline constexpr std::size_t seal_tag_bytes = 16;

/// Appends the ciphertext and its tag to `sealed`: plain.size() + seal_tag_bytes bytes. `context`
/// is authenticated and not stored. Any thread. `internal` where OpenSSL refuses.
Result<void> seal(
    const SealKey& key, const SealNonce& nonce, std::string_view context, std::string_view plain,
    std::string& sealed
);

/// Appends the plaintext to `plain`; nothing is appended on an error. `corrupt` where ciphertext,
/// tag, nonce, context and key do not belong together.
Result<void> unseal(
    const SealKey& key, const SealNonce& nonce, std::string_view context, std::string_view sealed,
    std::string& plain
);

/// Overwrites a key in a way that the compiler may not remove.
void wipe(SealKey& key);

}  // namespace budstikke::crypto
