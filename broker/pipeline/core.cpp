#include "broker/pipeline/core.hpp"

#include <utility>

namespace budstikke::pipeline {

Core::Core(
    const Parts& parts, const Settings& settings, Shared& shared, std::unique_ptr<Ledger> ledger
)
    : parts_(parts), settings_(settings), shared_(shared), ledger_(std::move(ledger)) {}

void Core::begin() {
    now_ = parts_.clock.now();
    ending_ = sound_time_.of(now_, parts_.clock.steady_now());
    ledger_->begin_cycle(now_);
}

Result<void> Core::finish() {
    dispatch();
    if (auto committed = ledger_->commit(); !committed) {
        return committed;
    }
    ++shared_.commits;
    carried_.clear();
    for (const auto& [id, offers] : std::exchange(offers_, {})) {
        if (!offers.empty()) {
            consumers_.at(id).endpoint->offer(offers);
        }
    }
    for (auto& answer : std::exchange(answers_, {})) {
        answer();
    }
    const std::scoped_lock lock(shared_.watch_mutex);
    for (const auto& sender : ledger_->fed()) {
        if (const auto row = shared_.watches.find(sender); row != shared_.watches.end()) {
            for (const auto& [id, changed] : row->second) {
                changed();
            }
        }
    }
    return {};
}

void Core::failed(Error error) {
    if (on_failure_) {
        on_failure_(std::move(error));
    }
}

View Core::view(Timestamp now) const {
    return {
        .adapters = parts_.adapters,
        .schemas = parts_.schemas,
        .forecast = shared_.forecast,
        .directory = shared_.directory.load(),
        .held = shared_.held.load(),
        .settings = settings_,
        .now = now,
        .ways = parts_.ways,
    };
}

std::optional<MessageId> Core::find(const MessageRef& message) {
    if (message.id) {
        return message.id;
    }
    if (!message.sender) {
        return std::nullopt;
    }
    const auto known = ledger_->identity(*message.sender, message.message_id);
    return known ? std::optional(known->message) : std::nullopt;
}

void Core::queues(Handler<std::vector<QueueStatus>> answer) {
    auto statuses = queues_.statuses();
    std::set<HerId> listed;
    for (const auto& status : statuses) {
        listed.insert(status.queue);
    }
    for (const auto& queue : paused_) {
        if (listed.insert(queue).second) {
            statuses.emplace_back().queue = queue;
        }
    }
    const auto held = shared_.held.load();
    for (auto& status : statuses) {
        status.paused = paused_.contains(status.queue);
        status.held = held->contains(status.queue);
        if (const auto row = subscribers_.find(status.queue); row != subscribers_.end()) {
            status.consumers = static_cast<std::uint32_t>(row->second.consumers.size());
        }
    }
    answer_after_commit(std::move(answer), std::move(statuses));
}

void Core::queue(const HerId& name, std::size_t rows_max, Handler<QueueDetail> answer) {
    QueueDetail detail;
    detail.status.queue = name;
    for (auto& status : queues_.statuses()) {
        if (status.queue == name) {
            detail.status = std::move(status);
        }
    }
    detail.status.paused = paused_.contains(name);
    detail.status.held = shared_.held.load()->contains(name);
    if (const auto row = subscribers_.find(name); row != subscribers_.end()) {
        detail.status.consumers = static_cast<std::uint32_t>(row->second.consumers.size());
    }
    detail.rows = queues_.rows(name, rows_max);
    answer_after_commit(std::move(answer), std::move(detail));
}

}  // namespace budstikke::pipeline
