// The state of the broker, owned by the commit thread: books, queues, consumers, and what each
// operation does to them. One file per concern: accept.cpp, deliver.cpp, acknowledge.cpp,
// apprec.cpp, operate.cpp, housekeeping.cpp. What other threads may read stands in Shared.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "broker/pipeline/broker.hpp"
#include "broker/pipeline/commit_loop.hpp"
#include "broker/pipeline/ledger.hpp"
#include "broker/pipeline/queues.hpp"
#include "broker/pipeline/sound_time.hpp"
#include "broker/pipeline/stages.hpp"

namespace budstikke::pipeline {

struct Prepared {
    store::MessageRecord record;
    store::SealedPayload sealed;
    DraftPtr draft;                          ///< its payload has been released
    std::shared_ptr<const Payload> carried;  ///< or nullptr
};

/// Seals the payload of a draft and moves what is stored of it into record and sealed payload; the
/// payload itself stays. Leaves the draft as it is where sealing fails.
Result<void> seal(
    Draft& draft, Timestamp now, const Parts& parts, const Settings& settings, Prepared& prepared
);

/// Read by every thread, written by the commit thread.
struct Shared {
    std::atomic<std::shared_ptr<const directory::Directory>> directory;
    std::atomic<std::shared_ptr<const std::set<HerId>>> held;
    SchemaForecast forecast;
    std::atomic<bool> any_schema{false};  ///< some party asks for schema validation
    std::atomic<bool> draining{false};
    std::atomic<bool> disk_low{false};
    std::atomic<bool> wants_compaction{false};
    std::atomic<std::uint64_t> compaction_failures{0};
    std::atomic<std::uint64_t> open_deliveries{0};
    std::atomic<std::uint64_t> consumers{0};
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> repeated{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> conflicts{0};
    std::atomic<std::uint64_t> offered{0};
    std::atomic<std::uint64_t> settled{0};
    std::atomic<std::uint64_t> confirmed{0};
    std::atomic<std::uint64_t> rejected{0};
    std::atomic<std::uint64_t> dead_lettered{0};
    std::atomic<std::uint64_t> expired{0};
    std::atomic<std::uint64_t> apprec_incidents{0};
    std::atomic<std::uint64_t> refused_changes{0};
    std::atomic<std::uint64_t> commits{0};

    std::mutex watch_mutex;
    std::map<HerId, std::map<Broker::WatchId, std::function<void()>>> watches;  ///< by sender
    Broker::WatchId next_watch = 1;
};

class Core final : public Cycle {
 public:
    Core(
        const Parts& parts, const Settings& settings, Shared& shared, std::unique_ptr<Ledger> ledger
    );

    // --- Cycle -------------------------------------------------------------------------
    void begin() override;
    /// Asked between operations: half of a commit is kept for offers, so that a flood of
    /// submissions does not starve the recipients.
    bool is_full() const override { return ledger_->is_full(limits::commit_operations_max / 2); }
    Result<void> finish() override;
    void failed(Error error) override;
    bool has_more() const override { return !touched_.empty(); }
    void on_failure(Handler<Error> handler) { on_failure_ = std::move(handler); }

    /// Reads open deliveries, holds and pauses; queues again what was in flight.
    Result<void> recover();

    // --- Operations, in the words of Broker --------------------------------------------
    void accept(PreparedPtr prepared, Handler<Receipt> answer);
    void withdraw(
        const std::string& organisation, const MessageRef& message,
        const std::vector<HerId>& recipients, const std::string& reason,
        Handler<Result<std::vector<Broker::WithdrawVerdict>>> answer
    );
    void attach(
        ConsumerId id, std::string organisation, Endpoint& endpoint, std::uint32_t unsettled_max
    );
    void detach(ConsumerId id, std::move_only_function<void()> done);
    void subscribe(
        ConsumerId id, const HerId& queue, std::uint32_t credit, Handler<Result<void>> answer
    );
    void add_credit(ConsumerId id, const HerId& queue, std::uint32_t credit);
    void unsubscribe(ConsumerId id, const HerId& queue, std::move_only_function<void()> answer);
    void settle(ConsumerId id, const Settlement& settlement, Handler<Result<DeliveryState>> answer);
    /// Subscriptions that the new directory no longer allows end; what waits for a party that has a
    /// successor goes there.
    void directory_replaced();
    void hold(const Authority& by, const HerId& her_id, bool held, Handler<Result<void>> answer);
    void pause(const Authority& by, const HerId& queue, bool paused, Handler<Result<void>> answer);
    void queues(Handler<std::vector<QueueStatus>> answer);
    void queue(const HerId& queue, std::size_t rows_max, Handler<QueueDetail> answer);
    void retry(const Authority& by, const DeliveryId& id, Handler<Result<void>> answer);
    void discard(const Authority& by, const DeliveryId& id, Handler<Result<void>> answer);
    void audit(const Authority& by, Handler<Result<void>> answer);
    void tick();
    void replace_wraps(const std::vector<std::pair<MessageId, std::string>>& wraps);

    std::optional<MessageId> find(const MessageRef& message);
    View view(Timestamp now) const;

