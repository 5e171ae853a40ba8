// A submission on its way through the stages, and the answer to it. The stages, in order, are the
// functions of this folder: decode, validate, authorise, route, commit. Each takes the value of the
// one before; none calls backwards.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/message/delivery_state.hpp"
#include "broker/message/envelope.hpp"
#include "broker/message/finding.hpp"
#include "broker/message/payload.hpp"
#include "broker/store/records.hpp"

namespace budstikke::pipeline {

/// Facts that the sender gives beside the payload; required where the payload is opaque.
struct DeclaredFacts {
    std::string message_id;
    std::string sender;
    std::vector<MessageReceiver> recipients;  ///< party.her_id and role
    std::string type;
    std::string version;
    std::string conversation;
    std::string parent;
};

/// What a transport hands over.
struct Submission {
    std::string organisation;  ///< organisation number of the authenticated sender
    std::string content_type;
    Payload payload;
    store::Priority priority = store::Priority::normal;
    std::optional<Timestamp> expires_at;
    std::vector<std::string> recipients;  ///< a subset of those named; empty: all
    bool allow_partial = false;
    std::optional<DeclaredFacts> declared;
};

struct RecipientVerdict {
    std::string her_id;  ///< as the message names it
    ReceiverRole role = ReceiverRole::primary;
    bool accepted = false;
    std::optional<HerId> redirected_to;
    Findings findings;
};

/// The one answer to a submission. Accepted means durable.
struct Receipt {
    bool accepted = false;
    bool repeated = false;     ///< accepted before: the same answer again
    bool retry_later = false;  ///< refused only for now
    MessageId id;              ///< zero where nothing was stored
    Timestamp accepted_at{};
    std::string message_id;  ///< the sender's MsgId
    std::vector<RecipientVerdict> recipients;
    Findings findings;
};

}  // namespace budstikke::pipeline
