// The broker as transports and the admin socket see it: hand over, receive, follow, operate. All
// functions are safe from any thread. Handlers given to it are called once, from the commit thread,
// after what they report is durable; they must not block and must not call back into the broker:
// hand over to one's own executor.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/adapter/registry.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/random.hpp"
#include "broker/base/result.hpp"
#include "broker/directory/directory.hpp"
#include "broker/pipeline/endpoint.hpp"
#include "broker/pipeline/flight_budget.hpp"
#include "broker/pipeline/settings.hpp"
#include "broker/pipeline/status.hpp"
#include "broker/pipeline/submission.hpp"
#include "broker/pipeline/ways.hpp"
#include "broker/store/payload_codec.hpp"
#include "broker/store/store.hpp"

namespace budstikke::pipeline {

template <typename T>
using Handler = std::move_only_function<void(T)>;

/// A submission that passed every stage before the commit, sealed and ready.
struct Prepared;

struct PreparedDeleter {
    void operator()(Prepared* prepared) const;
};
using PreparedPtr = std::unique_ptr<Prepared, PreparedDeleter>;

using ConsumerId = std::uint64_t;

enum class SettleOutcome {
    accepted,  ///< by the consumer's system
    rejected,
    released,
    /// For endpoints of our own only, no protocol lets a consumer ask for them: the partner's
    /// message service has it (transport receipt), and it was sent in vain until the end.
    received,
    expired,
};

struct Settlement {
    DeliveryId delivery;
    SettleOutcome outcome = SettleOutcome::accepted;
    std::string reason_code;
    std::string reason;
    /// Of the Offer that it settles: nothing happens to a later offer of the delivery. 0: whichever
    /// the consumer has.
    std::uint32_t attempt = 0;
};

/// An administrator's authority for a changing command: recorded before it acts.
struct Authority {
    std::string who;
    std::string role;
    std::string command;
    std::string reason;
};

/// What the broker stands on; all outlive it.
struct Parts {
    store::Store& store;
    store::PayloadCodec& codec;
    const AdapterRegistry& adapters;
    const xml::SchemaSet* schemas;  ///< nullptr without a pack
    const Clock& clock;
    Random& random;
    const Ways* ways = nullptr;  ///< nullptr where every recipient is a consumer's
};

class Broker {
 public:
    /// Reads the open deliveries back. Those that were in flight are queued again.
    static Result<std::unique_ptr<Broker>> start(
        const Parts& parts, const Settings& settings,
        std::shared_ptr<const directory::Directory> directory
    );
    ~Broker();  ///< stops the commit thread after what waits is committed
    Broker(const Broker&) = delete;
    Broker& operator=(const Broker&) = delete;

    /// Called once, from the commit thread, when a commit failed: stop acknowledging, end the
    /// process.
    void on_failure(Handler<Error> handler);

    // --- Hand over ---------------------------------------------------------------------
    /// The stages up to the commit, on the caller's thread: may take milliseconds where schemas
    /// apply. The value is a submission to commit; else the receipt to send: a refusal, or the same
    /// answer again to what was accepted before.
    std::expected<PreparedPtr, Receipt> prepare(Submission submission) const;
    /// Whether prepare may take long enough to belong on a worker: beyond in_place_bytes_max, or
    /// schema_in_place_bytes_max where schemas may apply.
    bool is_heavy(const Submission& submission) const;
    void commit(PreparedPtr prepared, Handler<Receipt> answer);
    /// What a submission would be answered; nothing is stored.
    Receipt check(Submission submission) const;
    struct MaySend {
        bool allowed = false;
        std::optional<HerId> redirected_to;
        Findings findings;
    };
    Result<MaySend> may_send(
        std::string_view organisation, std::string_view sender, std::string_view recipient,
        std::string_view type, std::string_view version, std::string_view format
    ) const;
    struct WithdrawVerdict {
        HerId recipient;
        bool cancelled = false;
        DeliveryState state = DeliveryState::none;
    };
    /// For the sender's organisation only. `denied` where the message, or the sender that it is
    /// asked for by, is another's: who is answered must not be able to tell it from `not_found`.
    void withdraw(
        std::string organisation, MessageRef message, std::vector<HerId> recipients,
        std::string reason, Handler<Result<std::vector<WithdrawVerdict>>> answer
    );
    FlightBudget& budget();
    /// Whether so much waits for the commit thread that nobody should read more work from a socket;
    /// what was read may still be handed over.
    bool crowded() const;
    /// Calls once there is room again: now, on this thread, or later, from the commit thread, in
    /// the order of asking.
    void when_calm(std::move_only_function<void()> call);

