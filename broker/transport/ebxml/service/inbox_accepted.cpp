// What has ended for a payload message since it was sent: its time to live, its agreement. Promises
// that a message which the broker has is never refused for such a reason: a crash, or a broker that
// was slow to answer, can leave it accepted without its signal being kept, and its copy comes late.
#include <algorithm>
#include <utility>

#include "broker/transport/ebxml/message/timestamp.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "broker/transport/ebxml/service/inbox_impl.hpp"

namespace budstikke::ebxml {

Verdict Inbox::Impl::verdict_by_itself(const Incoming& incoming) const {
    if (incoming.verdict.answer != Answer::error) {
        return incoming.verdict;
    }
    auto verdict = validate({
        .message = incoming.message,
        .transport = incoming.arrival.transport,
        .signature = signature_facts(incoming.sender.verification),
        .known = nullptr,
        .validated = parts.schemas != nullptr,
        .opened = std::nullopt,
    });
    const bool answers = !incoming.arrival.exchange_of.empty();
    if (verdict.answer != Answer::error && answers && !incoming.message.envelope->ack_requested) {
        verdict.answer = Answer::none;
    }
    return verdict;
}

Errors Inbox::Impl::what_ended(const Incoming& incoming) const {
    if (incoming.verdict.answer == Answer::error) {
        return errors_of(incoming.verdict);
    }
    const auto time_to_live = parse_date_time(incoming.sender.envelope.time_to_live);
    if (time_to_live && incoming.now > *time_to_live) {
        return {error_of(Refusal::time_to_live_expired)};
    }
    if (const auto error = obstacle(incoming)) {
        return {*error};
    }
    return {};
}

std::optional<EbxmlError> Inbox::Impl::obstacle(const Incoming& incoming) const {
    const auto& header = incoming.sender.envelope;
    const auto* agreement = incoming.known.agreement(header.cpa_id);
    if (agreement == nullptr) {
        return std::nullopt;
    }
    const ServiceAction what{
        .service = header.service,
        .action = header.action,
        .from_role = header.from.role,
        .to_role = header.to.role,
    };
    const auto terms =
        terms_of(*agreement, incoming.from.text(), incoming.to.text(), what, incoming.now);
    return terms ? std::nullopt : std::optional(error_of(terms.error()));
}

Result<bool> Inbox::Impl::was_accepted(const Incoming& incoming, const std::string& payload) const {
    auto submission = submission_of(incoming, payload);
    const auto organisation = submission.organisation;
    const auto receipt = parts.broker.check(std::move(submission));
    const auto status = parts.broker.status(
        organisation, {.id = {}, .message_id = receipt.message_id, .sender = incoming.from}
    );
    if (!status) {
        const auto code = status.error().code;
        return code == Errc::not_found || code == Errc::denied ? Result<bool>(false)
                                                               : std::unexpected(status.error());
    }
    // One MsgId may go to several of ours, each in a message of its own (HITS 1168).
    return std::ranges::any_of(status->deliveries, [&](const store::DeliveryRecord& delivery) {
        return delivery.id.recipient == incoming.to;
    });
}

pipeline::Submission Inbox::Impl::submission_of(const Incoming& incoming, std::string payload) {
    const auto* party = incoming.known.directory().find(incoming.from);
    pipeline::Submission submission;
    submission.organisation = party->organisation;
    submission.content_type = "application/xml";
    submission.payload = Payload(std::move(payload));
    submission.recipients = {incoming.to.text()};
    // Who signed the message is whom it must be from, not only one of the same organisation.
    submission.declared = pipeline::DeclaredFacts{};
    submission.declared->sender = incoming.from.text();
    return submission;
}

}  // namespace budstikke::ebxml
