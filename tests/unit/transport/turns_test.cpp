// Sessions of one thread read in turn: organisations first, then the sessions of one among
// themselves, with other work of the thread in between.
#include "broker/transport/turns.hpp"

#include <algorithm>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace budstikke::transport {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class TurnsTest : public testing::Test {
 protected:
    /// Reads `times`, and writes down each.
    void session(std::string organisation, char name, int times) {
        asio::co_spawn(context_, read(std::move(organisation), name, times), asio::detached);
    }
    Awaitable<void> read(std::string organisation, char name, int times) {
        for (int time = 0; time < times; ++time) {
            co_await turns_.next(organisation);
            order_ += name;
        }
    }

    /// Something else, again and again.
    void tick(int times) {
        order_ += '.';
        if (times > 0) {
            asio::post(context_, [this, times] { tick(times - 1); });
        }
    }

    asio::io_context context_;
    Turns turns_{context_};
    std::string order_;
};

TEST_F(TurnsTest, OrganisationsTakeTurnsHoweverManySessionsTheyHave) {
    for (int i = 0; i < 4; ++i) {
        session("900000001", 'f', 2);
    }
    session("900000002", 'b', 3);
    session("900000003", 'c', 1);
    context_.run();
    EXPECT_EQ(order_, "fbcfbfbfffff");
}

TEST_F(TurnsTest, SessionsOfOneOrganisationTakeTurnsToo) {
    session("900000001", 'a', 2);
    session("900000001", 'b', 2);
    context_.run();
    EXPECT_EQ(order_, "abab");
}

TEST_F(TurnsTest, OtherWorkOfTheThreadComesInBetween) {
    session("900000001", 'a', 5);
    session("900000001", 'a', 5);
    tick(30);
    context_.run();
    EXPECT_EQ(std::ranges::count(order_, 'a'), 10);
    EXPECT_EQ(order_.find("aa"), std::string::npos) << order_;
}

TEST(Turns, LastForTheirTimeAndNoLonger) {
    const SteadyTime since{1h};
    const SteadyTime::duration limit = limits::session_turn_time_max;
    EXPECT_FALSE(Turns::is_over(since, since));
    EXPECT_FALSE(Turns::is_over(since, since + limit - 1ns)) << "one below";
    EXPECT_TRUE(Turns::is_over(since, since + limit)) << "at";
    EXPECT_TRUE(Turns::is_over(since, since + limit + 1ns)) << "one above";
}

}  // namespace
}  // namespace budstikke::transport
