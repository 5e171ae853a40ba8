// The broker's values in the words of the exchange protocol, and back: the only file that maps
// states, findings, receipts and errors to proto/budstikke/v1/exchange.proto. Promises to put no
// payload and no error detail that a peer should not see into an answer. May not know sessions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"
#include "broker/pipeline/broker.hpp"

namespace budstikke::v1 {
class Delivery;
class Finding;
class GoAway;
class MessageRef;
class Problem;
class Receipt;
class Settle;
class Status;
class StatusEvent;
class Submit;
class Verdict;
class Withdrawn;
}  // namespace budstikke::v1

namespace budstikke::transport {

/// Why the broker ends a session.
enum class GoAwayReason {
    closing,
    draining,
    idle,
    protocol_error,
    limit_exceeded,
    unsupported_version,
    held,
    revoked,
    not_registered,
    timeout,
    internal,
};

/// The stable name for events: `protocol_error`.
std::string_view name(GoAwayReason reason);
void write(GoAwayReason reason, std::string_view text, v1::GoAway& to);

/// The stable `Problem.code` of an error.
std::string_view problem_code(Errc code);
/// A text of our own for the peer; the error's detail is for operations.
std::string_view problem_text(Errc code);
void write(const Error& error, std::uint64_t request, v1::Problem& to);

/// Everything but the payload, which is moved out of `from` into the submission by the caller.
pipeline::Submission read_submission(v1::Submit& from, std::string_view organisation);
/// Nothing where it names neither an id nor a sender with a MsgId.
std::optional<pipeline::MessageRef> read_ref(const v1::MessageRef& from);
/// Nothing where outcome, id or reason break the rules of the protocol.
std::optional<pipeline::Settlement> read_settlement(v1::Settle& from);

void write(const pipeline::Receipt& receipt, std::uint64_t submission, v1::Receipt& to);
void write(const budstikke::Finding& finding, v1::Finding& to);
void write(const pipeline::Offer& offer, v1::Delivery& to);
void write(const pipeline::MessageStatus& status, std::uint64_t request, v1::Status& to);
void write(const store::FeedEntry& entry, v1::StatusEvent& to);
void write(const pipeline::Broker::MaySend& verdict, std::uint64_t request, v1::Verdict& to);
std::string_view word(pipeline::SubscriptionEnd why);
void write(
    const std::vector<pipeline::Broker::WithdrawVerdict>& verdicts, std::uint64_t request,
    v1::Withdrawn& to
);

}  // namespace budstikke::transport
