// See record_codec.hpp. Protobuf's objects keep their strings' capacity when they are cleared, so
// that from the second record on nothing is allocated here.
#include "budstikke/v1/store.pb.h"

#include "broker/store/record_codec.hpp"

namespace budstikke::store {
namespace {

std::int64_t number(Timestamp time) {
    return time.time_since_epoch().count();
}

void set_text(std::string* field, std::string_view text) {
    field->assign(text);
}

template <typename Enum>
std::uint32_t number(Enum value) {
    return static_cast<std::uint32_t>(value);
}

std::uint32_t number(const std::optional<AppRecStatus>& status) {
    return status ? static_cast<std::uint32_t>(*status) : 0U;
}

std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

void fill(v1::StoredParty& stored, const MessageParty& party) {
    if (party.her_id) {
        set_text(stored.mutable_her_id(), *party.her_id);
    }
    if (party.parent_her_id) {
        set_text(stored.mutable_parent_her_id(), *party.parent_her_id);
    }
}

void fill(v1::StoredEnvelope& stored, const Envelope& envelope) {
    set_text(stored.mutable_format(), envelope.format);
    set_text(stored.mutable_standard(), envelope.standard);
    set_text(stored.mutable_version(), envelope.version);
    set_text(stored.mutable_xml_namespace(), envelope.xml_namespace);
    set_text(stored.mutable_type(), envelope.type);
    set_text(stored.mutable_action(), envelope.action);
    set_text(stored.mutable_message_id(), envelope.message_id);
    set_text(stored.mutable_generated_at(), envelope.generated_at);
    fill(*stored.mutable_sender(), envelope.sender);
    for (const auto& receiver : envelope.receivers) {
        auto& row = *stored.add_receivers();
        fill(*row.mutable_party(), receiver.party);
        row.set_role(number(receiver.role));
    }
    set_text(stored.mutable_ref_to_parent(), envelope.ref_to_parent);
    set_text(stored.mutable_ref_to_conversation(), envelope.ref_to_conversation);
    set_text(stored.mutable_document_id(), envelope.document_id);
    set_text(stored.mutable_original_message_id(), envelope.original_message_id);
    set_text(stored.mutable_original_type(), envelope.original_type);
    stored.set_apprec_status(number(envelope.apprec_status));
    for (const auto& code : envelope.apprec_errors) {
        set_text(stored.add_apprec_errors(), code);
    }
    set_text(stored.mutable_apprec_version(), envelope.apprec_version);
    stored.set_attachments(envelope.attachments);
    stored.set_patient_identity(number(envelope.patient_identity));
    stored.set_emergency(envelope.emergency);
    stored.set_is_apprec(envelope.is_apprec);
    stored.set_opaque(envelope.opaque);
}

void fill(v1::StoredEvent& stored, const DeliveryEvent& event) {
    stored.set_position(event.position);
    stored.set_at(number(event.at));
    stored.set_state(number(event.state));
    stored.set_cause(number(event.cause));
    set_text(stored.mutable_detail(), event.detail);
}

/// What an open entry repeats of its delivery: all that its place in the queue depends on.
template <typename Stored, typename Record>
void fill_queued(Stored& stored, const Record& record) {
    set_text(stored.mutable_sender(), record.sender.text());
    set_text(stored.mutable_queue(), record.queue.text());
    stored.set_order_key(record.order_key);
    stored.set_priority(number(record.priority));
    stored.set_attempts(record.attempts);
    stored.set_due(number(record.due));
    if (record.expires_at) {
        stored.set_expires_at(number(*record.expires_at));
    }
}

}  // namespace

struct RecordEncoder::Scratch {
    v1::StoredMessage message;
    v1::StoredIdentity identity;
    v1::StoredDelivery delivery;
    v1::StoredOpen open;
    v1::StoredDeadLetter dead;
    v1::StoredFeedRow feed;
    v1::StoredAudit audit;
    std::string bytes;

