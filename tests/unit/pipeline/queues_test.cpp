// The queues in memory, case by case, then against a model over random histories.
#include "broker/pipeline/queues.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace budstikke::pipeline {
namespace {

Timestamp at(std::int64_t milliseconds) {
    return Timestamp(Duration(milliseconds));
}
HerId her(const std::string& digits) {
    return HerId::parse(digits).value();
}

MessageId message_of(store::Position position) {
    MessageId::Bytes bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[15 - i] = static_cast<std::uint8_t>(position >> (8 * i));
    }
    return MessageId(bytes);
}

struct Row {
    store::Position position;
    std::uint64_t key = 0;
    std::string sender = "1";
    store::Priority priority = store::Priority::normal;
    std::int64_t due = 0;
    std::int64_t expires = 0;
    std::string queue = "9";
};

store::OpenEntry entry(const Row& row) {
    return {
        .id = {.message = message_of(row.position), .recipient = her("9")},
        .sender = her(row.sender),
        .queue = her(row.queue),
        .position = row.position,
        .order_key = row.key == 0 ? row.position : row.key,
        .priority = row.priority,
        .attempts = 0,
        .in_flight = false,
        .due = at(row.due),
        .expires_at = row.expires == 0 ? std::nullopt : std::optional(at(row.expires)),
    };
}

class QueuesTest : public testing::Test {
 protected:
    void add(const Row& row) { queues_.add(entry(row), at(now_)); }
    /// The position of the next delivery, 0 where there is none.
    store::Position take() {
        const auto id = queues_.take(her("9"));
        return id ? id->message.bytes()[15] : 0;
    }
    void remove(std::uint64_t key, store::Position position) {
        queues_.remove({.queue = her("9"), .order_key = key, .position = position}, at(now_));
    }

    Queues queues_;
    std::int64_t now_ = 0;
};

TEST_F(QueuesTest, GivesInOrderOfAcceptance) {
    add({.position = 1});
    add({.position = 2});
    EXPECT_TRUE(queues_.has_ready(her("9")));
    EXPECT_EQ(take(), 1U);
    EXPECT_EQ(take(), 2U);
    EXPECT_EQ(take(), 0U);
    EXPECT_EQ(queues_.size(), 2U);
}

TEST_F(QueuesTest, OneConversationIsBusyUntilItsHeadIsDone) {
    add({.position = 1, .key = 7});
    add({.position = 2, .key = 7});
    add({.position = 3, .key = 8});
    EXPECT_EQ(take(), 1U);
    EXPECT_EQ(take(), 3U);
    EXPECT_EQ(take(), 0U);
    remove(7, 1);
    EXPECT_EQ(take(), 2U);
}

TEST_F(QueuesTest, AReleasedHeadGoesBeforeWhatFollowsIt) {
    add({.position = 1, .key = 7});
    add({.position = 2, .key = 7});
    EXPECT_EQ(take(), 1U);
    queues_.put_back({.queue = her("9"), .order_key = 7, .position = 1}, at(50), 1, at(0));
    EXPECT_EQ(take(), 0U);
    EXPECT_TRUE(queues_.wake(at(49)).empty());
    EXPECT_EQ(queues_.wake(at(50)), std::vector{her("9")});
    EXPECT_EQ(take(), 1U);
}

TEST_F(QueuesTest, PriorityGoesFirstBetweenConversationsNeverWithinOne) {
    add({.position = 1, .key = 7, .priority = store::Priority::low});
    add({.position = 2, .key = 7, .priority = store::Priority::high});
    add({.position = 3, .priority = store::Priority::normal});
    add({.position = 4, .priority = store::Priority::high});
    EXPECT_EQ(take(), 4U);
    EXPECT_EQ(take(), 3U);
    EXPECT_EQ(take(), 1U);
    remove(7, 1);
    EXPECT_EQ(take(), 2U);
}

TEST_F(QueuesTest, SendersTakeTurns) {
    for (store::Position position = 1; position <= 4; ++position) {
        add({.position = position, .sender = "1"});
    }
    add({.position = 5, .sender = "2"});
    add({.position = 6, .sender = "2"});
    EXPECT_EQ(take(), 1U);
    EXPECT_EQ(take(), 5U);
    EXPECT_EQ(take(), 2U);
    EXPECT_EQ(take(), 6U);
    EXPECT_EQ(take(), 3U);
}

