// Subscribe, Credit, Unsubscribe, Settle and the deliveries of one session: the consumer that the
// broker offers to. Promises that payloads are read only as fast as the peer takes them, and that
// what was offered and not settled returns to its queue when the session ends, and that nothing is
// sent of a queue once the right to it has ended. May not know TLS.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "broker/pipeline/endpoint.hpp"
#include "broker/transport/exchange/session_context.hpp"

namespace budstikke::v1 {
class Credit;
class Settle;
class Subscribe;
class Unsubscribe;
}  // namespace budstikke::v1

namespace budstikke::transport {

class Deliveries final : public pipeline::Endpoint {
 public:
    explicit Deliveries(SessionContext& session) : session_(session) {}

    void subscribe(const v1::Subscribe& from);
    void credit(const v1::Credit& from);
    void unsubscribe(const v1::Unsubscribe& from);
    void settle(v1::Settle& from);
    /// Sends as much of what was offered as there is room for, a turn's time at once
    /// (limits::session_turn_time_max).
    void pump();
    /// As much waits for the broker's commit as one connection may have there.
    bool blocked() const;
    bool pending() const { return settling_ > 0; }
    /// No new offers; what was offered can still be settled.
    void end_subscriptions();
    /// The session ends: counted in the inbox until the broker has let go of this.
    void detach();

    // pipeline::Endpoint, on the commit thread.
    void offer(std::span<const pipeline::Offer> offers) override;
    void subscription_ended(const HerId& queue, pipeline::SubscriptionEnd why) override;

 private:
    /// A payload of several pieces that has begun to leave.
    struct Leaving {
        pipeline::Offer offer;
        std::uint32_t next_chunk = 0;
    };

    pipeline::ConsumerId consumer();
    bool may_have(const HerId& queue, std::uint32_t more, std::uint64_t request);
    bool may_send_next() const;
    bool may_go_on() const;
    void wait_for_a_turn();
    void read_piece();
    void take_piece(const Result<std::string>& piece);
    void send_piece(std::string_view piece);
    void give_up(const Error& error);
    void drop_subscription(const HerId& queue);
    /// Nothing more of that queue is sent, not even what was offered already.
    void drop_offers(const HerId& queue, pipeline::SubscriptionEnd why);

    SessionContext& session_;
    std::optional<pipeline::ConsumerId> consumer_;
    std::map<HerId, std::uint32_t> credit_;  ///< granted, of each subscription
    std::uint32_t credit_total_ = 0;
    std::deque<pipeline::Offer> offered_;
    std::optional<Leaving> leaving_;
    bool reading_ = false;  ///< a worker reads a piece
    bool pumping_ = false;
    bool awaits_turn_ = false;  ///< to go on with what is left
    bool detached_ = false;
    std::uint32_t settling_ = 0;
    std::uint32_t subscribing_ = 0;    ///< not answered yet
    std::uint32_t unsubscribing_ = 0;  ///< not answered yet
};

}  // namespace budstikke::transport
