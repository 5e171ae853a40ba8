// See record_codec.hpp. Numbers that mean nothing here were written by another version or by a
// broken disk; neither is guessed at.
#include <algorithm>

#include "budstikke/v1/store.pb.h"

#include "broker/store/record_codec.hpp"

namespace budstikke::store {
namespace {

Timestamp time(std::int64_t count) {
    return Timestamp(Duration(count));
}

/// Collects whether every field of a record made sense, so that the decoders read straight down.
class Checked {
 public:
    template <typename Enum>
    Enum among(std::uint32_t value, Enum last) {
        ok_ = ok_ && value <= static_cast<std::uint32_t>(last);
        return ok_ ? static_cast<Enum>(value) : Enum{};
    }

    HerId her_id(const std::string& text) {
        if (text.empty()) {
            return {};
        }
        const auto id = HerId::parse(text);
        ok_ = ok_ && id.has_value();
        return id.value_or(HerId{});
    }

    MessageId message(const std::string& raw) {
        const auto id = MessageId::from_raw(raw);
        ok_ = ok_ && id.has_value();
        return id.value_or(MessageId{});
    }

    Digest digest(const std::string& raw) {
        Digest digest{};
        ok_ = ok_ && raw.size() == digest.size();
        if (ok_) {
            std::ranges::copy(raw, digest.begin());
        }
        return digest;
    }

    std::optional<AppRecStatus> apprec(std::uint32_t value) {
        if (value == 0) {
            return std::nullopt;
        }
        return among(value, AppRecStatus::ok_error_in_part);
    }

    DeliveryState state(std::uint32_t value) {
        static const auto last = std::ranges::max(delivery_states());
        return among(value, last);
    }

    DeliveryCause cause(std::uint32_t value) {
        static const auto last = std::ranges::max(delivery_causes());
        return among(value, last);
    }

    template <typename Record>
    Result<Record> result(Record&& record) const {
        if (!ok_) {
            return fail(Errc::corrupt, "a stored record holds a value that means nothing");
        }
        return std::forward<Record>(record);
    }