TEST_F(QueuesTest, WithdrawnFromTheMiddleLeavesTheRestInOrder) {
    for (store::Position position = 1; position <= 3; ++position) {
        add({.position = position, .key = 7});
    }
    remove(7, 2);
    remove(7, 2);  // once more changes nothing
    EXPECT_EQ(queues_.size(), 2U);
    EXPECT_EQ(take(), 1U);
    remove(7, 1);
    EXPECT_EQ(take(), 3U);
    remove(7, 3);
    EXPECT_EQ(queues_.size(), 0U);
    EXPECT_TRUE(queues_.names().empty());
}

TEST_F(QueuesTest, WithdrawnHeadThatWaitsMakesTheNextOneReady) {
    add({.position = 1, .key = 7, .due = 100});
    add({.position = 2, .key = 7});
    EXPECT_EQ(take(), 0U);
    remove(7, 1);
    EXPECT_EQ(take(), 2U);
    EXPECT_TRUE(queues_.wake(at(100)).empty());
}

TEST_F(QueuesTest, TellsWhatHasExpiredOnce) {
    add({.position = 1, .expires = 10});
    add({.position = 2, .expires = 20});
    add({.position = 3});
    EXPECT_TRUE(queues_.take_expired(at(9), 10).empty());
    EXPECT_EQ(queues_.take_expired(at(10), 10).size(), 1U);
    EXPECT_TRUE(queues_.take_expired(at(10), 10).empty());
    remove(2, 2);
    EXPECT_TRUE(queues_.take_expired(at(30), 10).empty());
}

TEST_F(QueuesTest, AMovedDeliveryIsNotLeftInItsOldQueue) {
    add({.position = 1, .key = 7});
    EXPECT_EQ(take(), 1U);  // keeps the old queue alive
    add({.position = 2, .key = 8});
    remove(8, 2);
    add({.position = 2, .key = 8, .queue = "8"});
    add({.position = 3, .key = 7});
    remove(7, 1);
    EXPECT_EQ(take(), 3U);
    EXPECT_EQ(take(), 0U);
    EXPECT_TRUE(queues_.has_ready(her("8")));
    EXPECT_EQ(queues_.take(her("8"))->message, message_of(2));
}

TEST_F(QueuesTest, AKeyIsOfOneQueue) {
    add({.position = 1, .key = 7, .queue = "8"});
    add({.position = 2, .key = 7});
    EXPECT_EQ(take(), 2U);
    EXPECT_EQ(take(), 0U);
    EXPECT_EQ(queues_.take(her("8"))->message, message_of(1));
    remove(7, 1);  // it is not in this queue
    EXPECT_EQ(queues_.size(), 2U);
}

TEST_F(QueuesTest, WhatIsMovedStandsWhereItWasAccepted) {
    add({.position = 5, .key = 7});
    add({.position = 8, .key = 7});
    add({.position = 7, .key = 7});
    add({.position = 3, .key = 7});  // before one that is ready
    EXPECT_EQ(take(), 3U);
    add({.position = 2, .key = 7});  // not before one that was taken
    for (const store::Position next : {2U, 5U, 7U, 8U}) {
        EXPECT_EQ(take(), 0U);
        remove(7, next == 2 ? 3 : next == 5 ? 2 : next - (next == 7 ? 2 : 1));
        EXPECT_EQ(take(), next);
    }
    add({.position = 6, .key = 7});  // alone behind one that was taken
    remove(7, 8);
    EXPECT_EQ(take(), 6U);
    add({.position = 9, .key = 7});
    remove(7, 6);
    EXPECT_EQ(take(), 9U);
}

TEST_F(QueuesTest, WhatIsMovedBeforeOneThatIsNotDueGoesFirst) {
    add({.position = 5, .key = 7, .due = 100});
    add({.position = 3, .key = 7});
    EXPECT_EQ(take(), 3U);
    remove(7, 3);
    EXPECT_EQ(take(), 0U);
    EXPECT_EQ(queues_.wake(at(100)), std::vector{her("9")});
    EXPECT_EQ(take(), 5U);
}

