// What payloads that are being opened may hold together: at the limit, above it, and given back. A
// room that gives too little lets a test wait for ever.
#include "broker/transport/ebxml/service/opening_room.hpp"

#include <algorithm>
#include <atomic>
#include <list>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace budstikke::ebxml {
namespace {

TEST(OpeningRoom, HoldsSeveralOfTheLargestPayloads) {
    EXPECT_EQ(OpeningRoom::bytes_default, 8 * limits::payload_bytes_max);
    OpeningRoom room;
    std::list<OpeningRoom::Share> shares;
    for (int payload = 0; payload < 8; ++payload) {
        shares.emplace_back(room);
    }
    shares.pop_front();
    shares.emplace_back(room);
}

TEST(OpeningRoom, GivesBackWhatAPayloadDidNotNeed) {
    OpeningRoom room(100);
    OpeningRoom::Share first(room, 100);
    first.shrink_to(40);
    OpeningRoom::Share second(room, 60);  // would wait for ever otherwise
    first.shrink_to(200);                 // more than it has: nothing changes
    second.shrink_to(0);
    const OpeningRoom::Share third(room, 60);
}

TEST(OpeningRoom, GivesAllOfItToWhatAsksForMore) {
    OpeningRoom room(100);
    {
        const OpeningRoom::Share all(room, 101);
    }
    const OpeningRoom::Share again(room, 100);
}

TEST(OpeningRoom, NeverGivesMoreThanThereIs) {
    constexpr std::size_t room_bytes = 100;
    constexpr std::size_t each = 30;
    OpeningRoom room(room_bytes);
    std::atomic<std::size_t> held{0};
    std::atomic<bool> exceeded{false};
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&] {
            for (int time = 0; time < 500; ++time) {
                const OpeningRoom::Share share(room, each);
                exceeded = exceeded || (held += each) > room_bytes;
                held -= each;
            }
        });
    }
    threads.clear();
    EXPECT_FALSE(exceeded);
    EXPECT_EQ(held, 0U);
}

}  // namespace
}  // namespace budstikke::ebxml
