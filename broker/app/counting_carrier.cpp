#include "broker/app/counting_carrier.hpp"

#include <algorithm>

namespace budstikke::app {

namespace {

std::size_t index_of(ebxml::CarrierFault fault) {
    const auto found = std::ranges::find(CountingCarrier::faults, fault);
    return static_cast<std::size_t>(found - CountingCarrier::faults.begin());
}

}  // namespace

std::expected<std::string, ebxml::CarrierFault> CountingCarrier::send(
    const ebxml::Outgoing& outgoing
) {
    auto answer = inner_.send(outgoing);
    auto& count = answer ? done_ : failed_.at(index_of(answer.error()));
    count.fetch_add(1, std::memory_order_relaxed);
    return answer;
}

std::uint64_t CountingCarrier::failed(ebxml::CarrierFault fault) const {
    return failed_.at(index_of(fault)).load(std::memory_order_relaxed);
}

}  // namespace budstikke::app