 private:
    bool ok_ = true;
};

template <typename Stored>
bool parse(Stored& stored, std::string_view bytes) {
    return bytes.size() <= INT32_MAX &&
           stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

std::unexpected<Error> unreadable() {
    return fail(Errc::corrupt, "a stored record does not decode");
}

/// Parses, has `fill` take the fields into the record, and refuses what made no sense.
template <typename Record, typename Stored, typename Fill>
Result<Record> decode(Stored& stored, std::string_view bytes, Fill fill) {
    if (!parse(stored, bytes)) {
        return unreadable();
    }
    Checked checked;
    Record record;
    fill(record, checked);
    return checked.result(std::move(record));
}

/// What an open entry repeats of its delivery: all that its place in the queue depends on.
template <typename Record, typename Stored>
void fill_queued(Record& record, const Stored& stored, Checked& checked) {
    record.sender = checked.her_id(stored.sender());
    record.queue = checked.her_id(stored.queue());
    record.order_key = stored.order_key();
    record.priority = checked.among(stored.priority(), Priority::low);
    record.attempts = stored.attempts();
    record.due = time(stored.due());
    if (stored.has_expires_at()) {
        record.expires_at = time(stored.expires_at());
    }
}

MessageParty party_of(const v1::StoredParty& stored) {
    MessageParty party;
    if (stored.has_her_id()) {
        party.her_id = stored.her_id();
    }
    if (stored.has_parent_her_id()) {
        party.parent_her_id = stored.parent_her_id();
    }
    return party;
}

Envelope envelope_of(const v1::StoredEnvelope& stored, Checked& checked) {
    Envelope envelope;
    envelope.format = stored.format();
    envelope.standard = stored.standard();
    envelope.version = stored.version();
    envelope.xml_namespace = stored.xml_namespace();
    envelope.type = stored.type();
    envelope.action = stored.action();
    envelope.message_id = stored.message_id();
    envelope.generated_at = stored.generated_at();
    envelope.sender = party_of(stored.sender());
    for (const auto& receiver : stored.receivers()) {
        envelope.receivers.push_back(MessageReceiver{
            .party = party_of(receiver.party()),
            .role = checked.among(receiver.role(), ReceiverRole::copy),
        });
    }
    envelope.ref_to_parent = stored.ref_to_parent();
    envelope.ref_to_conversation = stored.ref_to_conversation();
    envelope.document_id = stored.document_id();
    envelope.original_message_id = stored.original_message_id();
    envelope.original_type = stored.original_type();
    envelope.apprec_status = checked.apprec(stored.apprec_status());
    envelope.apprec_errors.assign(stored.apprec_errors().begin(), stored.apprec_errors().end());
    envelope.apprec_version = stored.apprec_version();
    envelope.attachments = stored.attachments();
    envelope.patient_identity =
        checked.among(stored.patient_identity(), PatientIdentity::insufficient);
    envelope.emergency = stored.emergency();
    envelope.is_apprec = stored.is_apprec();
    envelope.opaque = stored.opaque();
    return envelope;
}

}  // namespace

Result<MessageRecord> decode_message(const MessageId& id, std::string_view bytes) {
    v1::StoredMessage stored;
    return decode<MessageRecord>(stored, bytes, [&](MessageRecord& record, Checked& checked) {
        record.id = id;
        record.position = stored.position();
        record.sender = checked.her_id(stored.sender());
        record.envelope = envelope_of(stored.envelope(), checked);
        record.submitted_by = stored.submitted_by();
        record.content_type = stored.content_type();
        record.digest = checked.digest(stored.digest());
        record.size = stored.size();
        record.chunks = stored.chunks();
        record.accepted_at = time(stored.accepted_at());
        if (stored.has_expires_at()) {
            record.expires_at = time(stored.expires_at());
        }
        record.priority = checked.among(stored.priority(), Priority::low);
    });
}

Result<IdentityRecord> decode_identity(std::string_view bytes) {
    v1::StoredIdentity stored;
    return decode<IdentityRecord>(stored, bytes, [&](IdentityRecord& record, Checked& checked) {
        record.message = checked.message(stored.message());
        record.digest = checked.digest(stored.digest());
    });
}

Result<DeliveryRecord> decode_delivery(const DeliveryId& id, std::string_view bytes) {
    v1::StoredDelivery stored;
    return decode<DeliveryRecord>(stored, bytes, [&](DeliveryRecord& record, Checked& checked) {
        record.id = id;
        fill_queued(record, stored, checked);
        record.role = checked.among(stored.role(), ReceiverRole::copy);
        record.state = checked.state(stored.state());
        record.position = stored.position();
        record.attempts_forgiven = stored.attempts_forgiven();
        record.expects_apprec = stored.expects_apprec();
        if (stored.has_apprec_deadline()) {
            record.apprec_deadline = time(stored.apprec_deadline());
        }
        record.apprec = checked.apprec(stored.apprec());
        if (!stored.apprec_message().empty()) {
            record.apprec_message = checked.message(stored.apprec_message());
        }
        record.events.reserve(static_cast<std::size_t>(stored.events_size()));
        for (const auto& event : stored.events()) {
            record.events.push_back(DeliveryEvent{
                .position = event.position(),
                .at = time(event.at()),
                .state = checked.state(event.state()),
                .cause = checked.cause(event.cause()),
                .detail = event.detail(),
            });
        }
    });
}

Result<OpenEntry> decode_open(Position position, std::string_view bytes) {
    // A million of these are read at start; the object keeps its strings' capacity between them.
    thread_local v1::StoredOpen stored;
    return decode<OpenEntry>(stored, bytes, [&](OpenEntry& record, Checked& checked) {
        record.position = position;
        record.id.message = checked.message(stored.message());
        record.id.recipient = checked.her_id(stored.recipient());
        fill_queued(record, stored, checked);
        record.in_flight = stored.in_flight();
    });
}

Result<DeadLetter> decode_dead(const DeliveryId& id, std::string_view bytes) {
    v1::StoredDeadLetter stored;
    return decode<DeadLetter>(stored, bytes, [&](DeadLetter& record, Checked& checked) {
        record.id = id;
        record.queue = checked.her_id(stored.queue());
        record.at = time(stored.at());
        record.cause = checked.cause(stored.cause());
    });
}

Result<std::vector<FeedEntry>> decode_feed(
    const HerId& sender, Position last, std::string_view bytes
) {
    v1::StoredFeedRow stored;
    if (!parse(stored, bytes)) {
        return unreadable();
    }
    Checked checked;
    const DeliveryId delivery{
        .message = checked.message(stored.message()),
        .recipient = checked.her_id(stored.recipient()),
    };
    std::vector<FeedEntry> entries;
    entries.reserve(static_cast<std::size_t>(stored.events_size()));
    for (const auto& event : stored.events()) {
        entries.push_back({
            .position = event.position(),
            .sender = sender,
            .delivery = delivery,
            .message_id = {},
            .at = time(event.at()),
            .state = checked.state(event.state()),
            .cause = checked.cause(event.cause()),
            .detail = event.detail(),
        });
    }
    if (entries.empty() || entries.back().position != last) {
        return unreadable();
    }
    return checked.result(std::move(entries));
}

Result<AuditRecord> decode_audit(Position position, std::string_view bytes) {
    v1::StoredAudit stored;
    return decode<AuditRecord>(stored, bytes, [&](AuditRecord& record, Checked&) {
        record.position = position;
        record.at = time(stored.at());
        record.who = stored.who();
        record.role = stored.role();
        record.command = stored.command();
        record.reason = stored.reason();
        record.outcome = stored.outcome();
    });
}

}  // namespace budstikke::store
