// Owners take turns, and what one of them has put in comes in its order.
#include "broker/base/turn_queue.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace budstikke {
namespace {

template <typename Item>
std::string drained(TurnQueue<Item>& queue) {
    std::string all;
    while (!queue.empty()) {
        all += queue.pop() + " ";
    }
    return all;
}

TEST(TurnQueue, LetsOwnersTakeTurnsAndKeepsTheOrderOfEach) {
    TurnQueue<std::string> queue;
    for (const char* item : {"a1", "a2", "a3", "a4"}) {
        queue.push("a", item);
    }
    queue.push("b", "b1");
    queue.push("c", "c1");
    queue.push("b", "b2");
    EXPECT_EQ(drained(queue), "a1 b1 c1 a2 b2 a3 a4 ");
}

TEST(TurnQueue, CountsWhatWaitsOfAllAndOfEach) {
    TurnQueue<std::string> queue;
    queue.push("a", "a1");
    queue.push("a", "a2");
    queue.push("b", "b1");
    EXPECT_EQ(queue.size(), 3U);
    EXPECT_EQ(queue.size_of("a"), 2U);
    EXPECT_EQ(queue.size_of("nobody"), 0U);
    EXPECT_EQ(queue.pop(), "a1");
    EXPECT_EQ(queue.pop_if([](const std::string& owner) { return owner == "b"; }), "b1");
    EXPECT_EQ(queue.size(), 1U);
    EXPECT_EQ(queue.size_of("a"), 1U);
    EXPECT_EQ(queue.size_of("b"), 0U);
}

TEST(TurnQueue, LetsANewcomerWaitForOneRoundAtMost) {
    TurnQueue<std::string> queue;
    for (int i = 0; i < 1000; ++i) {
        queue.push("flood", "f");
    }
    EXPECT_EQ(queue.pop(), "f");
    queue.push("other", "o");
    EXPECT_EQ(queue.pop(), "f");
    EXPECT_EQ(queue.pop(), "o");
}

TEST(TurnQueue, PassesOverWhoMayNotAndKeepsTheirTurn) {
    TurnQueue<std::string> queue;
    const auto nobody = [](const std::string&) { return false; };
    const auto anybody = [](const std::string&) { return true; };
    const auto not_a = [](const std::string& owner) { return owner != "a"; };
    EXPECT_EQ(queue.pop_if(anybody), std::nullopt);
    for (const char* item : {"a1", "b1", "c1", "a2", "b2", "c2"}) {
        queue.push({item[0]}, item);
    }
    EXPECT_EQ(queue.pop_if(nobody), std::nullopt);
    EXPECT_EQ(queue.pop_if(not_a), "b1");
    EXPECT_EQ(queue.pop_if(not_a), "c1");
    EXPECT_EQ(queue.pop_if(anybody), "a1");
    EXPECT_EQ(queue.pop_if(not_a), "b2");
    EXPECT_EQ(queue.pop_if(not_a), "c2");
    EXPECT_EQ(queue.pop_if(not_a), std::nullopt);
    EXPECT_EQ(drained(queue), "a2 ");
}

TEST(TurnQueue, ForgetsOwnersThatHaveNothing) {
    TurnQueue<std::unique_ptr<int>> queue;
    EXPECT_TRUE(queue.empty());
    for (int i = 0; i < 3; ++i) {
        queue.push("a", std::make_unique<int>(i));
        EXPECT_FALSE(queue.empty());
        EXPECT_EQ(*queue.pop(), i);
        EXPECT_TRUE(queue.empty());
    }
}

}  // namespace
}  // namespace budstikke
