// The carrier of all endpoints: chooses by the scheme. Promises that an attempt under way keeps the
// carrier that it began with. May not know how any of them carries.
#pragma once

#include <memory>
#include <mutex>

#include "broker/transport/ebxml/service/carrier.hpp"

namespace budstikke::ebxml {

/// What there is; an empty one carries nothing: not_supported.
struct CarrierSet {
    std::shared_ptr<Carrier> https;
    std::shared_ptr<Carrier> mail;
};

class Carriers final : public Carrier {
 public:
    explicit Carriers(CarrierSet set) : set_(std::move(set)) {}

    std::expected<std::string, CarrierFault> send(const Outgoing& outgoing) override;
    /// For attempts from now on: after a reload.
    void replace(CarrierSet set);

 private:
    mutable std::mutex mutex_;
    /// Shared with the attempts under way.
    CarrierSet set_;
};

}  // namespace budstikke::ebxml
