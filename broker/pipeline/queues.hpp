// Every open delivery in memory, as small entries: which may be offered next, to whom, and which
// wait. Holds references only, never payloads or records: about 130 bytes an entry, so that a
// backlog of a million messages costs little. Used by the commit thread alone; knows no store and
// no consumer.
//
// Order: deliveries of a queue with the same order key leave strictly one after the other, in the
// order of their positions. A key is of one queue: what goes to a successor never draws with it
// what goes to the recipient itself, whatever their keys. Between keys the higher priority goes
// first, then senders take turns, then the oldest.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/pipeline/status.hpp"
#include "broker/store/records.hpp"

namespace budstikke::pipeline {

class Queues {
 public:
    Queues() = default;
    Queues(const Queues&) = delete;  // its index points into itself
    Queues& operator=(const Queues&) = delete;

    /// Names an open delivery: its place in its key.
    struct Place {
        HerId queue;
        std::uint64_t order_key = 0;
        store::Position position = 0;
    };

    /// A delivery that waits from now on. It stands before those of its key with higher positions,
    /// but for one that is taken.
    void add(const store::OpenEntry& entry, Timestamp now);

    bool has_ready(const HerId& queue) const;
    /// The next delivery to offer; its key is busy until put_back or remove.
    std::optional<DeliveryId> take(const HerId& queue);
    /// A taken delivery waits again, not before `due`.
    void put_back(const Place& place, Timestamp due, std::uint32_t attempts, Timestamp now);
    /// Done with: delivered, dead, expired, cancelled, confirmed. Frees its key.
    void remove(const Place& place, Timestamp now);

    /// Keys whose wait is over become ready; the queues that they belong to.
    std::vector<HerId> wake(Timestamp now);
    /// Deliveries whose time to live is over, at most `rows_max`. The caller removes them.
    std::vector<DeliveryId> take_expired(Timestamp now, std::size_t rows_max);

    std::size_t size() const { return size_; }
    /// Rows kept for expiry, stale ones included.
    std::size_t expiry_rows() const { return expiries_.size(); }
    std::vector<HerId> names() const;
    /// Counts and the oldest of every queue; walks all entries, for operations only.
    std::vector<QueueStatus> statuses() const;
    /// The oldest deliveries of a queue, by position; walks all entries, for operations only.
    std::vector<QueueRow> rows(const HerId& queue, std::size_t rows_max) const;
    /// Deliveries of a queue that are not taken, by position: whole keys, until there are at least
    /// `rows_min` rows.
    std::vector<DeliveryId> waiting(const HerId& queue, std::size_t rows_min) const;

 private:
    using Index = std::uint32_t;
    static constexpr Index nothing = UINT32_MAX;
    static constexpr std::size_t priorities = 3;

    struct Entry {
        MessageId message;
        store::Position position = 0;
        Timestamp due{};
        Index recipient = nothing;  ///< into names_
        Index next = nothing;       ///< of the same key
        std::uint32_t attempts = 0;
        store::Priority priority = store::Priority::normal;
    };
    enum class KeyState : std::uint8_t { ready, busy, waiting };
    struct KeyName {
        std::uint64_t hash = 0;
        Index queue = nothing;  ///< into names_
        bool operator==(const KeyName&) const = default;
    };
    struct Key {
        std::uint64_t hash = 0;
        Index head = nothing;
        Index tail = nothing;
        Index queue = nothing;   ///< into names_
        Index sender = nothing;  ///< into names_
        KeyState state = KeyState::ready;

        KeyName name() const { return {.hash = hash, .queue = queue}; }
    };
    /// Tells keys by their names, which stand in `keys_`: the set that uses it holds indices only.
    struct ByName {
        using is_transparent = void;
        const std::vector<Key>* keys = nullptr;

        // It is a hash already.
        std::size_t operator()(const KeyName& name) const { return name.hash ^ name.queue; }
        std::size_t operator()(Index key) const { return (*this)((*keys)[key].name()); }
        bool operator()(Index a, Index b) const { return a == b; }
        bool operator()(const KeyName& name, Index key) const {
            return (*keys)[key].name() == name;
        }
        bool operator()(Index key, const KeyName& name) const { return (*this)(name, key); }
    };
    struct Ready {
        store::Position position;
        Index key;
        bool operator>(const Ready& other) const { return position > other.position; }
    };
    using ReadyHeap = std::priority_queue<Ready, std::vector<Ready>, std::greater<>>;
    /// Senders of one priority that have something ready, in the order of their turns.
    struct Turns {
        std::deque<Index> senders;
        std::unordered_map<Index, ReadyHeap> ready;
    };
    struct Queue {
        Turns turns[priorities];
        std::size_t ready = 0;
        std::size_t waiting = 0;
        std::size_t in_flight = 0;
    };
    struct Due {
        Timestamp at;
        store::Position position;  ///< no two deliveries share one: tells a stale row
        Index key;
        bool operator>(const Due& other) const { return at > other.at; }
    };
    struct DueHeap : std::priority_queue<Due, std::vector<Due>, std::greater<>> {
        template <typename Predicate>
        void erase_if(Predicate predicate) {
            std::erase_if(c, predicate);
            std::make_heap(c.begin(), c.end(), comp);
        }
    };

    Index intern(const HerId& her_id);
    Index allocate_entry(const store::OpenEntry& entry);
    Index allocate_key(const KeyName& name, const HerId& sender);
    /// Nothing where no open delivery has it.
    Index find_key(const Place& place) const;
    void insert(Index key, Index added, Timestamp now);
    void make_ready_or_wait(Index key, Timestamp now);
    bool is_stale(const Ready& ready, Index queue) const;
    /// The ready key of the sender whose turn it is.
    std::optional<Index> pop_ready(Turns& turns, Index queue) const;
    /// Forgets the ends of lives that are over already, when they outnumber the living.
    void prune_expiries();
    /// Takes the entry out of its key's list; nothing where it is not in it.
    std::optional<Index> unlink(Key& key, store::Position position);
    void free_key(Index key);
    DeliveryId id_of(const Entry& entry) const {
        return {.message = entry.message, .recipient = names_[entry.recipient]};
    }
    /// Calls `visit(key, entry)` for every entry of the queue, or of all where it is `nothing`.
    template <typename Visit>
    void for_each_entry(Index queue, Visit visit) const;

    std::vector<HerId> names_;
    std::unordered_map<HerId, Index> name_index_;
    std::vector<Entry> entries_;
    std::vector<Index> free_entries_;
    std::vector<Key> keys_;
    std::vector<Index> free_keys_;
    boost::unordered_flat_set<Index, ByName, ByName> key_index_{0, ByName{&keys_}, ByName{&keys_}};
    std::unordered_map<Index, Queue> queues_;
    DueHeap due_;
    DueHeap expiries_;
    std::size_t size_ = 0;
};

}  // namespace budstikke::pipeline
