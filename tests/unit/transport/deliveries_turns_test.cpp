// Much that was offered to one session leaves in turns: no other session of its thread waits for
// all of it.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "broker/transport/exchange/deliveries.hpp"
#include "tests/unit/transport/stuck_session.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

/// Goes on by a step at each look, as if what is done between two looks took so long.
class SteppingClock final : public Clock {
 public:
    explicit SteppingClock(SteadyTime::duration step) : step_(step) {}
    Timestamp now() const override { return Timestamp(1h); }
    SteadyTime steady_now() const override { return now_ += step_; }

 private:
    const SteadyTime::duration step_;
    mutable SteadyTime now_{1h};
};

class DeliveriesTurnsTest : public StuckSessionTest {
 protected:
    SessionParts parts_with(const Clock& clock) {
        auto usual = parts(limits_);
        return {
            .broker = usual.broker,
            .clock = clock,
            .events = usual.events,
            .limits = usual.limits,
            .outbound = usual.outbound,
            .workers = usual.workers,
            .software = {},
        };
    }
    /// Some that the broker carries, so that none is read from the store.
    static std::vector<pipeline::Offer> offers(std::size_t count) {
        auto message = std::make_shared<store::MessageRecord>();
        message->size = 1;
        message->chunks = 1;
        const auto queue = *HerId::parse("8000001");
        pipeline::Offer offer;
        offer.id = {.message = message->id, .recipient = queue};
        offer.queue = queue;
        offer.message = std::move(message);
        offer.carried = std::make_shared<const Payload>("x");
        return std::vector(count, offer);
    }
    /// How many have left after each piece of work of the thread, but for those without any.
    static std::vector<std::uint64_t> leave_in_turns(
        StuckSession& session, Deliveries& deliveries
    ) {
        constexpr std::size_t all = 100;
        deliveries.offer(offers(all));
        std::vector<std::uint64_t> left;
        for (int work = 0; work < 1000 && session.context().deliveries < all; ++work) {
            const auto before = session.context().deliveries;
            session.run_what_is_ready();
            if (session.context().deliveries > before) {
                left.push_back(session.context().deliveries - before);
            }
        }
        EXPECT_EQ(session.context().deliveries, all) << "none is forgotten";
        return left;
    }

    const ExchangeLimits limits_;
};

TEST_F(DeliveriesTurnsTest, GoOnForTheTimeOfATurnAndThenLetOthersGoFirst) {
    // One look at the clock to begin, one by the outbox and one here for each that leaves.
    const SteadyTime::duration turn = limits::session_turn_time_max;
    for (const int looks : {10, 20}) {
        const SteppingClock clock(turn / looks);
        StuckSession session(parts_with(clock));
        Deliveries deliveries(session.context());
        for (const auto count : leave_in_turns(session, deliveries)) {
            EXPECT_GE(count, 1U);
            EXPECT_LE(count, static_cast<std::uint64_t>(looks));
        }
    }
}

TEST_F(DeliveriesTurnsTest, LeaveAtOnceWhereThatTakesLittle) {
    const SteppingClock clock(0ns);
    StuckSession session(parts_with(clock));
    Deliveries deliveries(session.context());
    EXPECT_EQ(leave_in_turns(session, deliveries), std::vector<std::uint64_t>{100});
}

TEST_F(DeliveriesTurnsTest, SendsOneInATurnHoweverLongThatTakes) {
    const SteppingClock clock(1h);
    StuckSession session(parts_with(clock));
    Deliveries deliveries(session.context());
    EXPECT_EQ(leave_in_turns(session, deliveries), std::vector<std::uint64_t>(100, 1));
}

}  // namespace
}  // namespace budstikke::transport
