// One connection of the exchange protocol, from Hello to goodbye. Promises that every wait has a
// deadline, that nobody else of its thread waits for it longer than a turn, and that the broker
// holds nothing of a session that is gone. The work is in the areas that it is made of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "broker/transport/connection.hpp"
#include "broker/transport/exchange/deliveries.hpp"
#include "broker/transport/exchange/follows.hpp"
#include "broker/transport/exchange/frame.hpp"
#include "broker/transport/exchange/queries.hpp"
#include "broker/transport/exchange/session_context.hpp"
#include "broker/transport/exchange/submissions.hpp"
#include "broker/transport/session_facts.hpp"
#include "broker/transport/signal.hpp"
#include "broker/transport/tls_stream.hpp"

namespace budstikke::v1 {
class Frame;
class GoAway;
class Hello;
}  // namespace budstikke::v1

namespace budstikke::transport {

/// Belongs to the thread of its context.
class Session final : public Connection {
 public:
    Session(Accepted accepted, const SessionParts& parts);
    ~Session() override;

    Awaitable<void> run() override;
    void tick(SteadyTime now) override;
    void sweep(const crypto::TlsServerContext& tls) override;
    /// No new work; the peer is asked to finish and go.
    void drain() override;
    void stop() override;

    /// Nothing where the peer has not said hello yet.
    std::optional<SessionFacts> facts() const;

 private:
    enum class Phase { hello, serving, closing };

    bool let_in();
    Awaitable<void> write_loop();
    Awaitable<void> serve();
    Awaitable<void> take_turn();
    Awaitable<void> handle_frames();
    Awaitable<void> until_unblocked();
    Awaitable<void> finish();

    void handle(std::string_view body);
    void hello(const v1::Hello& hello);
    bool handle_work(v1::Frame& frame);
    void end(GoAwayReason reason, std::string_view text);
    void leave_by_request();
    void say_goodbye();
    void offer_more();
    bool blocked() const;
    bool in_a_crowd() const;
    bool pending() const;
    void note_frame_progress();
    void check_deadlines(SteadyTime now);

    boost::asio::io_context& io_;
    const SessionParts& parts_;
    Turns& turns_;
    Admission::Seat seat_;
    TlsStream stream_;
    Signal wake_;
    Inbox inbox_;
    Outbox outbox_;
    SessionContext context_;
    Submissions submissions_;
    Deliveries deliveries_;
    Queries queries_;
    Follows follows_;
    FrameDecoder decoder_;
    Phase phase_ = Phase::hello;
    SteadyTime since_;  ///< of the phase
    SteadyTime last_frame_;
    SteadyTime turn_since_{};
    std::optional<SteadyTime> frame_since_;  ///< the frame that is not whole yet
    Timestamp connected_at_;
    std::string software_;
    std::string_view why_ = "peer_gone";
    bool peer_leaves_ = false;  ///< it said GoAway
    bool ending_ = false;       ///< nothing more is read
    bool waiting_for_room_ = false;
    bool awaits_calm_ = false;  ///< the broker has promised to call
    bool writing_ = false;
    bool traffic_ = false;  ///< since the last tick
};

}  // namespace budstikke::transport
