// A carrier that counts what came of another's attempts, for operations. May not know what carries.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "broker/transport/ebxml/service/carrier.hpp"

namespace budstikke::app {

class CountingCarrier final : public ebxml::Carrier {
 public:
    /// `inner` outlives it.
    explicit CountingCarrier(ebxml::Carrier& inner) : inner_(inner) {}

    std::expected<std::string, ebxml::CarrierFault> send(const ebxml::Outgoing& outgoing) override;

    /// Since the start; any thread.
    std::uint64_t done() const { return done_.load(std::memory_order_relaxed); }
    std::uint64_t failed(ebxml::CarrierFault fault) const;

    /// All that there are, in their order.
    static constexpr std::array faults{
        ebxml::CarrierFault::unreachable,     ebxml::CarrierFault::untrusted,
        ebxml::CarrierFault::refused_for_now, ebxml::CarrierFault::refused,
        ebxml::CarrierFault::too_large,       ebxml::CarrierFault::not_supported,
        ebxml::CarrierFault::interrupted,
    };

 private:
    ebxml::Carrier& inner_;
    std::atomic<std::uint64_t> done_ = 0;
    std::array<std::atomic<std::uint64_t>, faults.size()> failed_{};
};

}  // namespace budstikke::app
