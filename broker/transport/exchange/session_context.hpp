// What the areas of a session share: the broker, the limits, the ways in and out, the turns of the
// thread, and who the peer is. The areas know each other only through it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/pipeline/broker.hpp"
#include "broker/transport/exchange/inbox.hpp"
#include "broker/transport/exchange/outbound_budget.hpp"
#include "broker/transport/exchange/outbox.hpp"
#include "broker/transport/exchange/wording.hpp"
#include "broker/transport/exchange_limits.hpp"
#include "broker/transport/threads.hpp"
#include "broker/transport/turns.hpp"

namespace budstikke::transport {

/// What all sessions of a server stand on; outlives them.
struct SessionParts {
    pipeline::Broker& broker;
    const Clock& clock;
    EventLog& events;
    const ExchangeLimits& limits;
    OutboundBudget& outbound;
    Workers& workers;
    std::string software;  ///< of the broker, for Welcome
};

/// Belongs to the session's thread.
struct SessionContext {
    const SessionParts& parts;
    Inbox& inbox;
    Outbox& outbox;
    Turns& turns;
    /// Says goodbye and reads no further; what is pending still reaches the broker.
    std::function<void(GoAwayReason, std::string_view text)> end;
    std::string organisation;  ///< number, from the certificate
    std::string address;
    std::uint64_t submissions = 0;
    std::uint64_t deliveries = 0;

    void problem(std::uint64_t request, const Error& error) const;
    /// An event about this peer.
    void warn(std::string_view event_id, std::string_view her_id) const;
};

/// The peer acts for a HER-id that is not its own: an event of its own.
bool says_sender_not_allowed(const Findings& findings);

}  // namespace budstikke::transport
