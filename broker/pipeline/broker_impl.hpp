// What stands behind Broker: the commit thread with its state, and what other threads share with
// it.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <utility>

#include "broker/pipeline/broker.hpp"
#include "broker/pipeline/carried_payloads.hpp"
#include "broker/pipeline/commit_loop.hpp"
#include "broker/pipeline/core.hpp"
#include "broker/pipeline/key_rotation.hpp"

namespace budstikke::pipeline {

/// Whether some party asks for schema validation of anything.
bool asks_for_schema(const directory::Directory& directory);

/// Whether less of the disk is free than that part of it. A disk that tells nothing is not low.
bool is_disk_low(const store::Store::Usage& usage, double free_ratio_min);

struct Broker::Impl {
    Impl(const Parts& given, const Settings& set, std::unique_ptr<Ledger> ledger)
        : parts(given),
          settings(set),
          budget(set.bytes_in_flight_max, set.payload_bytes_max),
          core(parts, settings, shared, std::move(ledger)),
          loop(core, set.operations_waiting_max),
          rotation(given.store, given.codec) {}

    const Parts parts;
    const Settings settings;
    Shared shared;
    FlightBudget budget;
    CarriedPayloads carried;  ///< above the core, which holds some of them
    Core core;
    CommitLoop loop;
    KeyRotation rotation;
    std::atomic<ConsumerId> next_consumer{1};
    std::future<void> compaction;  ///< touched by tick() alone; waited for at the end

    template <typename Action>
    void post(Action action) {
        loop.post([this, action = std::move(action)]() mutable { action(core); });
    }
    /// In the lane of an organisation.
    template <typename Action>
    void post(std::string_view organisation, Action action) {
        loop.post(organisation, [this, action = std::move(action)]() mutable { action(core); });
    }
    std::optional<MessageId> find(const MessageRef& message) const;
    Result<MessageStatus> status_of(const MessageRef& message) const;
    /// The receipt of a message that was accepted before, for every recipient that is asked for:
    /// given again whatever has changed since (HITS 1168). Nothing where it was not.
    std::optional<Receipt> repetition(const std::optional<Claim>& claim) const;
    /// Why no new message is taken now; nullptr where they are.
    const FindingSpec* obstacle() const;
};

}  // namespace budstikke::pipeline
