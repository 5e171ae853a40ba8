// A payload on its way to disk and back: cut into pieces of limits::chunk_bytes_max, each
// compressed (zstd) and sealed (AES-256-GCM) with a random key of the payload's own, which is
// wrapped by the current master key. Removing the wrap erases the payload; rotating the master key
// rewraps.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/ids.hpp"
#include "broker/base/random.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/master_keys.hpp"

namespace budstikke::store {

struct SealedPayload {
    std::string wrap;
    std::vector<std::string> chunks;
};

/// Safe to use from any thread. The keys may be replaced while it is used (rotation, reload).
class PayloadCodec {
 public:
    explicit PayloadCodec(std::shared_ptr<const crypto::MasterKeys> keys);

    /// Empty payloads have one empty piece.
    Result<SealedPayload> seal(const MessageId& message, std::string_view payload) const;
    /// As one piece of whatever size, and as it is: for what compression does not make smaller.
    Result<SealedPayload> seal_whole(const MessageId& message, std::string_view bytes) const;
    /// One piece back. `corrupt` where bytes, index or message do not belong together, `not_found`
    /// where the master key that wrapped it is not loaded.
    Result<std::string> open(
        const MessageId& message, std::string_view wrap, std::uint32_t index,
        std::string_view sealed
    ) const;

    void replace_keys(std::shared_ptr<const crypto::MasterKeys> keys);
    std::shared_ptr<const crypto::MasterKeys> keys() const;
    /// Nothing where the wrap is by the current key already.
    Result<std::optional<std::string>> rewrap(const MessageId& message, std::string_view wrap)
        const;

 private:
    std::atomic<std::shared_ptr<const crypto::MasterKeys>> keys_;
};

}  // namespace budstikke::store
