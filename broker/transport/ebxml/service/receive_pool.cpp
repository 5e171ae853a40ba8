// The workers of receive_pool.hpp.
#include "broker/transport/ebxml/service/receive_pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "broker/base/turn_queue.hpp"

namespace budstikke::ebxml {

namespace {

struct Task {
    std::string sender;
    Taken taken;
    ReceivePool::Room room;
    std::move_only_function<void(Reception)> answered;
};

/// What one sender has of all.
struct Share {
    std::size_t held_bytes = 0;
    std::size_t workers = 0;
};

}  // namespace

struct ReceivePool::Impl {
    Impl(ReceivePoolOptions given, Receiver& to, EventLog& log)
        : options(given), receiver(to), events(log) {}

    void work() {
        while (auto task = next()) {
            const Arrival arrival{
                .transport = task->taken.transport,
                .bytes = task->taken.bytes,
                .source = task->taken.source,
            };
            Reception reception = ask(arrival);
            auto answered = std::move(task->answered);
            const std::string sender = task->sender;
            // Before the sender can know: what it sends next finds this room free.
            task.reset();
            answered(std::move(reception));
            finished(sender);
        }
    }

    std::optional<Task> next() {
        std::unique_lock lock(mutex);
        for (;;) {
            auto task = waiting.pop_if([this](const std::string& sender) {
                return shares.at(sender).workers < options.workers_per_sender_max;
            });
            if (task) {
                ++shares.at(task->sender).workers;
            }
            if (stopping && waiting.empty()) {
                changed.notify_all();
                return task;
            }
            if (task) {
                return task;
            }
            changed.wait(lock);
        }
    }

    /// Wakes nobody: what it lets begin is for the worker that comes back.
    void finished(const std::string& sender) {
        const std::lock_guard lock(mutex);
        --shares.at(sender).workers;
        forget_if_idle(sender);
    }

    /// Holding `mutex`.
    void forget_if_idle(const std::string& sender) {
        const auto at = shares.find(sender);
        if (at != shares.end() && at->second.held_bytes == 0 && at->second.workers == 0 &&
            waiting.size_of(sender) == 0) {
            shares.erase(at);
        }
    }

    /// What all may hold together where one package has that many bytes.
    std::size_t room_for(std::size_t bytes) const {
        const bool is_small = bytes <= limits::flight_small_bytes_max;
        const std::size_t kept =
            is_small ? 0 : std::min(options.kept_for_small_bytes, options.held_bytes_max / 2);
        return options.held_bytes_max - kept;
    }

    Reception ask(const Arrival& arrival) {
        try {
            return receiver.receive(arrival);
        } catch (const std::exception&) {
            // Memory, most likely. Its text could quote anything; nothing was kept, so it comes
            // again.
            events.write(EventLevel::error, "ebxml_receive_failed", {{"source", arrival.source}});
            return {.kind = Reception::Kind::later, .reply = std::nullopt};
        }
    }

    const ReceivePoolOptions options;
    Receiver& receiver;
    EventLog& events;
    std::mutex mutex;
    std::condition_variable changed;
    TurnQueue<Task> waiting;
    std::size_t held_bytes = 0;
    std::map<std::string, Share> shares;  ///< of those that hold, wait or are worked for
    bool stopping = false;
    std::mutex ending;  ///< of stop()
    std::vector<std::jthread> workers;
};

ReceivePool::Room::Room(Room&& other) noexcept
    : pool_(other.pool_),
      sender_(std::move(other.sender_)),
      bytes_(std::exchange(other.bytes_, 0)) {}

ReceivePool::Room::~Room() {
    if (bytes_ > 0) {
        Impl& pool = *pool_->impl_;
        const std::lock_guard lock(pool.mutex);
        pool.held_bytes -= bytes_;
        pool.shares.at(sender_).held_bytes -= bytes_;
        pool.forget_if_idle(sender_);
    }
}

bool ReceivePool::Room::grow_to(std::size_t bytes) {
    if (bytes <= bytes_) {
        return true;
    }
    Impl& pool = *pool_->impl_;
    const std::lock_guard lock(pool.mutex);
    const auto share = pool.shares.find(sender_);
    const std::size_t of_sender = share == pool.shares.end() ? 0 : share->second.held_bytes;
    const std::size_t more = bytes - bytes_;
    if (pool.held_bytes + more > pool.room_for(bytes) ||
        of_sender + more > pool.options.held_bytes_per_sender_max) {
        return false;
    }
    pool.shares[sender_].held_bytes += more;
    pool.held_bytes += more;
    bytes_ = bytes;
    return true;
}

ReceivePool::ReceivePool(ReceivePoolOptions options, Receiver& receiver, EventLog& events)
    : impl_(std::make_unique<Impl>(options, receiver, events)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.workers); ++i) {
        impl_->workers.emplace_back([impl = impl_.get()] { impl->work(); });
    }
}

ReceivePool::~ReceivePool() {
    stop();
}

bool ReceivePool::post(Taken taken, Room room, std::move_only_function<void(Reception)> answered) {
    {
        const std::lock_guard lock(impl_->mutex);
        const std::string sender = room.sender_;
        if (impl_->stopping || impl_->waiting.size() >= impl_->options.waiting_max ||
            impl_->waiting.size_of(sender) >= impl_->options.waiting_per_sender_max) {
            return false;
        }
        impl_->shares.try_emplace(sender);
        impl_->waiting.push(
            sender, {.sender = sender,
                     .taken = std::move(taken),
                     .room = std::move(room),
                     .answered = std::move(answered)}
        );
    }
    impl_->changed.notify_one();
    return true;
}

void ReceivePool::stop() {
    const std::lock_guard ending(impl_->ending);
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->changed.notify_all();
    impl_->workers.clear();
}

}  // namespace budstikke::ebxml
