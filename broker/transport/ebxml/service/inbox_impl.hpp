// The parts of the inbox, shared by its .cpp files only.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "broker/transport/ebxml/rules/validate.hpp"
#include "broker/transport/ebxml/service/authentication.hpp"
#include "broker/transport/ebxml/service/in_progress.hpp"
#include "broker/transport/ebxml/service/inbox.hpp"
#include "broker/transport/ebxml/service/opening_room.hpp"
#include "broker/transport/ebxml/service/signal_queue.hpp"
#include "broker/transport/ebxml/service/signals.hpp"

namespace budstikke::ebxml {

/// A payload message on its way through the inbox.
struct Incoming {
    const Arrival& arrival;
    const Message& message;
    const Surroundings& known;
    HerId from;  ///< a partner
    HerId to;    ///< one of ours
    const Identity& identity;
    Timestamp now;
    Authentication sender;
    Verdict verdict;
};

struct Inbox::Impl {
    using Claim = InProgress::Claim;

    Impl(
        InboxOptions given, const InboxParts& of, SignalHandlers to,
        std::shared_ptr<const Surroundings> around
    );

    // inbox.cpp
    std::shared_ptr<const Surroundings> around() const;
    Reception receive(const Arrival& arrival);
    Reception later(std::string_view reason, std::string_view source) const;
    void store_failed(const Error& error) const;
    Reception ignored(const Arrival& arrival) const;
    /// The text of the Fault for what nobody can be answered for by a signal: what asks for one,
    /// and to a test partner all of it. May be empty.
    std::string what_is_wrong(
        const Arrival& arrival, const Message& message, const Surroundings& known
    ) const;

    // inbox_answers.cpp: how an answer goes
    Reception answer_fault(
        const Arrival& arrival, const Message* message, FaultCode code, std::string_view text
    );
    Reception answer(const Incoming& incoming, const Outcome& outcome);
    std::optional<Package> signal_of(const Incoming& incoming, const Errors& errors) const;

    // inbox_signals.cpp: what answers messages of ours
    Reception take_fault(const Arrival& arrival, const Message& message);
    Reception take_report(const Arrival& arrival, const Message& message);
    /// One that lacks what makes it a signal.
    Reception ignore_signal(
        const Arrival& arrival, const Message& message, const Surroundings& known
    );
    Reception take_signal(
        const Arrival& arrival, const Message& message, const Surroundings& known
    );

    // inbox_payload.cpp: payload messages
    Reception take_payload(
        const Arrival& arrival, const Message& message, const Surroundings& known
    );
    /// Sets the verdict on what came, with what is known of `opened` payloads.
    void judge(Incoming& incoming, std::optional<std::vector<OpenedPayload>> opened) const;
    Reception take_unauthenticated(const Incoming& incoming);
    /// The first copy; the claim is there afterwards, but where the broker has not answered yet.
    Outcome process_first(const Incoming& incoming, std::optional<Claim>& claim);
    Outcome refuse(const Incoming& incoming, const Errors& errors);
    Outcome refuse_false_duplicate(const Incoming& incoming) const;
    Outcome keep(const Incoming& incoming, std::optional<Package> signal, std::string business_id);
    /// A message that may come, with the verdict that its signal speaks of.
    Outcome hand_over(
        const Incoming& incoming, const Verdict& verdict, std::string payload,
        std::optional<Claim>& claim
    );
    std::expected<std::string, EbxmlError> open(const Incoming& incoming) const;

    // inbox_copies.cpp: a message and those that come while it is being received
    Outcome process(const Incoming& incoming);
    Outcome join_or_process(const Incoming& incoming);
    /// Nothing where the broker has not answered; then the claim is the broker's, until it does.
    std::optional<pipeline::Receipt> submit(
        const Incoming& incoming, std::string payload, std::optional<Claim>& claim
    ) const;

    // inbox_accepted.cpp: what has ended since a message was sent
    /// What stays true of it when the register changes. Only for messages that are worth no Fault.
    Verdict verdict_by_itself(const Incoming& incoming) const;
    /// Why it may come no more; empty: it may.
    Errors what_ended(const Incoming& incoming) const;
    std::optional<EbxmlError> obstacle(const Incoming& incoming) const;
    /// Whether the broker has it for this recipient. Errors as Broker::status, less its refusals.
    Result<bool> was_accepted(const Incoming& incoming, const std::string& payload) const;
    static pipeline::Submission submission_of(const Incoming& incoming, std::string payload);

    // inbox_test_partner.cpp
    bool is_test(const Identity& identity) const {
        return options.test_partner || identity.test_partner;
    }
    /// What cannot be read is for a test partner where nobody else is here.
    bool is_to_test(const Message* message, const Surroundings& known) const;
    std::optional<std::vector<OpenedPayload>> open_all(const Incoming& incoming, Errors& errors);
    Reception answer_as_test_partner(Incoming& incoming);
    /// A signal to a test partner: what is wrong with it is written down (HITS 1172 4.2.2). The
    /// text of a Fault where it has to be answered with one.
    std::optional<std::string> judge_signal(
        const Arrival& arrival, const Message& message, const Surroundings& known,
        const Authentication& sender
    );

    InboxOptions options;
    InboxParts parts;
    SignalHandlers handlers;
    crypto::xmldsig::Verifier verifier;
    InProgress in_progress;
    PartnerVersions versions;
    OpeningRoom opening;
    mutable std::mutex mutex;
    std::shared_ptr<const Surroundings> surroundings;  ///< by mutex
    SignalQueue queue;                                 ///< the last member: its threads use others
};

/// For the log: an id that can be one, else a word for it. A peer chooses its ids freely.
std::string_view loggable(std::string_view message_id);

}  // namespace budstikke::ebxml
