// The inbox on a real broker with real stores in a folder of its own, a carrier that keeps what it
// is given, and somebody who takes signals.
#pragma once

#include <atomic>
#include <condition_variable>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "broker/adapter/registry.hpp"
#include "broker/crypto/system_random.hpp"
#include "broker/pipeline/broker.hpp"
#include "broker/transport/ebxml/service/inbox.hpp"
#include "tests/unit/admin/event_recorder.hpp"
#include "tests/unit/transport/ebxml/service/forwarding_store.hpp"
#include "tests/unit/transport/ebxml/service/partner.hpp"
#include "tests/unit/transport/ebxml/service/world.hpp"

namespace budstikke::ebxml::test {

struct Sent {
    std::string endpoint;
    Package package;
    std::string from_address;
    std::string mail_id;
    std::string in_reply_to;
};

class KeepingCarrier final : public Carrier {
 public:
    std::expected<std::string, CarrierFault> send(const Outgoing& outgoing) override;
    /// Waits until that many have been sent, and gives them.
    std::vector<Sent> take(std::size_t count);
    std::size_t size() const;
    /// Every attempt waits until release().
    void hold();
    void release();
    /// Waits until one waits.
    void wait_for_held();

 private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Sent> sent_;
    bool held_ = false;
    std::size_t waiting_ = 0;
};

/// A store that fails, or waits, where a test asks for it.
class FaultyStore final : public ForwardingStore {
 public:
    using ForwardingStore::ForwardingStore;
    using ForwardingStore::put;

    bool fails_to_keep = false;
    bool fails_to_forget = false;
    std::optional<Errc> fails_to_find;
    std::function<void()> before_keeping;

    Result<void> put(const store::InboundEbxml& message) override {
        if (before_keeping) {
            before_keeping();
        }
        return fails_to_keep ? Result<void>(fail(Errc::io, "a test"))
                             : ForwardingStore::put(message);
    }
    Result<std::optional<store::InboundEbxml>> inbound(const HerId& from, std::string_view id)
        const override {
        if (fails_to_find) {
            return fail(*fails_to_find, "a test");
        }
        return ForwardingStore::inbound(from, id);
    }
    Result<std::size_t> erase_inbound_before(Timestamp before, std::size_t rows_max) override {
        if (fails_to_forget) {
            return fail(Errc::io, "a test");
        }
        return ForwardingStore::erase_inbound_before(before, rows_max);
    }
};

/// Keeps events, and tells of each.
class Events final : public EventLog {
 public:
    void write(EventLevel level, std::string_view id, std::initializer_list<EventField> fields)
        override {
        kept.write(level, id, fields);
        if (tell) {
            tell(id);
        }
    }
    admin::EventRecorder kept;
    std::function<void(std::string_view)> tell;
};

struct TakenSignal {
    Envelope envelope;
    Signatory signed_by;
    std::string exchange_of;
    std::vector<std::string> answered_mails;
};

class InboxTest : public testing::Test {
 protected:
    void SetUp() override;
    void TearDown() override;

    void start();
    void stop();
    /// Another inbox on the same stores, as after a crash.
    void restart() {
        stop();
        start();
    }
    /// The broker and the inbox with what the test changed in `world`, `sha1_from`, `options`.
    virtual std::shared_ptr<const Surroundings> surroundings() const;

    Reception receive(const std::string& bytes, Transport transport = Transport::http);
    Reception receive(const PartnerMessage& message) {
        return receive(message.bytes(), message.transport);
    }
    /// Received over HTTP with the signal in the same exchange.
    ReadSignal answered(const PartnerMessage& message);
    ReadSignal answered(const std::string& bytes);
    /// The error codes of the answer.
    std::vector<std::string> refused(const PartnerMessage& message) {
        return answered(message).codes();
    }
    /// Deliveries that a recipient of ours has open.
    std::uint64_t open_for(const std::string& her_id);
    std::uint64_t accepted() const { return broker_->counters().accepted; }
    std::size_t events(std::string_view id) const { return events_.kept.all(id).size(); }
    std::optional<store::InboundEbxml> kept(const PartnerMessage& message) const;

    World world_;
    std::vector<std::string> sha1_from_;
    std::vector<std::string> des3_from_;
    InboxOptions options_{
        .senders = 1,
        .mail_domain = "edi.example",
        .description = R"({"MSH-system":"Budstikke","MSH-versjon":"0.1"})",
        .test_partner = false,
    };
    crypto::test::TempFolder folder_;
    crypto::test::SettableClock clock_;
    crypto::SystemRandom random_;
    Events events_;
    std::atomic<int> failures_ = 0;  ///< for which the process would end
    AdapterRegistry adapters_;
    KeepingCarrier carrier_;
    std::vector<TakenSignal> signals_;
    std::vector<std::pair<std::string, bool>> bounces_;
    Result<SignalEffect> effect_ = SignalEffect::applied;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<store::PayloadCodec> codec_;
    std::unique_ptr<FaultyStore> ebxml_store_;
    std::unique_ptr<pipeline::Broker> broker_;
    std::unique_ptr<Inbox> inbox_;
};

}  // namespace budstikke::ebxml::test
