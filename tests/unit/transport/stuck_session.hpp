// What an area of a session works on, with nothing behind it: no byte leaves its outbox, and the
// test says when its thread runs. For what is made for a peer that takes nothing.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <sys/socket.h>

#include "broker/transport/exchange/session_context.hpp"
#include "tests/unit/transport/exchange_fixture.hpp"

namespace budstikke::transport {

/// With the limit of its outbox. An area is made of context() after it, and dies before it.
class StuckSession {
 public:
    explicit StuckSession(const SessionParts& parts)
        : parts_(parts),
          stream_(io_, SocketHandle(::socket(AF_UNIX, SOCK_STREAM, 0))),
          inbox_(io_, [] {}),
          outbox_(io_, stream_, parts.clock, parts.outbound, [] {}),
          context_{
              .parts = parts_,
              .inbox = inbox_,
              .outbox = outbox_,
              .turns = turns_,
              .end = [](GoAwayReason, std::string_view) {},
              .organisation = "900000001",
              .address = "127.0.0.1"
          } {}

    /// What is ready now; what that makes ready waits.
    void run_what_is_ready() {
        io_.restart();
        io_.poll_one();
    }
    /// Until no read is under way.
    void run() {
        while (!inbox_.complete()) {
            io_.restart();
            io_.poll();
            std::this_thread::yield();
        }
    }
    SessionContext& context() { return context_; }
    Outbox& outbox() { return outbox_; }

 private:
    boost::asio::io_context io_;
    const SessionParts parts_;
    TlsStream stream_;
    Inbox inbox_;
    Outbox outbox_;
    Turns turns_{io_};
    SessionContext context_;
};

/// A broker, and what a stuck session of its server stands on.
class StuckSessionTest : public ExchangeTest {
 protected:
    /// `limits` outlives them.
    SessionParts parts(const ExchangeLimits& limits) {
        return {
            .broker = *broker_,
            .clock = wall_,
            .events = events_,
            .limits = limits,
            .outbound = outbound_of(limits),
            .workers = workers_,
            .software = {},
        };
    }

 private:
    OutboundBudget& outbound_of(const ExchangeLimits& limits) {
        return *outbound_.emplace_back(std::make_unique<OutboundBudget>(limits));
    }

    Workers workers_{4};
    std::vector<std::unique_ptr<OutboundBudget>> outbound_;
};

}  // namespace budstikke::transport