    // --- Receive -----------------------------------------------------------------------
    /// `endpoint` is called until the handler of detach was. However much credit it has, and on
    /// however many subscriptions one after the other, no more than `unsettled_max` is offered.
    ConsumerId attach(
        std::string organisation, Endpoint& endpoint,
        std::uint32_t unsettled_max = std::numeric_limits<std::uint32_t>::max()
    );
    /// Unsettled deliveries return to their queues. After `done` the endpoint is never called
    /// again.
    void detach(ConsumerId consumer, std::move_only_function<void()> done);
    /// Subscribing again adds the credit. `denied` where the organisation may not act for the
    /// HER-id.
    void subscribe(
        ConsumerId consumer, HerId queue, std::uint32_t credit, Handler<Result<void>> answer
    );
    void add_credit(ConsumerId consumer, HerId queue, std::uint32_t credit);
    /// Unsettled deliveries of it stay the consumer's until settled, and count as unsettled of a
    /// later subscription of the queue.
    void unsubscribe(ConsumerId consumer, HerId queue, std::move_only_function<void()> answer);
    /// The state that the delivery has now. `not_found` where it is not this consumer's to settle.
    void settle(ConsumerId consumer, Settlement settlement, Handler<Result<DeliveryState>> answer);
    /// One piece of the payload; `not_found` where it was erased, `unavailable` where the master
    /// key that wraps its key is not loaded.
    Result<std::string> read_payload(const store::MessageRecord& message, std::uint32_t chunk)
        const;

    // --- Follow ------------------------------------------------------------------------
    /// A sender sees all recipients, a recipient itself. `denied` as in withdraw.
    Result<MessageStatus> status(std::string_view organisation, const MessageRef& message) const;
    Result<std::vector<store::FeedEntry>> feed(
        std::string_view organisation, const HerId& sender, store::Position after,
        std::size_t rows_max
    ) const;
    using WatchId = std::uint64_t;
    /// `changed` is called, any number of times, after new entries of that feed are durable. It is
    /// not called after unwatch returned.
    WatchId watch_feed(const HerId& sender, std::function<void()> changed);
    void unwatch(WatchId watch);

    // --- Operate -----------------------------------------------------------------------
    std::shared_ptr<const directory::Directory> directory() const;
    /// Subscriptions that the new directory no longer allows end.
    void replace_directory(std::shared_ptr<const directory::Directory> directory);
    bool is_held(const HerId& her_id) const;
    void hold(Authority by, HerId her_id, bool held, Handler<Result<void>> answer);
    std::vector<HerId> held() const;
    void pause(Authority by, HerId queue, bool paused, Handler<Result<void>> answer);
    /// Counts and ages of every queue that has open deliveries or is paused.
    void queues(Handler<std::vector<QueueStatus>> answer) const;
    void queue(HerId queue, std::size_t rows_max, Handler<QueueDetail> answer) const;
    Result<std::vector<store::DeadLetter>> dead_letters(
        const std::optional<DeliveryId>& after, std::size_t rows_max
    ) const;
    void retry_dead_letter(Authority by, DeliveryId delivery, Handler<Result<void>> answer);
    void discard(Authority by, DeliveryId delivery, Handler<Result<void>> answer);
    /// A message as operations may see it: by broker id, or by sender and MsgId.
    Result<MessageStatus> message(const MessageRef& message) const;
    /// Records a changing command of another part (reload, drain, stop) before it acts.
    void audit(Authority by, Handler<Result<void>> answer);
    Result<std::vector<store::AuditRecord>> audit_records(
        store::Position after, std::size_t rows_max
    ) const;
    /// No new submissions; deliveries go on.
    void drain(bool draining);
    bool draining() const;
    Counters counters() const;
    /// Whether an organisation still has anything that it may act for and is not held.
    bool is_welcome(std::string_view organisation) const;

    /// Payload keys that an older master key wraps are wrapped by the current one, a page a tick.
    void rotate_keys();
    struct Rotation {
        bool running = false;
        std::uint64_t rewrapped = 0;  ///< since start
    };
    Rotation rotation() const;

    // --- Time --------------------------------------------------------------------------
    /// Retries and expiries that are due, overdue receipts, retention, rotation: to be called about
    /// once a second, always from the same thread.
    void tick();

 private:
    struct Impl;
    explicit Broker(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::pipeline
