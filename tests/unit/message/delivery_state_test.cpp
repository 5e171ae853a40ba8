// The table of ARCHITECTURE.md, written down a second time, row by row, and compared over the whole
// square of states and causes.
#include "broker/message/delivery_state.hpp"

#include <map>
#include <set>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

namespace budstikke {
namespace {

using enum DeliveryState;
using enum DeliveryCause;

const std::map<std::pair<DeliveryState, DeliveryCause>, DeliveryState>& expected() {
    static const std::map<std::pair<DeliveryState, DeliveryCause>, DeliveryState> table{
        {{none, committed}, accepted},
        {{accepted, routed}, queued},
        {{accepted, redirected}, queued},
        {{accepted, withdrawn}, cancelled},
        {{accepted, discarded}, cancelled},
        {{queued, offered}, in_flight},
        {{queued, attempts_exhausted}, dead_lettered},
        {{queued, endpoint_gone}, dead_lettered},
        {{queued, time_to_live_ended}, expired},
        {{queued, withdrawn}, cancelled},
        {{queued, discarded}, cancelled},
        {{in_flight, released}, queued},
        {{in_flight, connection_lost}, queued},
        {{in_flight, attempt_failed}, queued},
        {{in_flight, restarted}, queued},
        {{in_flight, settled_accepted}, delivered},
        {{in_flight, transport_receipt}, delivered},
        {{in_flight, settled_rejected}, dead_lettered},
        {{in_flight, attempts_exhausted}, dead_lettered},
        {{in_flight, endpoint_gone}, dead_lettered},
        {{in_flight, time_to_live_ended}, expired},
        {{in_flight, apprec_ok}, confirmed},
        {{in_flight, apprec_ok_error_in_part}, confirmed},
        {{in_flight, apprec_rejected}, rejected},
        {{delivered, apprec_ok}, confirmed},
        {{delivered, apprec_ok_error_in_part}, confirmed},
        {{delivered, apprec_rejected}, rejected},
        {{expired, apprec_ok}, confirmed},
        {{expired, apprec_ok_error_in_part}, confirmed},
        {{expired, apprec_rejected}, rejected},
        {{expired, retried}, queued},
        {{dead_lettered, apprec_ok}, confirmed},
        {{dead_lettered, apprec_ok_error_in_part}, confirmed},
        {{dead_lettered, apprec_rejected}, rejected},
        {{dead_lettered, retried}, queued},
        {{dead_lettered, discarded}, cancelled},
    };
    return table;
}

class EveryChange : public testing::TestWithParam<std::tuple<DeliveryState, DeliveryCause>> {};

TEST_P(EveryChange, IsAllowedOnlyAsTheTableSays) {
    const auto [from, cause] = GetParam();
    const auto row = expected().find({from, cause});
    const auto next = transition(from, cause);
    if (row == expected().end()) {
        EXPECT_FALSE(next) << name(from) << " by " << name(cause);
    } else {
        EXPECT_EQ(next, row->second) << name(from) << " by " << name(cause);
    }
}

INSTANTIATE_TEST_SUITE_P(
    DeliveryState, EveryChange,
    testing::Combine(
        testing::ValuesIn(delivery_states().begin(), delivery_states().end()),
        testing::ValuesIn(delivery_causes().begin(), delivery_causes().end())
    ),
    [](const auto& change) {
        return std::string(name(std::get<0>(change.param))) + "_by_" +
               std::string(name(std::get<1>(change.param)));
    }
);

TEST(DeliveryState, CoversEveryRowOfTheTable) {
    std::set<std::pair<DeliveryState, DeliveryCause>> square;
    for (const auto state : delivery_states()) {
        for (const auto cause : delivery_causes()) {
            square.emplace(state, cause);
        }
    }
    for (const auto& [change, to] : expected()) {
        EXPECT_TRUE(square.contains(change));
    }
}

TEST(DeliveryState, RefusesWhatIsNoCauseOrState) {
    EXPECT_FALSE(transition(queued, DeliveryCause{0}));
    EXPECT_FALSE(transition(DeliveryState{99}, offered));
    EXPECT_EQ(name(DeliveryState{99}), "unknown");
    EXPECT_EQ(name(DeliveryCause{99}), "unknown");
}

TEST(DeliveryState, MayBecomeWhatSomeChainOfChangesLeadsTo) {
    for (const auto to : delivery_states()) {
        // What has ended stays as it is.
        for (const auto end : {confirmed, rejected, cancelled}) {
            EXPECT_EQ(may_become(end, to), end == to) << name(end) << ' ' << name(to);
        }
        // All that is open may end in any way; only the first write leads to `accepted`.
        const bool later = to != none && to != accepted;
        EXPECT_EQ(may_become(in_flight, to), later) << name(to);
        EXPECT_EQ(may_become(accepted, to), to != none) << name(to);
        EXPECT_EQ(may_become(dead_lettered, to), later) << name(to);
        const bool answered = to == delivered || to == confirmed || to == rejected;
        EXPECT_EQ(may_become(delivered, to), answered) << name(to);
    }
}

TEST(DeliveryState, IsOpenWhileTheRecipientIsStillToGetIt) {
    for (const auto state : delivery_states()) {
        const bool open = state == accepted || state == queued || state == in_flight;
        EXPECT_EQ(is_open(state), open) << name(state);
    }
}

}  // namespace
}  // namespace budstikke
