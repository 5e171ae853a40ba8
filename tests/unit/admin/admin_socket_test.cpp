// The conversation on the admin socket: who is there, framing, and every limit that a client can
// reach: line length, sessions, idle time, a reader that does not read.
#include "broker/admin/admin_socket.hpp"

#include <future>
#include <list>
#include <optional>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "broker/admin/peer.hpp"
#include "tests/unit/admin/event_recorder.hpp"
#include "tests/unit/admin/raw_client.hpp"
#include "tests/unit/admin/temp_folder.hpp"
#include "tests/unit/base/small_buffers.hpp"

namespace budstikke::admin {
namespace {

using namespace std::chrono_literals;

class AdminSocketTest : public testing::Test {
 protected:
    SocketSettings settings() {
        return {
            .place = {.path = folder_.path() / "s", .mode = 0600, .group = {}},
            .roles = {{.role = Role::admin, .users = {std::to_string(::geteuid())}, .groups = {}}},
        };
    }

    void start(SocketSettings settings, LineHandler handler = echo) {
        auto socket = AdminSocket::open(std::move(settings), events_);
        ASSERT_TRUE(socket.has_value()) << socket.error().detail;
        socket_ = *std::move(socket);
        socket_->start(std::move(handler));
    }

    static void echo(
        const Peer&, RoleSet, std::string_view line, std::move_only_function<void(Reply)> reply
    ) {
        reply({.code = {}, .body = std::string(line)});
    }

    std::filesystem::path path() const { return folder_.path() / "s"; }

    TempFolder folder_;
    EventRecorder events_;
    std::unique_ptr<AdminSocket> socket_;
};

TEST_F(AdminSocketTest, TellsWhoIsThere) {
    start(settings(), [](const Peer& peer, RoleSet roles, std::string_view, auto reply) {
        reply({.code = {}, .body = peer.text() + (roles.has(Role::admin) ? " admin" : "")});
        EXPECT_EQ(peer.uid, ::geteuid());
        EXPECT_EQ(peer.pid, static_cast<std::uint32_t>(::getpid()));
        EXPECT_NE(std::ranges::find(peer.groups, std::to_string(::getegid())), peer.groups.end());
    });
    const auto answer = RawClient(path()).ask("x");
    const std::string number = "uid " + std::to_string(::geteuid());
    EXPECT_NE(answer.body.find(number), std::string::npos) << answer.body;
    EXPECT_TRUE(answer.body.ends_with(" admin"));
}

TEST_F(AdminSocketTest, RefusesWhoHasNoRole) {
    SocketSettings nobody = settings();
    nobody.roles = {{.role = Role::admin, .users = {"4294967294"}, .groups = {}}};
    start(std::move(nobody));
    RawClient client(path());
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->head.starts_with("error denied "));
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(events_.all("admin_denied").size(), 1U);
}

TEST_F(AdminSocketTest, AnswersManyLinesInOrder) {
    start(settings());
    RawClient client(path());
    ASSERT_TRUE(client.send("one\ntwo\n\nth"));
    ASSERT_TRUE(client.send("ree\n"));
    for (const std::string_view expected : {"one", "two", "", "three"}) {
        const auto answer = client.read_answer();
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->head, "ok " + std::to_string(expected.size()));
        EXPECT_EQ(answer->body, expected);
    }
}

TEST_F(AdminSocketTest, WaitsForRepliesFromOtherThreads) {
    std::list<std::jthread> threads;
    start(settings(), [&](const Peer&, RoleSet, std::string_view line, auto reply) {
        threads.emplace_back([reply = std::move(reply), line = std::string(line)]() mutable {
            reply({.code = {}, .body = line});
        });
    });
    RawClient client(path());
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(client.ask(std::to_string(i)).body, std::to_string(i));
    socket_.reset();
}

TEST_F(AdminSocketTest, LimitsTheLine) {
    start(settings());
    constexpr std::size_t most = limits::admin_line_bytes_max;
    RawClient client(path());
    for (const std::size_t size : {most - 1, most}) {
        EXPECT_EQ(client.ask(std::string(size, 'a')).body.size(), size);
    }
    const auto answer = client.ask(std::string(most + 1, 'a'));
    EXPECT_TRUE(answer.head.starts_with("error usage ")) << answer.head;
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(RawClient(path()).ask("still here").body, "still here");
}

TEST_F(AdminSocketTest, LimitsTheSessions) {
    start(settings());
    std::list<RawClient> clients;
    for (std::uint32_t i = 0; i < limits::admin_sessions_max; ++i) {
        clients.emplace_back(path());
        EXPECT_EQ(clients.back().ask("x").body, "x");
    }
    RawClient refused(path());
    const auto answer = refused.read_answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->head.starts_with("error unavailable "));
    EXPECT_TRUE(refused.ended());
    EXPECT_EQ(clients.front().ask("y").body, "y");
}

