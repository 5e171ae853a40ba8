// What deliver offers to. A transport implements it: a consumer's session, later a partner's ebXML
// service. The broker calls it from the commit thread, after the offer is durable.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "broker/base/ids.hpp"
#include "broker/message/payload.hpp"
#include "broker/store/records.hpp"

namespace budstikke::pipeline {

/// A delivery offered to a consumer; its payload is read with Broker::read_payload where none comes
/// with it.
struct Offer {
    DeliveryId id;
    HerId queue;  ///< the subscription that it comes on
    std::uint32_t attempt = 1;
    bool redelivered = false;  ///< it may have come before
    ReceiverRole role = ReceiverRole::primary;
    std::shared_ptr<const store::MessageRecord> message;  ///< one record, many recipients
    std::shared_ptr<const Payload> carried;               ///< whole, or nullptr
};

/// Why a subscription ended without the consumer asking.
enum class SubscriptionEnd { held, not_allowed };

class Endpoint {
 public:
    virtual ~Endpoint() = default;
    /// Must not block and must not call the broker: hand over to one's own executor.
    virtual void offer(std::span<const Offer> offers) = 0;
    virtual void subscription_ended(const HerId& queue, SubscriptionEnd why) = 0;
};

}  // namespace budstikke::pipeline
