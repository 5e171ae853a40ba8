// The real pipeline on a real store in a folder of its own, with a clock that the test moves.
// Parties:
//   100 hospital (organisation 900000001)     201 GP, 202 municipality (organisation 900000002)
//   301 GP that lets the broker give receipts (organisation 900000003)
// Payloads are opaque unless a test brings XML, so that what is tested is the pipeline alone.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "broker/crypto/system_random.hpp"
#include "broker/pipeline/broker.hpp"

namespace budstikke::pipeline {

inline HerId her(const std::string& digits) {
    return HerId::parse(digits).value();
}

class TestClock final : public Clock {
 public:
    Timestamp now() const override {
        return Timestamp(Duration(milliseconds_.load() + ahead_.load()));
    }
    SteadyTime steady_now() const override { return SteadyTime(Duration(milliseconds_.load())); }
    void advance(Duration by) { milliseconds_ += by.count(); }
    /// The wall clock alone.
    void jump(Duration by) { ahead_ += by.count(); }

 private:
    std::atomic<std::int64_t> milliseconds_{1'790'000'000'000};
    std::atomic<std::int64_t> ahead_{0};
};

/// A consumer that keeps its offers until the test takes them.
class Inbox final : public Endpoint {
 public:
    void offer(std::span<const Offer> offers) override;
    void subscription_ended(const HerId& queue, SubscriptionEnd why) override;

    /// Waits until there are that many, and takes them.
    std::vector<Offer> take(std::size_t count);
    std::size_t size() const;
    std::vector<std::pair<HerId, SubscriptionEnd>> ended() const;

 private:
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Offer> offers_;
    std::vector<std::pair<HerId, SubscriptionEnd>> ended_;
};

/// An opaque submission; the fields that a test cares about are set by it.
struct Draftsman {
    std::string msg_id = "m1";
    std::string sender = "100";
    std::vector<std::string> to{"201"};
    std::string conversation{};
    std::string type = "EPIKRISE";
    std::string bytes = "sealed for another's eyes";
    std::string organisation = "900000001";

    Submission submission() const;
};

/// An AppRec of `from` to `to` that answers the message of that MsgId.
Submission apprec(
    const std::string& organisation, const std::string& from, const std::string& to,
    const std::string& original, int status, const std::string& id
);

class BrokerTest : public testing::Test {
 protected:
    void SetUp() override;
    void TearDown() override;

    virtual Settings settings() const { return {}; }
    virtual const xml::SchemaSet* schemas() const { return nullptr; }
    virtual const Ways* ways() const { return nullptr; }
    /// Extra TOML for the directory.
    virtual std::string directory_toml() const { return {}; }
    /// The store as the broker gets it.
    virtual std::unique_ptr<store::Store> watched(std::unique_ptr<store::Store> store) {
        return store;
    }
    std::shared_ptr<const directory::Directory> load_directory(const std::string& extra) const;
    /// The parties above, for a test that changes some of them, and the directory of such a text.
    static std::string directory_text();
    std::shared_ptr<const directory::Directory> load_directory_text(const std::string& text) const;

    void start();
    void stop();
    void restart() {
        stop();
        start();
    }

    Receipt submit(Submission submission);
    Receipt submit(const Draftsman& draft) { return submit(draft.submission()); }
    /// Answers a message with an AppRec of that status from `from` to `to`.
    Receipt send_apprec(
        const std::string& from, const std::string& to, const std::string& original, int status,
        const std::string& id = "11111111-1111-4111-8111-111111111111"
    );

    ConsumerId consume(
        Inbox& inbox, const std::string& organisation, const std::string& queue,
        std::uint32_t credit = 10
    );
    Result<DeliveryState> settle(
        ConsumerId consumer, const Offer& offer, SettleOutcome outcome = SettleOutcome::accepted
    );
    void detach(ConsumerId consumer);
    /// The state of a delivery as stored.
    DeliveryState state(const MessageId& message, const std::string& recipient);
    store::DeliveryRecord delivery(const MessageId& message, const std::string& recipient);
    std::vector<DeliveryCause> causes(const MessageId& message, const std::string& recipient);
    /// Waits until everything posted before is done.
    void sync();
    void tick() {
        broker_->tick();
        sync();
    }
    Authority by(const std::string& command) const {
        return {.who = "test", .role = "admin", .command = command, .reason = "a test"};
    }
    /// Runs a function of the broker that answers through a handler, and waits for the answer.
    template <typename T, typename Call>
    T await(Call call) {
        std::promise<T> promise;
        auto answer = promise.get_future();
        call([&promise](T value) { promise.set_value(std::move(value)); });
        return answer.get();
    }

    std::filesystem::path folder_;
    TestClock clock_;
    crypto::SystemRandom random_;
    AdapterRegistry adapters_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<store::PayloadCodec> codec_;
    std::unique_ptr<Broker> broker_;
};

}  // namespace budstikke::pipeline
