// A payload message, from its sender to its signal. The order is the promise: who sent it, is it a
// copy (see inbox_copies.cpp), may it come (or did it, see inbox_accepted.cpp), can it be opened,
// has the broker stored it; then the signal is stored, and only then it goes.
#include <algorithm>
#include <utility>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "broker/transport/ebxml/service/inbox_impl.hpp"

namespace budstikke::ebxml {
namespace {

std::string text_of(int rule) {
    return error_of(Violation{.rule = find_rule(rule), .location = {}}).description;
}

store::InboundEbxml record_of(
    const Incoming& incoming, const std::optional<Package>& signal, std::string business_id
) {
    store::InboundEbxml record{
        .from = incoming.from,
        .to = incoming.to,
        .message_id = incoming.sender.envelope.message_id,
        .conversation_id = incoming.sender.envelope.conversation_id,
        .digests = incoming.sender.digests,
        .received_at = incoming.now,
        .business_id = std::move(business_id),
        .content_type = {},
        .body = {},
        .transfer_encoding = {},
    };
    if (signal) {
        record.content_type = signal->content_type;
        record.body = signal->body;
        record.transfer_encoding = signal->transfer_encoding;
    }
    return record;
}

Outcome outcome_of(const store::InboundEbxml& record) {
    Outcome outcome{.later = false, .signal = {}};
    if (!record.body.empty()) {
        outcome.signal = Package{
            .content_type = record.content_type,
            .transfer_encoding = record.transfer_encoding,
            .body = record.body,
        };
    }
    return outcome;
}

/// Something that no signature covers, which anybody on the way may have put there.
bool has_unsigned(const xml::Element& element) {
    return std::ranges::any_of(element.children, [](const xml::Element& child) {
        return (is_for_next_node(child) && !child.is(ns::eb, "SyncReply")) || has_unsigned(child);
    });
}

bool looks_like_xml(std::string_view bytes) {
    bytes.remove_prefix(bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0);
    const auto first = bytes.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && bytes[first] == '<';
}

}  // namespace

Reception Inbox::Impl::take_payload(
    const Arrival& arrival, const Message& message, const Surroundings& known
) {
    const auto from = HerId::parse(message.envelope->from.her_id());
    const auto to = HerId::parse(message.envelope->to.her_id());
    const auto* identity = to ? known.identity(*to) : nullptr;
    const bool partner = from && known.is_partner(*from);
    if (!partner || identity == nullptr) {
        // Nobody could be answered, or nobody could sign the answer (HITS 1172 5.9.1).
        auto text = what_is_wrong(arrival, message, known);
        const bool unread = has_unsigned(*message.tree.root);
        const auto reason = text_of(unread ? 100 : partner ? 54 : 29);
        const bool said = text.find(reason) != std::string::npos;
        if (text.empty() || (!said && is_to_test(&message, known))) {
            text += (text.empty() ? "" : "; ") + reason;
        }
        return answer_fault(arrival, &message, FaultCode::client, text);
    }
    const auto now = parts.clock.now();
    Incoming incoming{
        .arrival = arrival,
        .message = message,
        .known = known,
        .from = *from,
        .to = *to,
        .identity = *identity,
        .now = now,
        .sender = authenticate(message, known, verifier, now),
        .verdict = {},
    };
    if (is_test(*identity)) {
        return answer_as_test_partner(incoming);
    }
    judge(incoming, std::nullopt);
    if (incoming.verdict.answer == Answer::fault) {
        return answer_fault(arrival, &message, FaultCode::client, fault_text(incoming.verdict));
    }
    if (incoming.sender.signed_by != Signatory::partner) {
        return take_unauthenticated(incoming);
    }
    if (parts.broker.crowded()) {
        return later("crowded", arrival.source);
    }
    versions.note(*from, incoming.sender.envelope.descriptions, now);
    return answer(incoming, process(incoming));
}

void Inbox::Impl::judge(Incoming& incoming, std::optional<std::vector<OpenedPayload>> opened)
    const {
    incoming.verdict = validate({
        .message = incoming.message,
        .transport = incoming.arrival.transport,
        .signature = signature_facts(incoming.sender.verification),
        .known = &incoming.known.known(),
        .validated = parts.schemas != nullptr,
        .opened = std::move(opened),
    });
    // A reply in an exchange of ours: it answers, and is itself answered only where it asks for it.
    auto& answer = incoming.verdict.answer;
    const bool counts = answer == Answer::acknowledgment || answer == Answer::warning;
    if (!incoming.arrival.exchange_of.empty() && counts &&
        !incoming.message.envelope->ack_requested) {
        answer = Answer::none;
    }
}

/// Nothing of it is remembered: anybody could have sent it, and must not be able to spoil what the
/// partner sends under the same id, before or after.
Reception Inbox::Impl::take_unauthenticated(const Incoming& incoming) {
    const auto& sender = incoming.sender;
    if (sender.unsure) {
        parts.events.write(
            EventLevel::error, "ebxml_revocation_unknown",
            {{"from", incoming.from.text()}, {"source", incoming.arrival.source}}
        );
        return later("revocation", incoming.arrival.source);
    }
    parts.events.write(
        EventLevel::warning, "ebxml_unauthenticated",
        {{"from", incoming.from.text()},
         {"to", incoming.to.text()},
         {"source", incoming.arrival.source},
         {"signed_by", name(sender.signed_by)}}
    );
    const auto& id = sender.envelope.message_id;
    const auto before = parts.store.inbound(incoming.from, id);
    if (!before) {
        store_failed(before.error());
        return later("store", incoming.arrival.source);
    }
    if (*before || in_progress.contains({incoming.from, id})) {
        // A MessageError of ours would make the partner believe that his own message was refused.
        return answer_fault(
            incoming.arrival, &incoming.message, FaultCode::client,
            sender.errors.front().description
        );
    }
    auto errors = errors_of(incoming.verdict);
    errors.insert(errors.end(), sender.errors.begin(), sender.errors.end());
    return answer(incoming, {.later = false, .signal = signal_of(incoming, errors)});
}

Outcome Inbox::Impl::refuse_false_duplicate(const Incoming& incoming) const {
    parts.events.write(
        EventLevel::warning, "ebxml_false_duplicate",
        {{"from", incoming.from.text()},
         {"message_id", loggable(incoming.sender.envelope.message_id)}}
    );
    // Not kept: the first message's signal stays what a true copy gets.
    auto signal = signal_of(incoming, {error_of(Refusal::false_duplicate)});
    return {.later = !signal, .signal = std::move(signal)};
}

Outcome Inbox::Impl::process_first(const Incoming& incoming, std::optional<Claim>& claim) {
    const auto& header = incoming.sender.envelope;
    const auto before = parts.store.inbound(incoming.from, header.message_id);
    if (!before) {
        store_failed(before.error());
        return {};
    }
    if (*before) {
        if ((*before)->digests != incoming.sender.digests) {
            return refuse_false_duplicate(incoming);
        }
        parts.events.write(
            EventLevel::info, "ebxml_duplicate",
            {{"from", incoming.from.text()}, {"message_id", loggable(header.message_id)}}
        );
        return outcome_of(**before);
    }
    if (incoming.verdict.answer == Answer::error && has_unsigned(*incoming.message.tree.root)) {
        // The partner's own copy, without what was added on the way, must still be taken.
        auto signal = signal_of(incoming, errors_of(incoming.verdict));
        return {.later = !signal, .signal = std::move(signal)};
    }
    const auto verdict = verdict_by_itself(incoming);
    if (verdict.answer == Answer::error) {
        return refuse(incoming, errors_of(incoming.verdict));
    }
    const auto ended = what_ended(incoming);
    OpeningRoom::Share room(opening);
    auto payload = open(incoming);
    if (!ended.empty()) {
        const auto accepted = payload ? was_accepted(incoming, *payload) : Result<bool>(false);
        if (!accepted) {
            return {};
        }
        if (!*accepted) {
            return refuse(incoming, ended);
        }
    }
    if (!payload) {
        return refuse(incoming, {payload.error()});
    }
    room.shrink_to(payload->size());
    return hand_over(incoming, verdict, *std::move(payload), claim);
}

Outcome Inbox::Impl::hand_over(
    const Incoming& incoming, const Verdict& verdict, std::string payload,
    std::optional<Claim>& claim
) {
    const auto receipt = submit(incoming, std::move(payload), claim);
    if (!receipt || receipt->retry_later) {
        return {};
    }
    if (!receipt->accepted) {
        return refuse(incoming, errors_of(*receipt));
    }
    parts.events.write(
        EventLevel::info, "ebxml_received",
        {{"from", incoming.from.text()},
         {"to", incoming.to.text()},
         {"message_id", loggable(incoming.sender.envelope.message_id)},
         {"message", receipt->id.text()}}
    );
    // A reply that comes in the exchange of its request has no signal.
    if (verdict.answer == Answer::none) {
        return keep(incoming, std::nullopt, receipt->message_id);
    }
    auto signal = signal_of(incoming, errors_of(verdict));
    return signal ? keep(incoming, std::move(signal), receipt->message_id) : Outcome{};
}

Outcome Inbox::Impl::refuse(const Incoming& incoming, const Errors& errors) {
    parts.events.write(
        EventLevel::warning, "ebxml_message_refused",
        {{"from", incoming.from.text()},
         {"to", incoming.to.text()},
         {"message_id", loggable(incoming.sender.envelope.message_id)},
         {"code", errors.front().code}}
    );
    auto signal = signal_of(incoming, errors);
    return signal ? keep(incoming, std::move(signal), {}) : Outcome{};
}

Outcome Inbox::Impl::keep(
    const Incoming& incoming, std::optional<Package> signal, std::string business_id
) {
    const auto record = record_of(incoming, signal, std::move(business_id));
    if (const auto put = parts.store.put(record); !put) {
        store_failed(put.error());
        return {};
    }
    return {.later = false, .signal = std::move(signal)};
}

std::expected<std::string, EbxmlError> Inbox::Impl::open(const Incoming& incoming) const {
    const auto attachments = incoming.message.attachments();
    if (attachments.empty()) {
        return std::unexpected(error_of(Refusal::no_payload));
    }
    const auto& manifest = incoming.sender.envelope.manifest;
    if (attachments.size() > 1 || manifest.size() > 1) {
        return std::unexpected(error_of(Refusal::several_payloads));
    }
    const auto& part = *attachments.front();
    if (manifest.empty() || manifest.front().content_id() != part.content_id) {
        return std::unexpected(error_of(Refusal::no_payload));
    }
    if (looks_like_xml(part.content)) {
        if (!is_clear_service(incoming.sender.envelope)) {
            return std::unexpected(error_of(Refusal::not_encrypted));
        }
        return part.content;
    }
    auto opened = incoming.identity.decryptor.open(
        part.content, incoming.known.policy(incoming.from.text()).encryption
    );
    if (!opened) {
        parts.events.write(
            EventLevel::warning, "ebxml_not_decrypted",
            {{"from", incoming.from.text()},
             {"to", incoming.to.text()},
             {"reason", crypto::cms::name(opened.error())}}
        );
        return std::unexpected(error_of(opened.error(), part.content_id));
    }
    return std::move(opened->payload);
}

}  // namespace budstikke::ebxml
