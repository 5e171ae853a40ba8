// What the store keeps, as plain values. Their bytes on disk are proto/budstikke/v1/store.proto.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/message/delivery_state.hpp"
#include "broker/message/envelope.hpp"

namespace budstikke::store {

/// One counter orders all that happens: acceptances, events, audit records. Strictly growing, never
/// used twice, also after a crash.
using Position = std::uint64_t;

using Digest = std::array<std::uint8_t, 32>;  ///< SHA-256 of the original bytes

/// Numbers are stored and ordered: a smaller one goes first.
enum class Priority : std::uint8_t { high = 0, normal = 1, low = 2 };

/// A message as accepted; never changed afterwards.
struct MessageRecord {
    MessageId id;
    Position position = 0;
    HerId sender;  ///< the address that it was accepted from
    Envelope envelope;
    std::string submitted_by;  ///< organisation number
    std::string content_type;
    Digest digest{};
    std::uint64_t size = 0;  ///< of the payload, before compression
    std::uint32_t chunks = 0;
    Timestamp accepted_at{};
    std::optional<Timestamp> expires_at;
    Priority priority = Priority::normal;

    bool operator==(const MessageRecord&) const = default;
};

/// The duplicate key: (sender, MsgId) to the message, and the digest that tells a repetition from a
/// conflict.
struct IdentityRecord {
    MessageId message;
    Digest digest{};

    bool operator==(const IdentityRecord&) const = default;
};

struct DeliveryEvent {
    Position position = 0;
    Timestamp at{};
    DeliveryState state = DeliveryState::none;  ///< after the event
    DeliveryCause cause{};
    std::string detail;  ///< for the parties of the message only, never for operations or logs

    bool operator==(const DeliveryEvent&) const = default;
};

/// One message to one recipient.
struct DeliveryRecord {
    DeliveryId id;
    HerId sender;
    HerId queue;  ///< who gets it: the recipient, or its successor
    ReceiverRole role = ReceiverRole::primary;
    DeliveryState state = DeliveryState::none;
    Position position = 0;        ///< of its acceptance: its place in the queue
    std::uint64_t order_key = 0;  ///< hash of sender, recipient and conversation
    Priority priority = Priority::normal;
    std::uint32_t attempts = 0;           ///< times offered, ever
    std::uint32_t attempts_forgiven = 0;  ///< of those, before an administrator retried it
    Timestamp due{};                      ///< not offered before; none: at once, by any clock
    std::optional<Timestamp> expires_at;
    bool expects_apprec = true;  ///< false for AppRecs: they end at `delivered`
    std::optional<Timestamp> apprec_deadline;
    std::optional<AppRecStatus> apprec;  ///< the first one, which is final
    MessageId apprec_message;
    std::vector<DeliveryEvent> events;  ///< oldest first, at most limits::timeline_events_max

    bool operator==(const DeliveryRecord&) const = default;
};

/// What the queue needs to know of an open delivery; read back at start without its record.
struct OpenEntry {
    DeliveryId id;
    HerId sender;
    HerId queue;
    Position position = 0;
    std::uint64_t order_key = 0;
    Priority priority = Priority::normal;
    std::uint32_t attempts = 0;
    bool in_flight = false;
    Timestamp due{};
    std::optional<Timestamp> expires_at;

    bool operator==(const OpenEntry&) const = default;
};

/// A dead letter or an overdue receipt, in the listings of operations.
struct DeadLetter {
    DeliveryId id;
    HerId queue;
    Timestamp at{};
    DeliveryCause cause{};

    bool operator==(const DeadLetter&) const = default;
};

/// An event in the feed of a sender.
struct FeedEntry {
    Position position = 0;
    HerId sender;
    DeliveryId delivery;
    std::string message_id;  ///< the sender's MsgId
    Timestamp at{};
    DeliveryState state = DeliveryState::none;
    DeliveryCause cause{};
    std::string detail;

    bool operator==(const FeedEntry&) const = default;
};

/// A point in time at which a delivery wants attention: its AppRec is due.
struct Timer {
    Timestamp due{};
    DeliveryId delivery;

    bool operator==(const Timer&) const = default;
};

/// A changing command of an administrator, recorded before it acts.
struct AuditRecord {
    Position position = 0;
    Timestamp at{};
    std::string who;  ///< user name and uid
    std::string role;
    std::string command;  ///< as parsed, without the reason
    std::string reason;
    std::string outcome;  ///< `ok` or the error's code; empty where it was not known yet

    bool operator==(const AuditRecord&) const = default;
};

}  // namespace budstikke::store
