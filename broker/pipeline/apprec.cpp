// Application receipts. An AppRec is a message like any other; beside its own delivery it closes
// the delivery that it answers (HITS 1168): matched by the original's MsgId and by who gives it.
// The first one is final; a later one that says otherwise is an incident and changes nothing.
#include <string>
#include <utility>
#include <vector>

#include "broker/base/limits.hpp"
#include "broker/directory/directory.hpp"
#include "broker/pipeline/core.hpp"

namespace budstikke::pipeline {
namespace {

DeliveryCause cause_of(AppRecStatus status) {
    switch (status) {
        case AppRecStatus::ok:
            return DeliveryCause::apprec_ok;
        case AppRecStatus::ok_error_in_part:
            return DeliveryCause::apprec_ok_error_in_part;
        case AppRecStatus::rejected:
            break;
    }
    return DeliveryCause::apprec_rejected;
}

/// As many whole codes as fit into the detail of an event: the recipient chooses them, and a
/// timeline has many events. All of them are in the AppRec itself.
std::string codes_of(const std::vector<std::string>& errors) {
    std::string codes;
    for (const auto& code : errors) {
        if (codes.size() + 1 + code.size() > limits::reason_bytes_max) {
            break;
        }
        codes += (codes.empty() ? "" : " ") + code;
    }
    return codes;
}

bool is_positive(AppRecStatus status) {
    return status != AppRecStatus::rejected;
}

}  // namespace

void Core::match_apprec(const store::MessageRecord& apprec) {
    const Envelope& envelope = apprec.envelope;
    if (!envelope.apprec_status || envelope.original_message_id.empty() ||
        envelope.receivers.empty()) {
        return;
    }
    const auto original_sender = HerId::parse(envelope.receivers.front().party.her_id.value_or(""));
    const auto original = original_sender
                              ? ledger_->identity(*original_sender, envelope.original_message_id)
                              : std::nullopt;
    const auto message = original ? ledger_->message(original->message) : nullptr;
    if (message && !message->envelope.is_apprec) {
        if (auto* const record = answered(*message, apprec.sender)) {
            return apply_apprec(*record, apprec);
        }
    }
    // Foreign: about nothing that this broker carried between these two. It is routed all the same.
    ++shared_.apprec_incidents;
}

/// The delivery that a receipt of `by` answers: its own, or one that came to it as the successor.
/// Where it has both, its second receipt is for the other one.
store::DeliveryRecord* Core::answered(const store::MessageRecord& message, const HerId& by) {
    auto* own = ledger_->delivery({.message = message.id, .recipient = by});
    if (own != nullptr && !own->apprec) {
        return own;
    }
    for (const auto& id : ledger_->deliveries_of(message.id)) {
        auto* const record = ledger_->delivery(id);
        if (record != nullptr && record->queue == by && (own == nullptr || !record->apprec)) {
            return record;
        }
    }
    return own;
}

void Core::apply_apprec(store::DeliveryRecord& record, const store::MessageRecord& apprec) {
    const AppRecStatus status = *apprec.envelope.apprec_status;
    std::string codes = codes_of(apprec.envelope.apprec_errors);
    if (record.apprec) {
        const bool same = is_positive(*record.apprec) == is_positive(status);
        if (!same) {
            ++shared_.apprec_incidents;
        }
        ledger_->note(
            record, same ? DeliveryCause::apprec_repeated : DeliveryCause::apprec_contradicts,
            std::move(codes)
        );
        return;
    }
    const DeliveryState before = record.state;
    if (!is_open(before) || before == DeliveryState::in_flight) {
        if (!transition(before, cause_of(status))) {
            ++shared_.refused_changes;
            ++shared_.apprec_incidents;
            return;
        }
    }
    record.apprec = status;
    record.apprec_message = apprec.id;
    if (before == DeliveryState::queued || before == DeliveryState::accepted) {
        // Its recipient has read it, but the settlement was lost: kept until the delivery is
        // settled.
        ledger_->note(record, DeliveryCause::apprec_early, std::move(codes));
        return;
    }
    change(record, cause_of(status), std::move(codes));
    if (before == DeliveryState::in_flight) {
        close(record);
        if (const auto flight = in_flight_.find(record.id); flight != in_flight_.end()) {
            flight->second.closed = true;
        }
    }
}

void Core::apply_kept_apprec(store::DeliveryRecord& record) {
    if (record.apprec && transition(record.state, cause_of(*record.apprec))) {
        change(record, cause_of(*record.apprec));
    }
}

void Core::originate_apprec(
    const store::DeliveryRecord& record, AppRecStatus status, const Settlement* settlement
) {
    const auto directory = shared_.directory.load();
    const auto* const party = directory->find(record.queue);
    if (party == nullptr || party->apprec != directory::AppRecBy::broker ||
        !record.expects_apprec || record.apprec) {
        return;
    }
    const auto message = ledger_->message(record.id.message);
    const auto* const adapter = parts_.adapters.find("apprec");
    const auto* const sender = directory->find(record.sender);
    if (!message || adapter == nullptr || sender == nullptr) {
        ++shared_.apprec_incidents;
        return;
    }
    const auto named = [&](const directory::Party& who) {
        AppRecParty names{
            .name = who.name, .her_id = who.her_id.text(), .parent_name = {}, .parent_her_id = {}
        };
        if (const auto* const parent = who.parent ? directory->find(*who.parent) : nullptr) {
            names.parent_name = parent->name;
            names.parent_her_id = parent->her_id.text();
        }
        return names;
    };
    const Envelope& original = message->envelope;
    AppRecDraft draft;
    draft.version = original.apprec_version.empty() ? "1.1" : original.apprec_version;
    draft.id = MessageId::make(now_, parts_.random).text();
    draft.generated_at = to_rfc3339(now_);
    draft.sender = named(*party);
    draft.receiver = named(*sender);
    draft.role = record.role;
    draft.status = status;
    if (status == AppRecStatus::rejected) {
        draft.error_codes.emplace_back("X99");
        draft.error_text = "Avvist av mottaker / Rejected by the recipient";
        if (settlement != nullptr && !settlement->reason.empty()) {
            draft.error_text = settlement->reason;
        }
    }
    draft.original_type = original.action;
    draft.original_issued_at =
        original.generated_at.empty() ? to_rfc3339(message->accepted_at) : original.generated_at;
    draft.original_id = original.message_id;
    auto encoded = adapter->encode(draft);
    if (!encoded || !accept_own(*std::move(encoded), *message)) {
        ++shared_.apprec_incidents;
    }
}

}  // namespace budstikke::pipeline
