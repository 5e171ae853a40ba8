// What can be said of messages, queues and the broker itself: plain values for transports and
// admin.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/ids.hpp"
#include "broker/store/records.hpp"

namespace budstikke::pipeline {

/// A message named by the broker's id, or by the sender's HER-id and MsgId.
struct MessageRef {
    std::optional<MessageId> id;
    std::string message_id;
    std::optional<HerId> sender;
};

struct MessageStatus {
    store::MessageRecord message;
    std::vector<store::DeliveryRecord> deliveries;
    bool payload_erased = false;
};

struct QueueStatus {
    HerId queue;
    std::uint64_t waiting = 0;  ///< queued, due or not
    std::uint64_t in_flight = 0;
    std::uint32_t consumers = 0;
    bool paused = false;
    bool held = false;
    std::optional<Timestamp> oldest;  ///< acceptance of the oldest open delivery
};

struct QueueRow {
    DeliveryId delivery;
    HerId sender;
    store::Priority priority = store::Priority::normal;
    std::uint32_t attempts = 0;
    bool in_flight = false;
    Timestamp due{};
};

struct QueueDetail {
    QueueStatus status;
    std::vector<QueueRow> rows;  ///< in the order of acceptance
};

struct Counters {
    std::uint64_t accepted = 0;  ///< messages since start
    std::uint64_t repeated = 0;
    std::uint64_t refused = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t offered = 0;  ///< deliveries since start
    std::uint64_t settled = 0;
    std::uint64_t confirmed = 0;
    std::uint64_t rejected = 0;
    std::uint64_t dead_lettered = 0;
    std::uint64_t expired = 0;
    std::uint64_t apprec_incidents = 0;  ///< foreign, contradictory, overdue
    std::uint64_t refused_changes = 0;   ///< state changes that the table does not allow
    std::uint64_t commits = 0;
    std::uint64_t compaction_failures = 0;
    std::uint64_t open_deliveries = 0;  ///< now
    std::uint64_t bytes_in_flight = 0;  ///< now
    std::uint64_t consumers = 0;        ///< now
    bool accepting = true;              ///< false: draining, disk or queue full
};

}  // namespace budstikke::pipeline
