// Uploads that are slow, by weakness or by will: what they hold of the broker's room, and for how
// long.
#include <thread>

#include <gtest/gtest.h>

#include "broker/transport/exchange/frame.hpp"
#include "broker/transport/exchange/upload_pace.hpp"
#include "tests/unit/base/small_buffers.hpp"
#include "tests/unit/transport/exchange_fixture.hpp"
#include "tests/unit/transport/hand_client.hpp"

namespace budstikke::transport {
namespace {

using namespace std::chrono_literals;

class UploadPaceTest : public testing::Test {
 protected:
    bool is_overdue(Duration after, std::size_t bytes) const {
        return pace_.is_overdue(begin_ + after, bytes, limits_);
    }

    const SteadyTime begin_{1h};
    const ExchangeLimits limits_;
    const std::size_t rate_ = limits_.upload_bytes_per_second_min;
    UploadPace pace_ = [this] {
        UploadPace pace;
        pace.begin(begin_);
        return pace;
    }();
};

TEST_F(UploadPaceTest, AsksForNothingUntilTheGraceIsOver) {
    EXPECT_FALSE(is_overdue(limits_.upload_grace, 0));
    EXPECT_TRUE(is_overdue(limits_.upload_grace + 1ms, 0));
}

TEST_F(UploadPaceTest, AsksForTheRateToTheByte) {
    for (const auto seconds : {1U, 60U, 200U}) {
        const Duration after = limits_.upload_grace + std::chrono::seconds(seconds);
        EXPECT_TRUE(is_overdue(after, seconds * rate_ - 1)) << seconds;
        EXPECT_FALSE(is_overdue(after, seconds * rate_)) << seconds;
        EXPECT_FALSE(is_overdue(after, seconds * rate_ + 1)) << seconds;
    }
}

TEST_F(UploadPaceTest, EndsWhatTakesTooLongAtAnyRate) {
    const std::size_t plenty = limits_.payload_bytes_max;
    EXPECT_FALSE(is_overdue(limits_.submission_time_max - 1ms, plenty));
    EXPECT_FALSE(is_overdue(limits_.submission_time_max, plenty));
    EXPECT_TRUE(is_overdue(limits_.submission_time_max + 1ms, plenty));
}

TEST_F(UploadPaceTest, DoesNotCountWhatWasNotThePeersTime) {
    pace_.excuse(begin_ + 10s, begin_ + 70s);
    EXPECT_FALSE(is_overdue(60s + limits_.upload_grace, 0));
    EXPECT_TRUE(is_overdue(60s + limits_.upload_grace + 1ms, 0));
}

TEST_F(UploadPaceTest, ExcusesAPeerThatTakesWhatIsSentToItButNotForEver) {
    const auto longest = limits_.submission_time_max;
    pace_.excuse_reading(begin_, begin_ + longest, limits_);
    EXPECT_FALSE(is_overdue(longest + limits_.upload_grace, 0));
    pace_.excuse_reading(begin_ + longest, begin_ + 2 * longest, limits_);
    EXPECT_TRUE(is_overdue(2 * longest, 0)) << "it has had its time";
}

TEST_F(UploadPaceTest, ExcusesNoTimeFromBeforeItBegan) {
    pace_.excuse(begin_ - 1h, begin_ + 10s);
    EXPECT_FALSE(is_overdue(10s + limits_.upload_grace, 0));
    EXPECT_TRUE(is_overdue(10s + limits_.upload_grace + 1ms, 0));
}

v1::Frame first_piece(std::uint64_t size) {
    v1::Frame frame;
    v1::Submit& submit = *frame.mutable_submit();
    submit.set_submission(1);
    submit.set_content_type("application/pkcs7-mime");
    submit.set_size(size);
    submit.set_payload("abc");
    return frame;
}

class UploadTest : public ExchangeTest {
 protected:
    static constexpr std::size_t payload = limits::mib;
    static constexpr std::size_t large_lane = 6 * limits::mib;

