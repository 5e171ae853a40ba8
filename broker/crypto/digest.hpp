// Digests and the small things around them: SHA-256, hexadecimal, comparison in constant time.
// Promises FIPS 180-4 SHA-256 through OpenSSL; a library that cannot digest ends the process, so
// the functions have no error. May not know what the bytes mean.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace budstikke::crypto {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);

/// The same digest for bytes that come in pieces.
class Sha256 {
 public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();

    void update(std::string_view bytes);
    /// The digest of all pieces; afterwards the object is as new.
    Digest finish();

 private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// Lower-case hexadecimal, two digits per byte.
std::string to_hex(std::span<const std::uint8_t> bytes);
std::string to_hex(std::string_view bytes);
/// The bytes; either case. Nothing where the length is odd or a character is no hex digit.
std::optional<std::string> from_hex(std::string_view text);

/// The digest as bytes for keys and records.
std::string_view as_text(const Digest& digest);

/// Equality whose time depends on the lengths only: for tokens, MACs and digests (security.md T21).
bool constant_time_equal(std::string_view left, std::string_view right);

/// First 8 bytes (big-endian) of the SHA-256 of the parts, each preceded by its length (8 bytes,
/// big-endian), so that {"ab", "c"} and {"a", "bc"} differ. Stable for ever: order keys are stored.
std::uint64_t keyed_hash64(std::initializer_list<std::string_view> parts);

}  // namespace budstikke::crypto
