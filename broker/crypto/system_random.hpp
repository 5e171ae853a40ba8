// The operating system's randomness through OpenSSL's generator. Promises bytes fit for keys; a
// source that fails ends the process, because no caller could go on safely.
#pragma once

#include <cstddef>
#include <span>

#include "broker/base/random.hpp"

namespace budstikke::crypto {

/// Stateless; safe to use from any thread.
class SystemRandom final : public Random {
 public:
    void fill(std::span<std::byte> bytes) override;
};

}  // namespace budstikke::crypto