    template <typename Stored>
    std::string_view write(const Stored& stored) {
        const std::size_t size = stored.ByteSizeLong();
        if (bytes.size() < size) {
            bytes.resize(size);
        }
        stored.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(bytes.data()));
        return std::string_view(bytes).substr(0, size);
    }
};

RecordEncoder::RecordEncoder() : scratch_(std::make_unique<Scratch>()) {}
RecordEncoder::~RecordEncoder() = default;
RecordEncoder::RecordEncoder(RecordEncoder&&) noexcept = default;
RecordEncoder& RecordEncoder::operator=(RecordEncoder&&) noexcept = default;

std::string_view RecordEncoder::encode(const MessageRecord& record) {
    auto& stored = scratch_->message;
    stored.Clear();
    stored.set_position(record.position);
    set_text(stored.mutable_sender(), record.sender.text());
    fill(*stored.mutable_envelope(), record.envelope);
    set_text(stored.mutable_submitted_by(), record.submitted_by);
    set_text(stored.mutable_content_type(), record.content_type);
    set_text(stored.mutable_digest(), bytes_of(record.digest));
    stored.set_size(record.size);
    stored.set_chunks(record.chunks);
    stored.set_accepted_at(number(record.accepted_at));
    if (record.expires_at) {
        stored.set_expires_at(number(*record.expires_at));
    }
    stored.set_priority(number(record.priority));
    return scratch_->write(stored);
}

std::string_view RecordEncoder::encode(const IdentityRecord& record) {
    auto& stored = scratch_->identity;
    stored.Clear();
    set_text(stored.mutable_message(), record.message.raw());
    set_text(stored.mutable_digest(), bytes_of(record.digest));
    return scratch_->write(stored);
}

std::string_view RecordEncoder::encode(const DeliveryRecord& record) {
    auto& stored = scratch_->delivery;
    stored.Clear();
    fill_queued(stored, record);
    stored.set_role(number(record.role));
    stored.set_state(number(record.state));
    stored.set_position(record.position);
    stored.set_attempts_forgiven(record.attempts_forgiven);
    stored.set_expects_apprec(record.expects_apprec);
    if (record.apprec_deadline) {
        stored.set_apprec_deadline(number(*record.apprec_deadline));
    }
    stored.set_apprec(number(record.apprec));
    if (record.apprec_message != MessageId{}) {
        set_text(stored.mutable_apprec_message(), record.apprec_message.raw());
    }
    for (const auto& event : record.events) {
        fill(*stored.add_events(), event);
    }
    return scratch_->write(stored);
}

std::string_view RecordEncoder::encode(const OpenEntry& record) {
    auto& stored = scratch_->open;
    stored.Clear();
    set_text(stored.mutable_message(), record.id.message.raw());
    set_text(stored.mutable_recipient(), record.id.recipient.text());
    fill_queued(stored, record);
    stored.set_in_flight(record.in_flight);
    return scratch_->write(stored);
}

std::string_view RecordEncoder::encode(const DeadLetter& record) {
    auto& stored = scratch_->dead;
    stored.Clear();
    set_text(stored.mutable_queue(), record.queue.text());
    stored.set_at(number(record.at));
    stored.set_cause(number(record.cause));
    return scratch_->write(stored);
}

std::string_view RecordEncoder::encode_feed(
    const DeliveryId& delivery, std::span<const DeliveryEvent> events
) {
    auto& stored = scratch_->feed;
    stored.Clear();
    set_text(stored.mutable_message(), delivery.message.raw());
    set_text(stored.mutable_recipient(), delivery.recipient.text());
    for (const auto& event : events) {
        fill(*stored.add_events(), event);
    }
    return scratch_->write(stored);
}

std::string_view RecordEncoder::encode(const AuditRecord& record) {
    auto& stored = scratch_->audit;
    stored.Clear();
    stored.set_at(number(record.at));
    set_text(stored.mutable_who(), record.who);
    set_text(stored.mutable_role(), record.role);
    set_text(stored.mutable_command(), record.command);
    set_text(stored.mutable_reason(), record.reason);
    set_text(stored.mutable_outcome(), record.outcome);
    return scratch_->write(stored);
}

}  // namespace budstikke::store