TEST_F(AdminSocketTest, GivesASessionFreeWhenItEnds) {
    SocketSettings one = settings();
    one.sessions_max = 1;
    start(std::move(one));
    for (int i = 0; i < 20; ++i) {
        // The broker notices an end a moment later, so a refusal may come first.
        while (RawClient(path()).ask("x").body != "x")
            std::this_thread::yield();
    }
}

TEST_F(AdminSocketTest, EndsASessionThatSendsNoWholeLine) {
    SocketSettings hasty = settings();
    hasty.idle_time_max = 50ms;
    start(std::move(hasty));
    RawClient client(path());
    // Whether that is in time does not matter.
    static_cast<void>(client.send("half a li"));
    EXPECT_TRUE(client.ended());
}

TEST_F(AdminSocketTest, GivesTheTimesOfTheHeaderWhereNothingElseIsSaid) {
    EXPECT_EQ(settings().idle_time_max, Duration(limits::admin_idle_time_max));
    EXPECT_EQ(settings().write_time_max, Duration(limits::admin_idle_time_max));
}

TEST_F(AdminSocketTest, OutlivesASessionThatEndsAsItsTimeIsOver) {
    SocketSettings hasty = settings();
    // Those who ask must not be late, however busy the machine is.
    hasty.idle_time_max = 3s;
    const Duration both = 2 * hasty.idle_time_max;
    std::optional<RawClient> leaving;
    // While the socket's thread is held, the client leaves and its time runs out: both are found
    // at once.
    start(std::move(hasty), [&](const Peer&, RoleSet, std::string_view line, auto reply) {
        if (line == "hold") {
            leaving.reset();
            std::promise<void>().get_future().wait_for(both);
        }
        reply({.code = {}, .body = std::string(line)});
    });
    leaving.emplace(path());
    ASSERT_EQ(leaving->ask("x").body, "x");
    EXPECT_EQ(RawClient(path()).ask("hold").body, "hold");
    EXPECT_EQ(RawClient(path()).ask("y").body, "y");
}

TEST_F(AdminSocketTest, EndsASessionThatDoesNotRead) {
    SocketSettings hasty = settings();
    hasty.write_time_max = 100ms;
    hasty.sessions_max = 1;
    start(std::move(hasty), [](const Peer&, RoleSet, std::string_view line, auto reply) {
        const bool much = line == "much";
        reply({.code = {}, .body = much ? std::string(8 * limits::mib, 'x') : std::string(line)});
    });
    RawClient slow(path());
    ASSERT_EQ(slow.ask("x").body, "x");
    keep_little_under_way();
    ASSERT_TRUE(slow.send("much\n"));
    // The only session becomes free again although the slow client stays connected.
    while (RawClient(path()).ask("x").body != "x")
        std::this_thread::yield();
    EXPECT_FALSE(slow.read_answer().has_value());
}

TEST_F(AdminSocketTest, EndsInOrderWithSessionsOpenAndRepliesDue) {
    std::promise<std::move_only_function<void(Reply)>> asked;
    start(settings(), [&](const Peer&, RoleSet, std::string_view, auto reply) {
        asked.set_value(std::move(reply));
    });
    RawClient idle(path());
    RawClient waiting(path());
    ASSERT_TRUE(waiting.send("x\n"));
    auto reply = asked.get_future().get();
    std::jthread stopper([this] { socket_.reset(); });
    EXPECT_TRUE(idle.ended());
    reply({.code = {}, .body = "at last"});
    const auto answer = waiting.read_answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "at last");
    EXPECT_TRUE(waiting.ended());
    stopper.join();
    EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(AdminSocketTest, RunsDeferredFunctionsWhileItEndsAndAReplyIsDue) {
    std::promise<std::move_only_function<void(Reply)>> asked;
    start(settings(), [&](const Peer&, RoleSet, std::string_view, auto reply) {
        asked.set_value(std::move(reply));
    });
    AdminSocket* const socket = socket_.get();
    RawClient idle(path());
    RawClient waiting(path());
    ASSERT_TRUE(waiting.send("x\n"));
    auto reply = asked.get_future().get();
    std::jthread stopper([this] { socket_.reset(); });
    EXPECT_TRUE(idle.ended());
    socket->defer([&] { reply({.code = {}, .body = "deferred"}); });
    const auto answer = waiting.read_answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "deferred");
    stopper.join();
}

TEST_F(AdminSocketTest, RunsDeferredFunctionsOnItsThread) {
    start(settings());
    std::promise<std::thread::id> first;
    std::promise<std::thread::id> second;
    socket_->defer([&] { first.set_value(std::this_thread::get_id()); });
    socket_->defer([&] { second.set_value(std::this_thread::get_id()); });
    EXPECT_EQ(first.get_future().get(), second.get_future().get());
}

}  // namespace
}  // namespace budstikke::admin
