// Records with every field set, and their comparison field by field. The structured bindings are
// the point: a field that is added to a record without being compared, and so stored, does not
// compile.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/limits.hpp"
#include "broker/store/store.hpp"

namespace budstikke::store::testing {

/// Where hundreds of openings take place that are not about syncs: in memory, where that is to be
/// had.
inline std::filesystem::path quick_folder() {
    const std::filesystem::path memory = "/dev/shm";
    return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

/// A folder of its own, removed at the end.
class TempFolder {
 public:
    explicit TempFolder(
        const std::filesystem::path& parent = std::filesystem::temp_directory_path()
    ) {
        std::string pattern = (parent / "store-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data()) == nullptr ? "" : pattern;
    }
    ~TempFolder() {
        std::error_code ignored_at_the_end_of_a_test;
        std::filesystem::remove_all(path_, ignored_at_the_end_of_a_test);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

 private:
    std::filesystem::path path_;
};

inline HerId her_id(std::string_view digits) {
    return *HerId::parse(digits);
}

inline Timestamp at(std::int64_t milliseconds) {
    return Timestamp(Duration(milliseconds));
}

/// Ids that sort by `number`.
inline MessageId message_id(std::uint64_t number) {
    MessageId::Bytes bytes{};
    bytes[6] = 0x70;
    bytes[8] = 0x80;
    for (std::size_t i = 6; i-- > 0; number >>= 8U) {
        bytes[i] = static_cast<std::uint8_t>(number & 0xffU);
    }
    return MessageId(bytes);
}

inline DeliveryId delivery_id(std::uint64_t message, std::string_view recipient) {
    return {.message = message_id(message), .recipient = her_id(recipient)};
}

inline Envelope sample_envelope() {
    Envelope envelope;
    envelope.format = "hcp";
    envelope.standard = "epikrise";
    envelope.version = "1.2";
    envelope.xml_namespace = "http://www.kith.no/xmlstds/epikrise/2012-02-15";
    envelope.type = "MEDEPI";
    envelope.action = "Epikrise";
    envelope.message_id = "5b1b0c3c-0000-4000-8000-0000000000aa";
    envelope.generated_at = "2026-11-22T13:00:00+01:00";
    envelope.sender = {.her_id = "8094866", .parent_her_id = "90998"};
    envelope.receivers = {
        {.party = {.her_id = "8138824", .parent_her_id = "8138800"}, .role = ReceiverRole::primary},
        {.party = {.her_id = "96", .parent_her_id = std::nullopt}, .role = ReceiverRole::copy},
        {.party = {}, .role = ReceiverRole::copy},
    };
    envelope.ref_to_parent = "parent";
    envelope.ref_to_conversation = "conversation";
    envelope.document_id = "document";
    envelope.original_message_id = "original";
    envelope.original_type = "MEDEPI";
    envelope.apprec_status = AppRecStatus::ok_error_in_part;
    envelope.apprec_errors = {"E36", "E10"};
    envelope.apprec_version = "1.1";
    envelope.attachments = 3;
    envelope.patient_identity = PatientIdentity::insufficient;
    envelope.emergency = true;
    envelope.is_apprec = true;
    envelope.opaque = true;
    return envelope;
}

inline Digest sample_digest(std::uint8_t first) {
    Digest digest{};
    for (auto& byte : digest) {
        byte = first++;
    }
    return digest;
}

inline MessageRecord sample_message(std::uint64_t number) {
    MessageRecord record;
    record.id = message_id(number);
    record.position = number;
    record.sender = her_id("8094866");
    record.envelope = sample_envelope();
    record.submitted_by = "974589095";
    record.content_type = "application/xml";
    record.digest = sample_digest(1);
    record.size = 14'000;
    record.chunks = 1;
    record.accepted_at = at(1'790'000'000'000);
    record.expires_at = at(1'790'000'100'000);
    record.priority = Priority::low;
    return record;
}

inline DeliveryRecord sample_delivery(std::uint64_t message, std::string_view recipient) {
    DeliveryRecord record;
    record.id = delivery_id(message, recipient);
    record.sender = her_id("8094866");
    record.queue = her_id("555");
    record.role = ReceiverRole::copy;
    record.state = DeliveryState::rejected;
    record.position = message;
    record.order_key = 0xfedcba9876543210ULL;
    record.priority = Priority::high;
    record.attempts = 7;
    record.attempts_forgiven = 2;
    record.due = at(-5);
    record.expires_at = at(1'790'000'200'000);
    record.expects_apprec = false;
    record.apprec_deadline = at(1'790'000'300'000);
    record.apprec = AppRecStatus::rejected;
    record.apprec_message = message_id(77);
    record.events = {
        {.position = 1,
         .at = at(1),
         .state = DeliveryState::accepted,
         .cause = DeliveryCause::committed,
         .detail = ""},
        {.position = 9,
         .at = at(2),
         .state = DeliveryState::rejected,
         .cause = DeliveryCause::redirected,
         .detail = "E36 \xff not UTF-8"},
    };
    return record;
}

inline OpenEntry sample_open(Position position) {
    return {
        .id = delivery_id(position, "8138824"),
        .sender = her_id("8094866"),
        .queue = her_id("555"),
        .position = position,
        .order_key = ~position,
        .priority = Priority::low,
        .attempts = 3,
        .in_flight = true,
        .due = at(1'790'000'000'001),
        .expires_at = at(1'790'000'000'002),
    };
}

inline FeedEntry sample_feed(std::string_view sender, Position position) {
    return {
        .position = position,
        .sender = her_id(sender),
        .delivery = delivery_id(position, "8138824"),
        .message_id = {},
        .at = at(1'790'000'000'003),
        .state = DeliveryState::confirmed,
        .cause = DeliveryCause::apprec_ok,
        .detail = "detail",
    };
}

inline std::vector<DeliveryEvent> events_of(const std::vector<FeedEntry>& entries) {
    std::vector<DeliveryEvent> events;
    for (const auto& entry : entries) {
        events.push_back({
            .position = entry.position,
            .at = entry.at,
            .state = entry.state,
            .cause = entry.cause,
            .detail = entry.detail,
        });
    }
    return events;
}

inline void put_sample_feed(Batch& batch, std::string_view sender, Position position) {
    const FeedEntry entry = sample_feed(sender, position);
    batch.put_feed(entry.sender, entry.delivery, events_of({entry}));
}

inline AuditRecord sample_audit(Position position) {
    return {
        .position = position,
        .at = at(1'790'000'000'004),
        .who = "drift (1001)",
        .role = "operator",
        .command = "party hold 96",
        .reason = "feil sertifikat",
        .outcome = "ok",
    };
}

}  // namespace budstikke::store::testing
