// Whether an authenticated organisation is welcome now: asked when a session begins and again when
// directory, holds or time have moved on. Promises a reason of its own for every refusal, for the
// peer and for operations. May not know connections.
#pragma once

#include <optional>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/crypto/peer_identity.hpp"
#include "broker/pipeline/broker.hpp"
#include "broker/transport/exchange/wording.hpp"

namespace budstikke::transport {

struct Unwelcome {
    GoAwayReason reason = GoAwayReason::not_registered;
    std::string_view event_id;
    std::string_view text;  ///< for the peer, which is authenticated
};

std::optional<Unwelcome> judge(
    const pipeline::Broker& broker, const crypto::PeerIdentity& peer, Timestamp now
);

}  // namespace budstikke::transport