    pipeline::Settings settings() const override {
        pipeline::Settings settings;
        settings.payload_bytes_max = payload;
        settings.bytes_in_flight_max = 8 * limits::mib;
        return settings;
    }
    std::unique_ptr<HandClient> slow_upload(const std::string& certificate) {
        auto client = std::make_unique<HandClient>(client_options(certificate));
        client->greet();
        client->send(first_piece(payload));
        return client;
    }
    void wait_for_bytes(std::size_t bytes) const {
        const auto until = std::chrono::steady_clock::now() + soon;
        while (broker_->budget().in_flight() != bytes) {
            ASSERT_LT(std::chrono::steady_clock::now(), until);
            std::this_thread::yield();
        }
    }
};

TEST_F(UploadTest, LeavesRoomForOthersBesideAnOrganisationWithManySlowUploads) {
    start_server();
    std::vector<std::unique_ptr<HandClient>> slow;
    for (int i = 0; i < 12; ++i) {
        slow.push_back(slow_upload("hospital"));
    }
    wait_for_bytes(large_lane / 2);
    const auto other = connect("municipality");
    v1::Submit large = draft("large", {"100"});
    large.mutable_declared()->set_sender("201");
    v1::Submit small = draft("small", {"100"});
    small.mutable_declared()->set_sender("201");
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(
            other->submit(large, std::string(payload, 'a')).get().value().outcome(),
            v1::Receipt::ACCEPTED
        );
    }
    EXPECT_EQ(other->submit(small, "sealed").get().value().outcome(), v1::Receipt::ACCEPTED);
    // The organisation itself still hands over what is small.
    EXPECT_EQ(submit(*connect("hospital"), "m1").outcome(), v1::Receipt::ACCEPTED);
    EXPECT_EQ(broker_->budget().in_flight(), large_lane / 2);
    slow.clear();
    wait_for_connections(1);
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

TEST_F(UploadTest, EndsAnUploadThatComesTooSlowlyAndServesWhoWaited) {
    const Duration grace = options_.limits.upload_grace;
    start_server();
    auto taken = broker_->budget().take("900000002", large_lane, {});
    ASSERT_TRUE(taken);
    const auto slow = slow_upload("hospital");
    slow->send(ping_frame(1));
    const auto waiting = connect("hospital");
    auto answer = waiting->submit(draft("m1"), std::string(payload, 'a'));
    EXPECT_EQ(answer.wait_for(100ms), std::future_status::timeout);
    wall_.leap_past(grace + 1s);
    EXPECT_EQ(answer.wait_for(1300ms), std::future_status::timeout) << "the wait is not its fault";
    taken->release();
    EXPECT_EQ(answer.get().value().outcome(), v1::Receipt::ACCEPTED);
    EXPECT_TRUE(slow->next().has_pong()) << "it has its room and is read from";
    wall_.leap_past(grace + 1s);
    EXPECT_EQ(slow->next().go_away().reason(), v1::GoAway::TIMEOUT);
    wait_for_connections(1);
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

TEST_F(UploadTest, EndsAnUploadThatStopsInItsFirstFrame) {
    options_.limits.upload_grace = 200ms;
    start_server();
    const auto client = connect("hospital");
    v1::Frame frame = first_piece(payload);
    frame.mutable_submit()->set_payload(std::string(payload, 'a'));
    std::string bytes;
    append_frame(bytes, frame);
    client->send_bytes(bytes.substr(0, bytes.size() / 2));
    EXPECT_EQ(reason_of_end(*client), v1::GoAway::TIMEOUT);
    wait_for_connections(0);
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

TEST_F(UploadTest, EndsAnUploadWhosePeerDoesNotReadItsAnswers) {
    constexpr int count = 24;
    // Every other time that it could miss.
    options_.limits.write_time_max = 24h;
    options_.limits.idle_time_max = 24h;
    options_.limits.submission_time_max = 24h;
    options_.limits.outbound_bytes_max = 64 * limits::kib;
    start_server();
    const auto sender = connect("hospital");
    for (int i = 0; i < count; ++i) {
        submit(*sender, "m" + std::to_string(i), std::string(payload, 'z'));
    }
    const auto client = slow_upload("municipality");
    wait_for_bytes(payload);
    keep_little_under_way();
    v1::Frame subscribe;
    subscribe.mutable_subscribe()->set_her_id("201");
    subscribe.mutable_subscribe()->set_credit(count);
    client->send(subscribe);
    ASSERT_TRUE(client->next().has_subscribed());
    ASSERT_TRUE(client->next().has_delivery());
    // The session reads nothing while its outbox is full; the room is not held that long.
    leap_until("session_closed", options_.limits.upload_grace + 1s);
    const std::string closed = events_.wait_for("session_closed").value_or("");
    EXPECT_NE(closed.find("reason=timeout"), std::string::npos) << closed;
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

TEST_F(UploadTest, EndsASessionThatWaitsForRoomWithoutWaitingForIt) {
    start_server();
    auto taken = broker_->budget().take("900000002", large_lane, {});
    ASSERT_TRUE(taken);
    const auto client = slow_upload("hospital");
    client->send(ping_frame(1));
    EXPECT_FALSE(client->next_within(100ms));
    server_->stop();
    EXPECT_EQ(broker_->budget().in_flight(), large_lane);
    taken->release();
    EXPECT_EQ(broker_->budget().in_flight(), 0U);
}

}  // namespace
}  // namespace budstikke::transport