TEST_F(QueuesTest, ForgetsTheEndsOfLivesThatAreOver) {
    for (store::Position position = 1; position <= 80'000; ++position) {
        add({.position = position, .expires = 1'000'000});
        remove(position, position);
        if (position % 1000 == 0) {
            EXPECT_TRUE(queues_.take_expired(at(0), 10).empty());
            EXPECT_LE(queues_.expiry_rows(), 70'000U);
        }
    }
    add({.position = 80'001, .expires = 1'000'000});
    EXPECT_EQ(queues_.take_expired(at(1'000'000), 10).size(), 1U);
}

TEST_F(QueuesTest, ReportsCountsAndRows) {
    add({.position = 1, .key = 7});
    add({.position = 2, .key = 7});
    add({.position = 3, .queue = "8"});
    EXPECT_EQ(take(), 1U);
    const auto statuses = queues_.statuses();
    ASSERT_EQ(statuses.size(), 2U);
    EXPECT_EQ(statuses[0].queue, her("8"));
    EXPECT_EQ(statuses[1].waiting, 1U);
    EXPECT_EQ(statuses[1].in_flight, 1U);
    const auto rows = queues_.rows(her("9"), 10);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_TRUE(rows[0].in_flight);
    EXPECT_FALSE(rows[1].in_flight);
    EXPECT_EQ(queues_.rows(her("9"), 1).size(), 1U);
    EXPECT_EQ(queues_.waiting(her("9"), 10).size(), 1U);
    EXPECT_EQ(queues_.waiting(her("8"), 10).size(), 1U);
}

/// The promise in its plainest form, to compare with: a list of all that is open.
struct Model {
    struct Open {
        Row row;
        bool taken = false;
    };
    std::map<store::Position, Open> open;

    bool may_go(const Open& candidate, std::int64_t now) const {
        if (candidate.taken || candidate.row.due > now) {
            return false;
        }
        return std::ranges::none_of(open, [&](const auto& other) {
            return other.second.row.queue == candidate.row.queue &&
                   other.second.row.key == candidate.row.key &&
                   (other.second.taken || other.first < candidate.row.position);
        });
    }
};

TEST_F(QueuesTest, AgreesWithTheModelOverRandomHistories) {
    std::mt19937 random(20261122);
    Model model;
    store::Position next = 1;
    const auto pick = [&](std::size_t below) { return random() % below; };
    for (int step = 0; step < 20'000; ++step) {
        ++now_;
        queues_.wake(at(now_));
        const auto action = pick(5);
        if (action == 0 || model.open.empty()) {
            Row row{
                .position = next++,
                .key = 1 + pick(20),
                .priority = static_cast<store::Priority>(pick(3)),
                .due = now_ + static_cast<std::int64_t>(pick(3)) * 10,
            };
            row.sender = std::to_string(row.key % 3 + 1);
            row.queue = pick(2) == 0 ? "8" : "9";
            queues_.add(entry(row), at(now_));
            model.open[row.position] = {.row = row};
        } else if (action == 1) {
            const std::string queue = pick(2) == 0 ? "8" : "9";
            const auto id = queues_.take(her(queue));
            const bool any = std::ranges::any_of(model.open, [&](const auto& open) {
                return open.second.row.queue == queue && model.may_go(open.second, now_);
            });
            ASSERT_EQ(id.has_value(), any) << "step " << step;
            if (id) {
                store::Position position = 0;
                for (const auto byte : id->message.bytes()) {
                    position = position * 256 + byte;
                }
                ASSERT_EQ(model.open.at(position).row.queue, queue) << "step " << step;
                ASSERT_TRUE(model.may_go(model.open.at(position), now_)) << "step " << step;
                model.open.at(position).taken = true;
            }
        } else {
            auto chosen = std::next(model.open.begin(), static_cast<long>(pick(model.open.size())));
            Row& row = chosen->second.row;
            const Queues::Place place{
                .queue = her(row.queue), .order_key = row.key, .position = chosen->first
            };
            if (action == 4) {
                // Redirected, where it was not taken.
                if (!chosen->second.taken) {
                    queues_.remove(place, at(now_));
                    row.queue = row.queue == "8" ? "9" : "8";
                    queues_.add(entry(row), at(now_));
                }
            } else if (action == 2 && chosen->second.taken) {
                chosen->second.taken = false;
                chosen->second.row.due = now_ + 5;
                queues_.put_back(place, at(now_ + 5), 1, at(now_));
            } else {
                queues_.remove(place, at(now_));
                model.open.erase(chosen);
            }
        }
        ASSERT_EQ(queues_.size(), model.open.size());
    }
}

}  // namespace
}  // namespace budstikke::pipeline
