// The mapping of wording.hpp. When a value gets a new case, it gets its word here.
#include "broker/transport/exchange/wording.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include <budstikke/v1/exchange.pb.h>

#include "broker/base/limits.hpp"

namespace budstikke::transport {

namespace {

std::int64_t milliseconds(Timestamp time) {
    return time.time_since_epoch().count();
}

v1::Priority word(store::Priority priority) {
    switch (priority) {
        case store::Priority::high:
            return v1::PRIORITY_HIGH;
        case store::Priority::low:
            return v1::PRIORITY_LOW;
        case store::Priority::normal:
            break;
    }
    return v1::PRIORITY_NORMAL;
}

store::Priority read_priority(v1::Priority priority) {
    switch (priority) {
        case v1::PRIORITY_HIGH:
            return store::Priority::high;
        case v1::PRIORITY_LOW:
            return store::Priority::low;
        default:
            return store::Priority::normal;
    }
}

v1::Finding::Severity word(Severity severity) {
    switch (severity) {
        case Severity::info:
            return v1::Finding::INFO;
        case Severity::warning:
            return v1::Finding::WARNING;
        case Severity::error:
            break;
    }
    return v1::Finding::ERROR;
}

template <typename Target>
void write_all(const Findings& findings, Target* to) {
    to->Reserve(static_cast<int>(findings.size()));
    for (const budstikke::Finding& finding : findings) {
        write(finding, *to->Add());
    }
}

/// One more than a message may have is enough to refuse it. In a frame an empty one takes two
/// bytes, here a hundred, and they are kept for as long as the payload is on its way.
int named_at_most(int count) {
    return std::min(count, static_cast<int>(limits::receivers_max) + 1);
}

pipeline::DeclaredFacts read_declared(v1::DeclaredFacts& from) {
    pipeline::DeclaredFacts facts{
        .message_id = std::move(*from.mutable_message_id()),
        .sender = std::move(*from.mutable_sender()),
        .recipients = {},
        .type = std::move(*from.mutable_type()),
        .version = std::move(*from.mutable_version()),
        .conversation = std::move(*from.mutable_conversation()),
        .parent = std::move(*from.mutable_parent()),
    };
    const int named = named_at_most(from.recipients_size());
    facts.recipients.reserve(static_cast<std::size_t>(named));
    for (v1::DeclaredRecipient& recipient : *from.mutable_recipients() | std::views::take(named)) {
        MessageReceiver receiver;
        receiver.party.her_id = std::move(*recipient.mutable_her_id());
        receiver.role = recipient.copy() ? ReceiverRole::copy : ReceiverRole::primary;
        facts.recipients.push_back(std::move(receiver));
    }
    return facts;
}

void write_facts(const store::MessageRecord& message, v1::MessageFacts& to) {
    to.set_broker_id(message.id.text());
    to.set_message_id(message.envelope.message_id);
    to.set_sender(message.sender.text());
    to.set_content_type(message.content_type);
    to.set_format(message.envelope.format);
    to.set_standard(message.envelope.standard);
    to.set_version(message.envelope.version);
    to.set_type(message.envelope.action);
    to.set_conversation(message.envelope.ref_to_conversation);
    to.set_parent(message.envelope.ref_to_parent);
    to.set_priority(word(message.priority));
    to.set_accepted_at_ms(milliseconds(message.accepted_at));
    if (message.expires_at) {
        to.set_expires_at_ms(milliseconds(*message.expires_at));
    }
    to.set_opaque(message.envelope.opaque);
    to.set_sha256(message.digest.data(), message.digest.size());
}

void write_delivery_status(const store::DeliveryRecord& delivery, v1::DeliveryStatus& to) {
    to.set_her_id(delivery.id.recipient.text());
    to.set_copy(delivery.role == ReceiverRole::copy);
    to.set_state(std::string(name(delivery.state)));
    to.set_attempts(delivery.attempts);
    if (delivery.state == DeliveryState::queued) {
        to.set_next_attempt_at_ms(milliseconds(delivery.due));
    }
    if (delivery.expires_at) {
        to.set_expires_at_ms(milliseconds(*delivery.expires_at));
    }
    if (delivery.queue != delivery.id.recipient) {
        to.set_redirected_to(delivery.queue.text());
    }
    for (const store::DeliveryEvent& event : delivery.events) {
        v1::TimelineEvent& row = *to.add_timeline();
        row.set_position(event.position);
        row.set_at_ms(milliseconds(event.at));
        row.set_state(std::string(name(event.state)));
        row.set_cause(std::string(name(event.cause)));
        row.set_detail(event.detail);
    }
}

bool is_reason_code(std::string_view code) {
    return code.size() <= limits::reason_code_bytes_max &&
           std::ranges::all_of(code, [](char letter) {
               return (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
                      letter == '_';
           });
}

std::optional<pipeline::SettleOutcome> read_outcome(v1::Settle::Outcome outcome) {
    switch (outcome) {
        case v1::Settle::ACCEPTED:
            return pipeline::SettleOutcome::accepted;
        case v1::Settle::REJECTED:
            return pipeline::SettleOutcome::rejected;
        case v1::Settle::RELEASED:
            return pipeline::SettleOutcome::released;
        default:
            return std::nullopt;
    }
}

}  // namespace

std::string_view name(GoAwayReason reason) {
    switch (reason) {
        case GoAwayReason::closing:
            return "closing";
        case GoAwayReason::draining:
            return "draining";
        case GoAwayReason::idle:
            return "idle";
        case GoAwayReason::protocol_error:
            return "protocol_error";
        case GoAwayReason::limit_exceeded:
            return "limit_exceeded";
        case GoAwayReason::unsupported_version:
            return "unsupported_version";
        case GoAwayReason::held:
            return "held";
        case GoAwayReason::revoked:
            return "revoked";
        case GoAwayReason::not_registered:
            return "not_registered";
        case GoAwayReason::timeout:
            return "timeout";
        case GoAwayReason::internal:
            break;
    }
    return "internal";
}

void write(GoAwayReason reason, std::string_view text, v1::GoAway& to) {
    const auto word = [reason] {
        switch (reason) {
            case GoAwayReason::closing:
                return v1::GoAway::CLOSING;
            case GoAwayReason::draining:
                return v1::GoAway::DRAINING;
            case GoAwayReason::idle:
                return v1::GoAway::IDLE;
            case GoAwayReason::protocol_error:
                return v1::GoAway::PROTOCOL_ERROR;
            case GoAwayReason::limit_exceeded:
                return v1::GoAway::LIMIT_EXCEEDED;
            case GoAwayReason::unsupported_version:
                return v1::GoAway::UNSUPPORTED_VERSION;
            case GoAwayReason::held:
                return v1::GoAway::HELD;
            case GoAwayReason::revoked:
                return v1::GoAway::REVOKED;
            case GoAwayReason::not_registered:
                return v1::GoAway::NOT_REGISTERED;
            case GoAwayReason::timeout:
                return v1::GoAway::TIMEOUT;
            case GoAwayReason::internal:
                break;
        }
        return v1::GoAway::INTERNAL;
    };
    to.set_reason(word());
    to.set_text(std::string(text));
}

std::string_view word(pipeline::SubscriptionEnd why) {
    return why == pipeline::SubscriptionEnd::held ? "held" : "not_allowed";
}

std::string_view problem_code(Errc code) {
    switch (code) {
        case Errc::corrupt:
        case Errc::io:
        case Errc::internal:
            return "internal";
        default:
            return name(code);
    }
}

std::string_view problem_text(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return "a field has a value that the protocol does not allow";
        case Errc::malformed:
            return "the bytes could not be read";
        case Errc::limit_exceeded:
            return "a limit is exceeded; Welcome and the manual name them";
        case Errc::not_found:
            return "there is none that this organisation may see";
        case Errc::conflict:
            return "the present state does not allow it";
        case Errc::denied:
            return "this organisation may not act for the HER-id";
        case Errc::unauthenticated:
            return "the certificate is not accepted";
        case Errc::unavailable:
            return "not possible now, try again later";
        case Errc::corrupt:
        case Errc::io:
        case Errc::internal:
            break;
    }
    return "a fault of the broker; operations has been told";
}

void write(const Error& error, std::uint64_t request, v1::Problem& to) {
    to.set_request(request);
    to.set_code(std::string(problem_code(error.code)));
    to.set_text(std::string(problem_text(error.code)));
}

pipeline::Submission read_submission(v1::Submit& from, std::string_view organisation) {
    pipeline::Submission submission;
    submission.organisation = organisation;
    submission.content_type = std::move(*from.mutable_content_type());
    submission.priority = read_priority(from.priority());
    if (from.expires_at_ms() != 0) {
        submission.expires_at = Timestamp(std::chrono::milliseconds(from.expires_at_ms()));
    }
    const int named = named_at_most(from.recipients_size());
    submission.recipients.reserve(static_cast<std::size_t>(named));
    for (std::string& recipient : *from.mutable_recipients() | std::views::take(named)) {
        submission.recipients.push_back(std::move(recipient));
    }
    submission.allow_partial = from.allow_partial();
    if (from.has_declared()) {
        submission.declared = read_declared(*from.mutable_declared());
    }
    return submission;
}

std::optional<pipeline::MessageRef> read_ref(const v1::MessageRef& from) {
    pipeline::MessageRef ref;
    if (!from.broker_id().empty()) {
        ref.id = MessageId::parse(from.broker_id());
        return ref.id ? std::optional(std::move(ref)) : std::nullopt;
    }
    ref.message_id = from.message_id();
    ref.sender = HerId::parse(from.sender());
    const bool usable =
        ref.sender && !ref.message_id.empty() && ref.message_id.size() <= limits::msg_id_bytes_max;
    return usable ? std::optional(std::move(ref)) : std::nullopt;
}

std::optional<pipeline::Settlement> read_settlement(v1::Settle& from) {
    const auto delivery = DeliveryId::parse(from.delivery_id());
    const auto outcome = read_outcome(from.outcome());
    if (!delivery || !outcome || !is_reason_code(from.reason_code()) ||
        from.reason().size() > limits::reason_bytes_max) {
        return std::nullopt;
    }
    return pipeline::Settlement{
        .delivery = *delivery,
        .outcome = *outcome,
        .reason_code = std::move(*from.mutable_reason_code()),
        .reason = std::move(*from.mutable_reason()),
    };
}

void write(const budstikke::Finding& finding, v1::Finding& to) {
    to.set_code(std::string(finding.spec->code));
    to.set_severity(word(finding.spec->severity));
    to.set_line(finding.location.line);
    to.set_path(finding.location.path);
    to.set_text_no(std::string(finding.spec->text_no));
    to.set_text_en(std::string(finding.spec->text_en));
    to.set_apprec_code(std::string(finding.spec->apprec_code));
}

void write(const pipeline::Receipt& receipt, std::uint64_t submission, v1::Receipt& to) {
    to.set_submission(submission);
    to.set_outcome(receipt.accepted ? v1::Receipt::ACCEPTED : v1::Receipt::REFUSED);
    if (receipt.id != MessageId()) {
        to.set_broker_id(receipt.id.text());
        to.set_accepted_at_ms(milliseconds(receipt.accepted_at));
    }
    to.set_repeated(receipt.repeated);
    to.set_message_id(receipt.message_id);
    to.set_retry_later(receipt.retry_later);
    for (const pipeline::RecipientVerdict& verdict : receipt.recipients) {
        v1::RecipientVerdict& row = *to.add_recipients();
        row.set_her_id(verdict.her_id);
        row.set_copy(verdict.role == ReceiverRole::copy);
        row.set_accepted(verdict.accepted);
        if (verdict.redirected_to) {
            row.set_redirected_to(verdict.redirected_to->text());
        }
        write_all(verdict.findings, row.mutable_findings());
    }
    write_all(receipt.findings, to.mutable_findings());
}

void write(const pipeline::Offer& offer, v1::Delivery& to) {
    to.set_delivery_id(offer.id.text());
    to.set_her_id(offer.queue.text());
    to.set_redelivered(offer.redelivered);
    to.set_attempt(offer.attempt);
    to.set_size(offer.message->size);
    v1::MessageFacts& facts = *to.mutable_message();
    write_facts(*offer.message, facts);
    facts.set_recipient(offer.id.recipient.text());
    facts.set_copy(offer.role == ReceiverRole::copy);
}

void write(const pipeline::MessageStatus& status, std::uint64_t request, v1::Status& to) {
    to.set_request(request);
    write_facts(status.message, *to.mutable_message());
    for (const store::DeliveryRecord& delivery : status.deliveries) {
        write_delivery_status(delivery, *to.add_deliveries());
    }
}

void write(const store::FeedEntry& entry, v1::StatusEvent& to) {
    to.set_position(entry.position);
    to.set_sender(entry.sender.text());
    to.set_broker_id(entry.delivery.message.text());
    to.set_message_id(entry.message_id);
    to.set_recipient(entry.delivery.recipient.text());
    to.set_at_ms(milliseconds(entry.at));
    to.set_state(std::string(name(entry.state)));
    to.set_cause(std::string(name(entry.cause)));
    to.set_detail(entry.detail);
}

void write(const pipeline::Broker::MaySend& verdict, std::uint64_t request, v1::Verdict& to) {
    to.set_request(request);
    to.set_allowed(verdict.allowed);
    if (verdict.redirected_to) {
        to.set_redirected_to(verdict.redirected_to->text());
    }
    write_all(verdict.findings, to.mutable_findings());
}

void write(
    const std::vector<pipeline::Broker::WithdrawVerdict>& verdicts, std::uint64_t request,
    v1::Withdrawn& to
) {
    to.set_request(request);
    for (const pipeline::Broker::WithdrawVerdict& verdict : verdicts) {
        v1::WithdrawVerdict& row = *to.add_recipients();
        row.set_her_id(verdict.recipient.text());
        row.set_cancelled(verdict.cancelled);
        row.set_state(std::string(name(verdict.state)));
    }
}

}  // namespace budstikke::transport
