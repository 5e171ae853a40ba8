// The commit of a submission: duplicate key, message, payload and deliveries in one write. What is
// answered here is released only after that write is synced.
#include <algorithm>
#include <utility>

#include "broker/crypto/digest.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "broker/pipeline/core.hpp"

namespace budstikke::pipeline {
namespace {

std::uint64_t order_key_of(const store::MessageRecord& message, const HerId& recipient) {
    return crypto::keyed_hash64(
        {message.sender.text(), recipient.text(), message.envelope.conversation()}
    );
}

}  // namespace

Result<void> seal(
    Draft& draft, Timestamp now, const Parts& parts, const Settings& settings, Prepared& prepared
) {
    store::MessageRecord& record = prepared.record;
    record.id = MessageId::make(now, parts.random);
    auto sealed = parts.codec.seal(record.id, draft.submission.payload.bytes());
    if (!sealed) {
        return std::unexpected(std::move(sealed).error());
    }
    prepared.sealed = *std::move(sealed);
    record.sender = draft.sender;
    record.submitted_by = std::move(draft.submission.organisation);
    record.content_type = std::move(draft.submission.content_type);
    record.digest = draft.digest;
    record.size = draft.submission.payload.size();
    record.chunks = static_cast<std::uint32_t>(prepared.sealed.chunks.size());
    record.accepted_at = now;
    record.expires_at = draft.submission.expires_at.value_or(now + settings.time_to_live);
    record.priority = draft.submission.priority;
    record.envelope = std::move(draft.envelope);
    return {};
}

void Core::add_delivery(
    const store::MessageRecord& message, const Route& route, std::optional<Timestamp> expires_at
) {
    store::DeliveryRecord record;
    record.id = {.message = message.id, .recipient = route.recipient};
    record.sender = message.sender;
    record.queue = route.queue;
    record.role = route.role;
    record.order_key = order_key_of(message, route.recipient);
    record.priority = message.priority;
    record.position = ledger_->next_position();
    record.expires_at = expires_at;
    record.expects_apprec = !message.envelope.is_apprec;
    if (record.expects_apprec) {
        record.apprec_deadline = now_ + settings_.apprec_deadline;
    }
    auto& delivery = ledger_->add_delivery(std::move(record));
    change(delivery, DeliveryCause::committed);
    change(
        delivery, route.queue == route.recipient ? DeliveryCause::routed : DeliveryCause::redirected
    );
    enqueue(delivery);
}

Receipt Core::store_new(Prepared& prepared) {
    const auto message = ledger_->add_message(std::move(prepared.record), prepared.sealed);
    if (prepared.carried) {
        carried_.emplace(message->id, std::move(prepared.carried));
    }
    for (const auto& route : prepared.draft->routes) {
        if (route.accepted()) {
            add_delivery(*message, route, message->expires_at);
        }
    }
    if (message->envelope.is_apprec) {
        match_apprec(*message);
    }
    ++shared_.accepted;
    Receipt receipt;
    receipt.accepted = true;
    receipt.id = message->id;
    receipt.accepted_at = message->accepted_at;
    receipt.message_id = message->envelope.message_id;
    receipt.recipients = verdicts(*prepared.draft);
    receipt.findings = std::move(prepared.draft->findings);
    return receipt;
}

/// Deliveries for the recipients that a known message has none for yet.
void Core::join_recipients(
    const store::MessageRecord& message, const Prepared& prepared, Receipt& receipt
) {
    const auto& routes = prepared.draft->routes;
    std::vector<const Route*> added;
    for (const auto& route : routes) {
        const DeliveryId id{.message = message.id, .recipient = route.recipient};
        if (route.accepted() && ledger_->delivery(id) == nullptr) {
            added.push_back(&route);
        }
    }
    if (added.empty()) {
        return;
    }
    receipt.repeated = false;
    if (!ledger_->has_payload(message.id)) {
        // Its time is over: there is nothing left to deliver to anybody else.
        receipt.accepted = false;
        receipt.findings.push_back(
            {.spec = &finding::identity_conflict, .location = {.line = 0, .path = "payload/erased"}}
        );
        std::ranges::for_each(receipt.recipients, [](auto& verdict) { verdict.accepted = false; });
        return;
    }
    for (const auto* const route : added) {
        add_delivery(message, *route, prepared.record.expires_at);
    }
}

/// A message that is known already: the same answer again, and a delivery for whoever has none yet
/// (in ebXML a message to n recipients arrives n times with one MsgId, HITS 1168).
Receipt Core::join_known(Prepared& prepared, const store::IdentityRecord& known) {
    Receipt receipt;
    receipt.message_id = prepared.record.envelope.message_id;
    receipt.recipients = verdicts(*prepared.draft);
    receipt.findings = std::move(prepared.draft->findings);
    if (known.digest != prepared.record.digest) {
        ++shared_.conflicts;
        receipt.findings.push_back({.spec = &finding::identity_conflict, .location = {}});
        std::ranges::for_each(receipt.recipients, [](auto& verdict) { verdict.accepted = false; });
        return receipt;
    }
    receipt.accepted = true;
    receipt.id = known.message;
    receipt.accepted_at = known.message.time();
    receipt.repeated = true;
    const auto message = ledger_->message(known.message);
    if (message) {
        receipt.accepted_at = message->accepted_at;
        join_recipients(*message, prepared, receipt);
    }
    ++shared_.repeated;
    return receipt;
}

void Core::accept(PreparedPtr prepared, Handler<Receipt> answer) {
    const auto& record = prepared->record;
    const auto known = ledger_->identity(record.sender, record.envelope.message_id);
    Receipt receipt = known ? join_known(*prepared, *known) : store_new(*prepared);
    if (!receipt.accepted) {
        ++shared_.refused;
    }
    answer_after_commit(std::move(answer), std::move(receipt));
}

bool Core::accept_own(std::string bytes, const store::MessageRecord& about) {
    const auto* const adapter = parts_.adapters.find("apprec");
    if (adapter == nullptr) {
        return false;
    }
    auto decoded = adapter->decode(bytes, nullptr);
    const auto sender = HerId::parse(decoded.envelope.sender.her_id.value_or(""));
    Route route = route_to(
        view(now_), about.sender.text(), ReceiverRole::primary, decoded.envelope.action,
        decoded.envelope.version, decoded.envelope.format
    );
    if (!sender || !route.accepted()) {
        return false;
    }
    Prepared prepared;
    prepared.draft = std::make_unique<Draft>();
    Draft& draft = *prepared.draft;
    draft.sender = *sender;
    draft.digest = crypto::sha256(bytes);
    draft.envelope = std::move(decoded.envelope);
    draft.submission.content_type = "application/xml";
    draft.submission.payload = Payload(std::move(bytes));
    draft.routes.push_back(std::move(route));
    return seal(draft, now_, parts_, settings_, prepared) && store_new(prepared).accepted;
}

}  // namespace budstikke::pipeline
