// Who may come to the HTTPS listener, and how much of it anybody may keep to himself.
#include <atomic>

#include "tests/unit/transport/ebxml/carriers/https_fixture.hpp"

namespace budstikke::ebxml::test {
namespace {

using namespace std::chrono_literals;

class HttpsWelcomeTest : public HttpsTest {
 protected:
    void start_with_judge() {
        options_.unwelcome = [this](const crypto::PeerIdentity& peer) -> std::string_view {
            const bool is_refused =
                refuses_ && peer.organisation_number == crypto::test::organisation;
            return is_refused ? "session_refused_held" : "";
        };
        start();
    }
    std::atomic<bool> refuses_ = false;
};

TEST_F(HttpsWelcomeTest, AnOrganisationThatIsNotWelcomeIsNotReadFrom) {
    refuses_ = true;
    start_with_judge();
    auto peer = this->peer();
    peer.send(request("<a/>"));
    EXPECT_TRUE(peer.is_closed());
    EXPECT_EQ(events_.count("session_refused_held"), 1U);
    EXPECT_TRUE(receiver_.packages().empty());
    refuses_ = false;
    auto again = this->peer();
    ASSERT_TRUE(again.send(request("<a/>")));
    EXPECT_TRUE(again.answer().starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpsWelcomeTest, AConnectionEndsWhenItsOrganisationIsWelcomeNoMore) {
    start_with_judge();
    auto peer = this->peer();
    ASSERT_TRUE(peer.send(request("<a/>")));
    ASSERT_TRUE(peer.answer().starts_with("HTTP/1.1 200 "));
    refuses_ = true;
    listener_->sweep();
    EXPECT_TRUE(peer.is_closed());
    EXPECT_TRUE(events_.wait_for("session_refused_held"));
}

TEST_F(HttpsWelcomeTest, ABodyThatComesTooSlowlyEndsLongBeforeItsTimeIsOver) {
    options_.limits.connections.upload_grace = 100ms;
    start();
    auto peer = this->peer();
    const std::string bytes = request(std::string(limits::mib, 'x'));
    ASSERT_TRUE(peer.send(bytes.substr(0, 1024)));
    EXPECT_TRUE(peer.is_closed());
    EXPECT_EQ(events_.count("ebxml_http_timeout"), 1U);
    EXPECT_TRUE(receiver_.packages().empty());
}

TEST_F(HttpsWelcomeTest, TheRoomOfAnOrganisationIsBounded) {
    pool_options_.held_bytes_per_sender_max = package(std::string(100, 'x')).size();
    start();
    auto holder = this->peer();
    const std::string half = request(std::string(100, 'x'));
    ASSERT_TRUE(holder.send(half.substr(0, half.size() - 1)));
    auto second = this->peer();
    ASSERT_TRUE(second.send(request(std::string(101, 'x'))));
    EXPECT_TRUE(second.answer().starts_with("HTTP/1.1 503 "));
    ASSERT_TRUE(holder.send(half.substr(half.size() - 1)));
    EXPECT_TRUE(holder.answer().starts_with("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace budstikke::ebxml::test