 private:
    struct Subscription {
        std::uint32_t credit = 0;     ///< how many may be unsettled
        std::uint32_t unsettled = 0;  ///< those of an earlier subscription of the queue too
    };
    struct Consumer {
        std::string organisation;
        Endpoint* endpoint = nullptr;
        std::uint32_t unsettled_max = 0;
        std::map<HerId, Subscription> subscriptions;
        std::map<HerId, std::uint32_t> left_over;  ///< unsettled, of queues not subscribed to now
        boost::unordered_flat_set<DeliveryId, std::hash<DeliveryId>> unsettled;
        bool kept_waiting = false;  ///< some offer was not made because of unsettled_max
    };
    struct InFlight {
        ConsumerId consumer = 0;
        HerId queue;
        bool closed = false;  ///< an AppRec overtook the settlement
    };
    struct Subscribers {
        std::vector<ConsumerId> consumers;
        std::size_t turn = 0;
    };

    /// Calls `answer` once what the cycle did is durable.
    template <typename T>
    void answer_after_commit(Handler<T> answer, std::type_identity_t<T> result) {
        answers_.emplace_back([answer = std::move(answer), result = std::move(result)]() mutable {
            answer(std::move(result));
        });
    }

    // accept.cpp
    Receipt store_new(Prepared& prepared);
    Receipt join_known(Prepared& prepared, const store::IdentityRecord& known);
    void join_recipients(
        const store::MessageRecord& message, const Prepared& prepared, Receipt& receipt
    );
    void add_delivery(
        const store::MessageRecord& message, const Route& route, std::optional<Timestamp> expires_at
    );
    /// A message that the broker writes itself; false where it cannot be routed.
    bool accept_own(std::string bytes, const store::MessageRecord& about);

    // deliver.cpp
    void enqueue(const store::DeliveryRecord& record);
    void dispatch();
    void dispatch_queue(const HerId& queue);
    ConsumerId next_consumer(const HerId& queue);
    static bool has_room(Consumer& consumer, const HerId& queue);
    /// Or ends the delivery, where it turns out not to be fit for an offer.
    void offer(const DeliveryId& id, const HerId& queue, ConsumerId consumer);

    // acknowledge.cpp
    void settle_accepted(store::DeliveryRecord& record);
    void settle_received(store::DeliveryRecord& record, const Settlement& settlement);
    void settle_expired(store::DeliveryRecord& record, const Settlement& settlement);
    void settle_rejected(store::DeliveryRecord& record, const Settlement& settlement);
    void settle_released(store::DeliveryRecord& record, const Settlement& settlement);
    void return_to_queue(
        store::DeliveryRecord& record, DeliveryCause cause, Timestamp due, std::string detail = {}
    );
    void end_offer(const DeliveryId& id);
    void forget_unsettled(Consumer& consumer, const DeliveryId& id, const HerId& queue);
    void end_subscription(ConsumerId id, const HerId& queue);
    Timestamp next_attempt(std::uint32_t attempts);
    void close(const store::DeliveryRecord& record);
    bool change(store::DeliveryRecord& record, DeliveryCause cause, std::string detail = {});
    void count(DeliveryState state);

    // apprec.cpp
    void match_apprec(const store::MessageRecord& apprec);
    store::DeliveryRecord* answered(const store::MessageRecord& message, const HerId& by);
    void apply_apprec(store::DeliveryRecord& record, const store::MessageRecord& apprec);
    void apply_kept_apprec(store::DeliveryRecord& record);
    void originate_apprec(
        const store::DeliveryRecord& record, AppRecStatus status, const Settlement* settlement
    );

    // operate.cpp
    void record_audit(const Authority& by, std::string outcome);
    void record_and_answer(const Authority& by, Result<void> result, Handler<Result<void>> answer);
    Result<void> retry_now(const DeliveryId& id);
    Result<void> discard_now(const DeliveryId& id, std::string reason);
    void end_disallowed_subscriptions();
    void stop_consumer(ConsumerId id, const HerId& queue, SubscriptionEnd why);
    void reroute();

    // housekeeping.cpp
    void expire();
    void remind();
    void pass_messages(
        std::string_view name, MessageId& cursor, Duration kept,
        const std::function<bool(const store::MessageRecord&)>& done_with
    );
    void retain_payloads();
    void retain_postponed_payloads();
    void retain_identities();
    void retain_messages();
    bool has_open_delivery(const MessageId& message);
    /// Changed in this cycle.
    bool has_open_or_changed_delivery(const MessageId& message);
    MessageId cursor(std::string_view name);
    void move_cursor(std::string_view name, MessageId& cursor, const MessageId& to);

    const Parts parts_;
    const Settings settings_;
    Shared& shared_;
    std::unique_ptr<Ledger> ledger_;
    Queues queues_;
    Timestamp now_{};
    SoundTime sound_time_;
    Timestamp ending_{};  ///< `now_` for what ends by time

    std::map<ConsumerId, Consumer> consumers_;
    std::map<HerId, Subscribers> subscribers_;
    boost::unordered_flat_map<DeliveryId, InFlight, std::hash<DeliveryId>> in_flight_;
    std::set<HerId> touched_;  ///< queues that may have something to offer
    std::set<HerId> paused_;
    std::map<ConsumerId, std::vector<Offer>> offers_;  ///< to make once the cycle is durable
    boost::unordered_flat_map<MessageId, std::shared_ptr<const Payload>, std::hash<MessageId>>
        carried_;  ///< of this cycle
    std::vector<std::move_only_function<void()>> answers_;
    Handler<Error> on_failure_;
    std::uint64_t ticks_ = 0;
    MessageId postponed_cursor_;  ///< the postponed one that was looked at last
    MessageId payload_cursor_;    ///< retention has passed this message
    MessageId message_cursor_;
    MessageId identity_cursor_;
    std::set<MessageId> postponed_;   ///< passed, but still open: their payloads stay for now
    std::uint64_t erased_bytes_ = 0;  ///< since the store was compacted
};

}  // namespace budstikke::pipeline
