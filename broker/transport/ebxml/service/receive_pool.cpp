// The workers of receive_pool.hpp.
#include "broker/transport/ebxml/service/receive_pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace budstikke::ebxml {

namespace {

struct Task {
    Taken taken;
    ReceivePool::Room room;
    std::move_only_function<void(Reception)> answered;
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
            task->answered(ask(arrival));
        }
    }

    std::optional<Task> next() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return stopping || !waiting.empty(); });
        if (waiting.empty()) {
            return std::nullopt;
        }
        std::optional<Task> task(std::move(waiting.front()));
        waiting.pop_front();
        return task;
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
    std::deque<Task> waiting;
    std::size_t held_bytes = 0;
    bool stopping = false;
    std::mutex ending;  ///< of stop()
    std::vector<std::jthread> workers;
};

ReceivePool::Room::Room(Room&& other) noexcept
    : pool_(other.pool_), bytes_(std::exchange(other.bytes_, 0)) {}

ReceivePool::Room::~Room() {
    if (bytes_ > 0) {
        const std::lock_guard lock(pool_->impl_->mutex);
        pool_->impl_->held_bytes -= bytes_;
    }
}

bool ReceivePool::Room::grow_to(std::size_t bytes) {
    if (bytes <= bytes_) {
        return true;
    }
    const std::lock_guard lock(pool_->impl_->mutex);
    const std::size_t others = pool_->impl_->held_bytes - bytes_;
    if (bytes > pool_->impl_->options.held_bytes_max - others) {
        return false;
    }
    pool_->impl_->held_bytes = others + bytes;
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
        if (impl_->stopping || impl_->waiting.size() >= impl_->options.waiting_max) {
            return false;
        }
        impl_->waiting.push_back(
            {.taken = std::move(taken), .room = std::move(room), .answered = std::move(answered)}
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
