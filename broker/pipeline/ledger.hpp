// The books of the commit thread: reads through to the store, changes that become one batch at the
// end of a cycle. What a cycle has changed, the rest of the cycle sees. Index rows (open, dead
// letters, timers, feed) follow from a delivery's record before and after; nobody else writes them.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "broker/base/clock.hpp"
#include "broker/base/limits.hpp"
#include "broker/base/result.hpp"
#include "broker/store/payload_codec.hpp"
#include "broker/store/store.hpp"

namespace budstikke::pipeline {

/// What the queues need to know of an open delivery, in memory as on disk.
store::OpenEntry open_entry(const store::DeliveryRecord& record);

class Ledger {
 public:
    /// Continues after the highest position of the store.
    static Result<std::unique_ptr<Ledger>> open(store::Store& store);

    void begin_cycle(Timestamp now) { now_ = now; }
    Timestamp now() const { return now_; }
    store::Position next_position() { return ++position_; }
    /// Whether the cycle has grown to the size of one commit, or to `operations_max`.
    bool is_full(std::size_t operations_max = limits::commit_operations_max) const;

    // --- Reads -------------------------------------------------------------------------
    std::shared_ptr<const store::MessageRecord> message(const MessageId& id);
    std::optional<store::IdentityRecord> identity(const HerId& sender, std::string_view msg_id);
    /// For reading and changing until the end of the cycle; nullptr where there is none.
    store::DeliveryRecord* delivery(const DeliveryId& id);
    std::vector<DeliveryId> deliveries_of(const MessageId& message);
    bool has_payload(const MessageId& message);

    // --- Changes -----------------------------------------------------------------------
    std::shared_ptr<const store::MessageRecord> add_message(
        store::MessageRecord record, const store::SealedPayload& payload
    );
    store::DeliveryRecord& add_delivery(store::DeliveryRecord record);
    /// Changes the state as the table says, with its event; false where the table refuses.
    bool apply(store::DeliveryRecord& delivery, DeliveryCause cause, std::string detail = {});
    /// An event that changes no state.
    void note(store::DeliveryRecord& delivery, DeliveryCause cause, std::string detail = {});
    /// Everything of a message that is too old: record, deliveries, feed, duplicate key.
    void erase_message(const store::MessageRecord& message);
    void erase_payload(const store::MessageRecord& message);
    /// The duplicate key, unless it stands for a later message by now.
    void erase_identity(const store::MessageRecord& message);
    void replace_wrap(const MessageId& message, std::string_view wrap);
    /// For the rows that are nobody's index: settings, audit, duplicate keys.
    store::Batch& batch() { return *batch_; }

    /// The books do not agree with themselves: the cycle cannot be committed.
    void fail_cycle(Error error);

    // --- End of the cycle --------------------------------------------------------------
    /// One atomic, synced write of all changes. An error is final.
    Result<void> commit();
    /// Senders whose feed has grown in the cycle that was committed last.
    const std::set<HerId>& fed() const { return fed_; }

 private:
    /// The index rows that stand in the store for a delivery.
    struct Indexed {
        std::optional<store::Position> open;
        bool dead = false;
        std::optional<store::Timer> timer;
    };
    struct Tracked {
        store::DeliveryRecord record;
        Indexed indexed;
        std::size_t noted = 0;  ///< events of this cycle, at the end of the record's
        bool dirty = false;
    };

    explicit Ledger(store::Store& store) : store_(store), batch_(store.begin()) {}
    static Indexed index_of(const store::DeliveryRecord& record);
    Tracked& track(store::DeliveryRecord record, Indexed indexed);
    void mark_dirty(Tracked& tracked);
    void flush(Tracked& tracked);
    void feed(Tracked& tracked);
    void forget_oldest();
    template <typename T>
    T value_or_fault(Result<T> result, T none);

    store::Store& store_;
    std::unique_ptr<store::Batch> batch_;
    Timestamp now_{};
    store::Position position_ = 0;
    std::optional<Error> fault_;  ///< a read that failed: the cycle cannot be committed

    boost::unordered_flat_map<DeliveryId, std::unique_ptr<Tracked>, std::hash<DeliveryId>>
        deliveries_;
    std::deque<DeliveryId> delivery_age_;
    std::vector<DeliveryId> dirty_;
    boost::unordered_flat_map<
        MessageId, std::shared_ptr<const store::MessageRecord>, std::hash<MessageId>>
        messages_;
    std::deque<MessageId> message_age_;
    // These of one cycle.
    boost::unordered_flat_map<std::string, store::IdentityRecord> identities_;
    boost::unordered_flat_map<MessageId, std::vector<DeliveryId>, std::hash<MessageId>> added_;
    boost::unordered_flat_set<MessageId, std::hash<MessageId>> added_payloads_;
    boost::unordered_flat_set<MessageId, std::hash<MessageId>> erased_payloads_;
    std::set<HerId> feeding_;
    std::set<HerId> fed_;
};

}  // namespace budstikke::pipeline
