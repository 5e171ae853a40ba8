// The real outbox on a real broker and real stores, with a clock that the test moves. The clinic
// (3001) sends to the hospital (2001) and its other wards; see world.hpp. Two things stand in for
// the world outside, and say so: a carrier that records what it is given, and the partner, whose
// signals the test writes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "broker/transport/ebxml/message/message.hpp"
#include "broker/transport/ebxml/service/outbox.hpp"
#include "tests/unit/admin/event_recorder.hpp"
#include "tests/unit/pipeline/broker_fixture.hpp"
#include "tests/unit/transport/ebxml/service/forwarding_store.hpp"
#include "tests/unit/transport/ebxml/service/world.hpp"

namespace budstikke::ebxml::test {

/// Not a carrier: it keeps what it is given, and answers as the test says.
class RecordingCarrier final : public Carrier {
 public:
    struct Sent {
        std::string endpoint;
        std::string content_type;
        std::string body;
        std::string from_address;
        std::string mail_id;
        Timestamp at;
        std::stop_token stop;
    };
    using Answer = std::expected<std::string, CarrierFault>;

    explicit RecordingCarrier(const Clock& clock) : clock_(clock) {}

    Answer send(const Outgoing& outgoing) override;
    void answer_with(std::function<Answer(const Sent&)> answer);
    /// Waits until there have been that many, and gives all.
    std::vector<Sent> wait_for(std::size_t count);
    std::size_t count() const;

 private:
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Sent> sent_;
    std::function<Answer(const Sent&)> answer_;
};

/// The real store, which tells when a message of ours was changed, and fails where a test says so.
class WatchedStore final : public ForwardingStore {
 public:
    WatchedStore(const std::filesystem::path& folder, const store::PayloadCodec& codec)
        : ForwardingStore(store::open_ebxml_store(folder, codec).value()) {}
    using ForwardingStore::put;

    Result<void> put(const store::OutboundEbxml& message) override {
        auto done = failing_ ? refusal() : ForwardingStore::put(message);
        changed();
        return done;
    }
    Result<void> update(const store::OutboundEbxml& message) override {
        auto updated = failing_ ? refusal() : ForwardingStore::update(message);
        changed();
        return updated;
    }
    Result<void> erase_outbound(std::string_view id) override {
        if (const auto pause = take(before_erase_)) {
            pause();
        }
        auto erased = ForwardingStore::erase_outbound(id);
        changed();
        return erased;
    }

    Result<std::optional<store::OutboundEbxml>> outbound_of(const DeliveryId& id) const override;

    /// Runs once, between the next look for a delivery's message and its answer.
    void after_next_lookup(std::function<void()> pause);
    /// Runs once, before the next message is erased.
    void before_next_erase(std::function<void()> pause);
    /// From now on no message of ours can be written.
    void fail_writes(bool failing) { failing_ = failing; }
    /// Waits until `holds` is true after some change; looks at once, too.
    void wait_until(const std::function<bool()>& holds);

 private:
    static Result<void> refusal() { return fail(Errc::io, "as the test wants it"); }
    void changed();
    /// Empties it.
    std::function<void()> take(std::function<void()>& pause) const;
    std::atomic<bool> failing_ = false;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t changes_ = 0;
    mutable std::function<void()> pause_;
    std::function<void()> before_erase_;
};

/// Takes what came back in an exchange.
class RecordingReceiver final : public Receiver {
 public:
    Reception receive(const Arrival& arrival) override;
    /// Says of the next ones that they could not be kept.
    void put_off(std::size_t count);
    /// `exchange_of` and the bytes of each.
    std::vector<std::pair<std::string, std::string>> wait_for(std::size_t count);

 private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::pair<std::string, std::string>> arrived_bytes_;
    std::size_t put_off_ = 0;
};

class OutboxTest : public pipeline::BrokerTest {
 protected:
    void SetUp() override;
    void TearDown() override;

    virtual OutboxOptions options() const { return {.senders = 2, .mail_domain = "msh.example"}; }
    /// How often and how long; of the directory's parties without an agreement.
    virtual std::uint32_t retries() const { return 2; }
    virtual std::chrono::seconds interval() const { return std::chrono::hours(12); }
    std::shared_ptr<const Surroundings> surroundings() const;

    void start_all();
    void stop_all();
    void restart_all() {
        stop_all();
        start_all();
    }
    /// The directory as the world has it now, for the broker and the outbox.
    void reload();
    void tick_outbox() { outbox_->tick(); }
    void pass(Duration time) {
        clock_.advance(time);
        outbox_->tick();
    }

    /// From the clinic; returns the broker's id.
    MessageId submit_to(const std::string& recipient, const std::string& msg_id = "m1");
    /// So many, with the MsgIds m0, m1, ...
    std::vector<MessageId> submit_many(const std::string& recipient, std::size_t count);
    store::OutboundEbxml stored(const MessageId& message, const std::string& recipient = "2001");
    void wait_for_state(
        const MessageId& message, DeliveryState state, const std::string& recipient = "2001"
    );
    /// Until the store has no message for that delivery any more.
    void wait_until_erased(const MessageId& message, const std::string& recipient = "2001");

    /// What the partner would say to a message, as the receiver of signals hands it over.
    static Envelope acknowledgment_of(const RecordingCarrier::Sent& sent);
    static Envelope error_of(
        const RecordingCarrier::Sent& sent, const std::string& code, ErrorSeverity severity
    );
    SignalEffect signal(const Envelope& envelope, Signatory by = Signatory::partner);

    World world_;
    RecordingCarrier carrier_{clock_};
    RecordingReceiver receiver_;
    admin::EventRecorder events_;
    std::atomic<int> failures_ = 0;  ///< of the store, as the outbox reported them
    std::unique_ptr<WatchedStore> ebxml_store_;
    std::unique_ptr<Outbox> outbox_;
};

/// The message as its recipient reads it.
Message read_sent(const RecordingCarrier::Sent& sent);

}  // namespace budstikke::ebxml::test
