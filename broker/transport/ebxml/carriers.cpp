// The choice of carriers.hpp.
#include "broker/transport/ebxml/carriers.hpp"

#include <utility>

namespace budstikke::ebxml {

std::expected<std::string, CarrierFault> Carriers::send(const Outgoing& outgoing) {
    std::shared_ptr<Carrier> carrier;
    {
        const std::lock_guard lock(mutex_);
        if (outgoing.endpoint.starts_with("https://")) {
            carrier = set_.https;
        } else if (outgoing.endpoint.starts_with("mailto:")) {
            carrier = set_.mail;
        }
    }
    if (!carrier) {
        return std::unexpected(CarrierFault::not_supported);
    }
    return carrier->send(outgoing);
}

void Carriers::replace(CarrierSet set) {
    const std::lock_guard lock(mutex_);
    // What is replaced ends outside, with the last attempt that has it.
    std::swap(set_, set);
}

}  // namespace budstikke::ebxml
