// Randomness as a parameter, so that a test can repeat a run. The system's own comes from crypto/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace budstikke {

class Random {
 public:
    virtual ~Random() = default;
    /// Fills all of it with bytes fit for keys; a source that cannot ends the process.
    virtual void fill(std::span<std::byte> bytes) = 0;

    std::uint64_t next() {
        std::uint64_t value = 0;
        fill(std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }
};

}  // namespace budstikke
