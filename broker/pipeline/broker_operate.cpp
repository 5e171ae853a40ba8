// Broker: operate, and time.
#include <algorithm>
#include <utility>

#include "broker/pipeline/broker_impl.hpp"

namespace budstikke::pipeline {

bool asks_for_schema(const directory::Directory& directory) {
    using directory::ValidationLevel;
    return std::ranges::any_of(directory.parties(), [](const auto& row) {
        const directory::Party& party = row.second;
        return party.validation == ValidationLevel::schema ||
               std::ranges::any_of(party.accepts, [](const directory::Acceptance& acceptance) {
                   return acceptance.validation == ValidationLevel::schema;
               });
    });
}

bool is_disk_low(const store::Store::Usage& usage, double free_ratio_min) {
    const auto free = static_cast<double>(usage.bytes_free);
    return free < free_ratio_min * static_cast<double>(usage.bytes_total);
}

std::shared_ptr<const directory::Directory> Broker::directory() const {
    return impl_->shared.directory.load();
}

void Broker::replace_directory(std::shared_ptr<const directory::Directory> directory) {
    impl_->shared.any_schema = asks_for_schema(*directory);
    impl_->shared.directory = std::move(directory);
    impl_->post([](Core& core) { core.directory_replaced(); });
}

bool Broker::is_held(const HerId& her_id) const {
    return impl_->shared.held.load()->contains(her_id);
}

std::vector<HerId> Broker::held() const {
    const auto held = impl_->shared.held.load();
    return {held->begin(), held->end()};
}

void Broker::hold(Authority by, HerId her_id, bool held, Handler<Result<void>> answer) {
    impl_->post([by = std::move(by), her_id = std::move(her_id), held,
                 answer = std::move(answer)](Core& core) mutable {
        core.hold(by, her_id, held, std::move(answer));
    });
}

void Broker::pause(Authority by, HerId queue, bool paused, Handler<Result<void>> answer) {
    impl_->post([by = std::move(by), queue = std::move(queue), paused,
                 answer = std::move(answer)](Core& core) mutable {
        core.pause(by, queue, paused, std::move(answer));
    });
}

void Broker::queues(Handler<std::vector<QueueStatus>> answer) const {
    impl_->post([answer = std::move(answer)](Core& core) mutable { core.queues(std::move(answer)); }
    );
}

void Broker::queue(HerId queue, std::size_t rows_max, Handler<QueueDetail> answer) const {
    impl_->post([queue = std::move(queue), rows_max, answer = std::move(answer)](Core& core
                ) mutable { core.queue(queue, rows_max, std::move(answer)); });
}

Result<std::vector<store::DeadLetter>> Broker::dead_letters(
    const std::optional<DeliveryId>& after, std::size_t rows_max
) const {
    return impl_->parts.store.dead_letters(after, rows_max);
}

void Broker::retry_dead_letter(Authority by, DeliveryId delivery, Handler<Result<void>> answer) {
    impl_->post([by = std::move(by), delivery = std::move(delivery),
                 answer = std::move(answer)](Core& core) mutable {
        core.retry(by, delivery, std::move(answer));
    });
}

void Broker::discard(Authority by, DeliveryId delivery, Handler<Result<void>> answer) {
    impl_->post([by = std::move(by), delivery = std::move(delivery),
                 answer = std::move(answer)](Core& core) mutable {
        core.discard(by, delivery, std::move(answer));
    });
}

Result<MessageStatus> Broker::message(const MessageRef& message) const {
    return impl_->status_of(message);
}

void Broker::audit(Authority by, Handler<Result<void>> answer) {
    impl_->post([by = std::move(by), answer = std::move(answer)](Core& core) mutable {
        core.audit(by, std::move(answer));
    });
}

Result<std::vector<store::AuditRecord>> Broker::audit_records(
    store::Position after, std::size_t rows_max
) const {
    return impl_->parts.store.audit(after, rows_max);
}

void Broker::drain(bool draining) {
    impl_->shared.draining = draining;
}

bool Broker::draining() const {
    return impl_->shared.draining;
}

Counters Broker::counters() const {
    const Shared& now = impl_->shared;
    return {
        .accepted = now.accepted,
        .repeated = now.repeated,
        .refused = now.refused,
        .conflicts = now.conflicts,
        .offered = now.offered,
        .settled = now.settled,
        .confirmed = now.confirmed,
        .rejected = now.rejected,
        .dead_lettered = now.dead_lettered,
        .expired = now.expired,
        .apprec_incidents = now.apprec_incidents,
        .refused_changes = now.refused_changes,
        .commits = now.commits,
        .compaction_failures = now.compaction_failures,
        .open_deliveries = now.open_deliveries,
        .bytes_in_flight = impl_->budget.in_flight(),
        .consumers = now.consumers,
        .accepting = impl_->obstacle() == nullptr,
    };
}

bool Broker::is_welcome(std::string_view organisation) const {
    const auto directory = impl_->shared.directory.load();
    const auto* const known = directory->organisation(organisation);
    if (known == nullptr || !known->validity.contains(impl_->parts.clock.now())) {
        return false;
    }
    const auto held = impl_->shared.held.load();
    return std::ranges::any_of(known->acts_for, [&](const HerId& her_id) {
        return !held->contains(her_id);
    });
}

void Broker::rotate_keys() {
    impl_->rotation.begin();
}

Broker::Rotation Broker::rotation() const {
    return {.running = impl_->rotation.running(), .rewrapped = impl_->rotation.rewrapped()};
}

void Broker::tick() {
    impl_->post([](Core& core) { core.tick(); });
    if (auto wraps = impl_->rotation.next_page(); !wraps.empty()) {
        impl_->post([wraps = std::move(wraps)](Core& core) { core.replace_wraps(wraps); });
    }
    if (const auto usage = impl_->parts.store.usage()) {
        impl_->shared.disk_low = is_disk_low(*usage, impl_->settings.disk_free_ratio_min);
    }
    // It may take minutes, and time must not stand still for it.
    const bool is_running = impl_->compaction.valid() &&
                            impl_->compaction.wait_for(Duration(0)) != std::future_status::ready;
    if (!is_running && impl_->shared.wants_compaction.exchange(false)) {
        impl_->compaction = std::async(std::launch::async, [impl = impl_.get()] {
            if (!impl->parts.store.compact()) {
                // The next bytes that retention erases ask again; the space is only late.
                ++impl->shared.compaction_failures;
            }
        });
    }
}

}  // namespace budstikke::pipeline
