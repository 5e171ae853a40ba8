// Payloads that a recipient is waiting for anyway: from acceptance to an offer in the same commit
// they are carried in memory, so that they need not be read back, opened and inflated. A courtesy:
// whoever finds none reads it from the store. Bounded over all messages; any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "broker/base/limits.hpp"
#include "broker/message/payload.hpp"

namespace budstikke::pipeline {

class CarriedPayloads {
 public:
    /// At most `bytes_max` are carried at a time, in payloads of at most
    /// limits::in_place_bytes_max each. Outlives what it carries.
    explicit CarriedPayloads(std::size_t bytes_max = limits::carried_bytes_max)
        : bytes_max_(bytes_max) {}
    CarriedPayloads(const CarriedPayloads&) = delete;
    CarriedPayloads& operator=(const CarriedPayloads&) = delete;

    /// Nullptr where there is no room: the payload is let go. The room is free again when the last
    /// reference goes.
    std::shared_ptr<const Payload> carry(Payload payload);

    std::size_t bytes() const { return bytes_; }

 private:
    const std::size_t bytes_max_;
    std::atomic<std::size_t> bytes_ = 0;
};

}  // namespace budstikke::pipeline
