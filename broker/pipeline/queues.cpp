#include "broker/pipeline/queues.hpp"

#include <algorithm>
#include <utility>

#include <boost/unordered/unordered_flat_set.hpp>

namespace budstikke::pipeline {

Queues::Index Queues::intern(const HerId& her_id) {
    const auto [row, added] = name_index_.try_emplace(her_id, static_cast<Index>(names_.size()));
    if (added) {
        names_.push_back(her_id);
    }
    return row->second;
}

Queues::Index Queues::allocate_entry(const store::OpenEntry& entry) {
    Entry row{
        .message = entry.id.message,
        .position = entry.position,
        .due = entry.due,
        .recipient = intern(entry.id.recipient),
        .next = nothing,
        .attempts = entry.attempts,
        .priority = entry.priority,
    };
    ++size_;
    if (free_entries_.empty()) {
        entries_.push_back(row);
        return static_cast<Index>(entries_.size() - 1);
    }
    const Index index = free_entries_.back();
    free_entries_.pop_back();
    entries_[index] = row;
    return index;
}

Queues::Index Queues::allocate_key(const KeyName& name, const HerId& sender) {
    Key key{.hash = name.hash, .queue = name.queue, .sender = intern(sender)};
    Index index = nothing;
    if (free_keys_.empty()) {
        keys_.push_back(key);
        index = static_cast<Index>(keys_.size() - 1);
    } else {
        index = free_keys_.back();
        free_keys_.pop_back();
        keys_[index] = key;
    }
    key_index_.insert(index);
    return index;
}

Queues::Index Queues::find_key(const Place& place) const {
    const auto queue = name_index_.find(place.queue);
    if (queue == name_index_.end()) {
        return nothing;
    }
    const auto known = key_index_.find(KeyName{.hash = place.order_key, .queue = queue->second});
    return known == key_index_.end() ? nothing : *known;
}

void Queues::add(const store::OpenEntry& entry, Timestamp now) {
    const Index added = allocate_entry(entry);
    const KeyName name{.hash = entry.order_key, .queue = intern(entry.queue)};
    const auto known = key_index_.find(name);
    const bool is_new = known == key_index_.end();
    const Index index = is_new ? allocate_key(name, entry.sender) : *known;
    if (entry.expires_at) {
        expiries_.push({.at = *entry.expires_at, .position = entry.position, .key = index});
    }
    ++queues_[name.queue].waiting;
    if (!is_new) {
        return insert(index, added, now);
    }
    keys_[index].head = added;
    keys_[index].tail = added;
    make_ready_or_wait(index, now);
}

void Queues::insert(Index index, Index added, Timestamp now) {
    Key& key = keys_[index];
    const auto position = entries_[added].position;
    if (entries_[key.tail].position < position) {
        entries_[key.tail].next = added;
        key.tail = added;
        return;
    }
    // It was redirected to this queue after others of its key had come.
    if (position < entries_[key.head].position && key.state != KeyState::busy) {
        entries_[added].next = key.head;
        key.head = added;
        if (key.state == KeyState::ready) {
            --queues_[key.queue].ready;
        }
        return make_ready_or_wait(index, now);
    }
    Index before = key.head;
    while (entries_[before].next != nothing && entries_[entries_[before].next].position < position
    ) {
        before = entries_[before].next;
    }
    entries_[added].next = std::exchange(entries_[before].next, added);
    if (key.tail == before) {
        key.tail = added;
    }
}

void Queues::make_ready_or_wait(Index index, Timestamp now) {
    Key& key = keys_[index];
    const Entry& head = entries_[key.head];
    if (head.due > now) {
        key.state = KeyState::waiting;
        due_.push({.at = head.due, .position = head.position, .key = index});
        return;
    }
    key.state = KeyState::ready;
    Queue& queue = queues_[key.queue];
    ++queue.ready;
    Turns& turns = queue.turns[static_cast<std::size_t>(head.priority)];
    const auto [heap, is_new] = turns.ready.try_emplace(key.sender);
    heap->second.push({.position = head.position, .key = index});
    if (is_new) {
        turns.senders.push_back(key.sender);
    }
}

bool Queues::has_ready(const HerId& queue) const {
    const auto name = name_index_.find(queue);
    if (name == name_index_.end()) {
        return false;
    }
    const auto row = queues_.find(name->second);
    return row != queues_.end() && row->second.ready > 0;
}

bool Queues::is_stale(const Ready& ready, Index queue) const {
    const Key& key = keys_[ready.key];
    // A delivery that was redirected may have its old place in another queue.
    return key.head == nothing || key.queue != queue || key.state != KeyState::ready ||
           entries_[key.head].position != ready.position;
}

std::optional<Queues::Index> Queues::pop_ready(Turns& turns, Index queue) const {
    while (!turns.senders.empty()) {
        const Index sender = turns.senders.front();
        turns.senders.pop_front();
        const auto heap = turns.ready.find(sender);
        auto& ready = heap->second;
        while (!ready.empty() && is_stale(ready.top(), queue)) {
            ready.pop();
        }
        if (ready.empty()) {
            turns.ready.erase(heap);
            continue;
        }
        const Index key = ready.top().key;
        ready.pop();
        if (ready.empty()) {
            turns.ready.erase(heap);
        } else {
            turns.senders.push_back(sender);
        }
        return key;
    }
    return std::nullopt;
}

std::optional<DeliveryId> Queues::take(const HerId& name) {
    const auto index = name_index_.find(name);
    if (index == name_index_.end()) {
        return std::nullopt;
    }
    const auto row = queues_.find(index->second);
    if (row == queues_.end() || row->second.ready == 0) {
        return std::nullopt;
    }
    Queue& queue = row->second;
    for (auto& turns : queue.turns) {
        if (const auto taken = pop_ready(turns, index->second)) {
            keys_[*taken].state = KeyState::busy;
            --queue.ready;
            --queue.waiting;
            ++queue.in_flight;
            return id_of(entries_[keys_[*taken].head]);
        }
    }
    return std::nullopt;
}

void Queues::put_back(const Place& place, Timestamp due, std::uint32_t attempts, Timestamp now) {
    const Index index = find_key(place);
    if (index == nothing) {
        return;
    }
    Key& key = keys_[index];
    Entry& head = entries_[key.head];
    if (key.state != KeyState::busy || head.position != place.position) {
        return;
    }
    head.due = due;
    head.attempts = attempts;
    Queue& queue = queues_[key.queue];
    --queue.in_flight;
    ++queue.waiting;
    const Index next = head.next;
    if (next != nothing && entries_[next].position < place.position) {
        const Index returned = std::exchange(key.head, next);
        entries_[returned].next = nothing;
        insert(index, returned, now);
    }
    make_ready_or_wait(index, now);
}

std::optional<Queues::Index> Queues::unlink(Key& key, store::Position position) {
    Index before = nothing;
    Index at = key.head;
    while (at != nothing && entries_[at].position != position) {
        before = at;
        at = entries_[at].next;
    }
    if (at == nothing) {
        return std::nullopt;
    }
    (before == nothing ? key.head : entries_[before].next) = entries_[at].next;
    if (key.tail == at) {
        key.tail = before;
    }
    return at;
}

void Queues::remove(const Place& place, Timestamp now) {
    const Index index = find_key(place);
    if (index == nothing) {
        return;
    }
    Key& key = keys_[index];
    const bool was_head = entries_[key.head].position == place.position;
    const auto removed = unlink(key, place.position);
    if (!removed) {
        return;
    }
    free_entries_.push_back(*removed);
    --size_;
    Queue& queue = queues_[key.queue];
    if (was_head && key.state == KeyState::busy) {
        --queue.in_flight;
    } else {
        --queue.waiting;
    }
    if (!was_head) {
        return;
    }
    if (key.state == KeyState::ready) {
        --queue.ready;
    }
    if (key.head == nothing) {
        free_key(index);
    } else {
        make_ready_or_wait(index, now);
    }
}

void Queues::free_key(Index index) {
    Key& key = keys_[index];
    const auto queue = queues_.find(key.queue);
    if (queue->second.waiting == 0 && queue->second.in_flight == 0) {
        queues_.erase(queue);
    }
    key_index_.erase(key.name());
    key = Key{};
    free_keys_.push_back(index);
}

std::vector<HerId> Queues::wake(Timestamp now) {
    std::vector<HerId> woken;
    while (!due_.empty() && due_.top().at <= now) {
        const Due due = due_.top();
        due_.pop();
        const Key& key = keys_[due.key];
        if (key.head == nothing || key.state != KeyState::waiting) {
            continue;
        }
        const Entry& head = entries_[key.head];
        if (head.position != due.position || head.due > now) {
            continue;
        }
        make_ready_or_wait(due.key, now);
        woken.push_back(names_[key.queue]);
    }
    return woken;
}

std::vector<DeliveryId> Queues::take_expired(Timestamp now, std::size_t rows_max) {
    prune_expiries();
    std::vector<DeliveryId> expired;
    while (!expiries_.empty() && expiries_.top().at <= now && expired.size() < rows_max) {
        const Due row = expiries_.top();
        expiries_.pop();
        Index at = keys_[row.key].head;
        while (at != nothing && entries_[at].position != row.position) {
            at = entries_[at].next;
        }
        if (at != nothing) {
            expired.push_back(id_of(entries_[at]));
        }
    }
    return expired;
}

void Queues::prune_expiries() {
    constexpr std::size_t stale_rows_min = 65'536;
    if (expiries_.size() <= 2 * size_ + stale_rows_min) {
        return;
    }
    boost::unordered_flat_set<store::Position> living;
    living.reserve(size_);
    for_each_entry(nothing, [&](const Key&, const Entry& entry) { living.insert(entry.position); });
    expiries_.erase_if([&](const Due& row) { return !living.contains(row.position); });
}

std::vector<HerId> Queues::names() const {
    std::vector<HerId> names;
    names.reserve(queues_.size());
    for (const auto& [index, queue] : queues_) {
        names.push_back(names_[index]);
    }
    std::ranges::sort(names);
    return names;
}

template <typename Visit>
void Queues::for_each_entry(Index queue, Visit visit) const {
    for (const auto& key : keys_) {
        if (key.head == nothing || (queue != nothing && key.queue != queue)) {
            continue;
        }
        for (Index at = key.head; at != nothing; at = entries_[at].next) {
            visit(key, entries_[at]);
        }
    }
}

std::vector<QueueStatus> Queues::statuses() const {
    std::unordered_map<Index, QueueStatus> by_queue;
    for (const auto& [index, queue] : queues_) {
        QueueStatus& status = by_queue[index];
        status.queue = names_[index];
        status.waiting = queue.waiting;
        status.in_flight = queue.in_flight;
    }
    for_each_entry(nothing, [&](const Key& key, const Entry& entry) {
        auto& oldest = by_queue[key.queue].oldest;
        oldest = std::min(oldest.value_or(Timestamp::max()), entry.message.time());
    });
    std::vector<QueueStatus> statuses;
    statuses.reserve(by_queue.size());
    for (auto& [index, status] : by_queue) {
        statuses.push_back(std::move(status));
    }
    std::ranges::sort(statuses, {}, &QueueStatus::queue);
    return statuses;
}

std::vector<QueueRow> Queues::rows(const HerId& queue, std::size_t rows_max) const {
    const auto name = name_index_.find(queue);
    if (name == name_index_.end()) {
        return {};
    }
    std::vector<std::pair<store::Position, QueueRow>> found;
    for_each_entry(name->second, [&](const Key& key, const Entry& entry) {
        const bool is_head = entry.position == entries_[key.head].position;
        found.emplace_back(
            entry.position,
            QueueRow{
                .delivery = id_of(entry),
                .sender = names_[key.sender],
                .priority = entry.priority,
                .attempts = entry.attempts,
                .in_flight = is_head && key.state == KeyState::busy,
                .due = entry.due,
            }
        );
    });
    std::ranges::sort(found, {}, [](const auto& row) { return row.first; });
    std::vector<QueueRow> rows;
    for (auto& [position, row] : found) {
        if (rows.size() == rows_max) {
            break;
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<DeliveryId> Queues::waiting(const HerId& queue, std::size_t rows_min) const {
    const auto name = name_index_.find(queue);
    if (name == name_index_.end()) {
        return {};
    }
    std::vector<std::pair<store::Position, DeliveryId>> found;
    for (const auto& key : keys_) {
        if (key.head == nothing || key.queue != name->second) {
            continue;
        }
        if (found.size() >= rows_min) {
            break;
        }
        const bool is_taken = key.state == KeyState::busy;
        for (Index at = is_taken ? entries_[key.head].next : key.head; at != nothing;
             at = entries_[at].next) {
            found.emplace_back(entries_[at].position, id_of(entries_[at]));
        }
    }
    std::ranges::sort(found);
    std::vector<DeliveryId> ids;
    ids.reserve(found.size());
    for (auto& [position, id] : found) {
        ids.push_back(std::move(id));
    }
    return ids;
}

}  // namespace budstikke::pipeline
