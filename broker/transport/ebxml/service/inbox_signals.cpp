// What answers messages of ours: signals, Faults, bounces. None of it is ever answered.
#include "broker/transport/ebxml/service/inbox_impl.hpp"
#include "broker/transport/ebxml/service/mail_answers.hpp"

namespace budstikke::ebxml {

Reception Inbox::Impl::take_fault(const Arrival& arrival, const Message& message) {
    const auto mails =
        message.mime ? answered_mails(message.mime->headers) : std::vector<std::string>{};
    const auto effect = handlers.signal({
        .envelope = *message.envelope,
        .signed_by = Signatory::nobody,
        .exchange_of = arrival.exchange_of,
        .answered_mails = mails,
    });
    return effect ? Reception{} : later("store", arrival.source);
}

Reception Inbox::Impl::take_report(const Arrival& arrival, const Message& message) {
    const auto bounce = read_bounce(message);
    if (!bounce || bounce->mails.empty()) {
        parts.events.write(EventLevel::info, "ebxml_report_ignored", {{"source", arrival.source}});
        return {};
    }
    for (const auto& mail : bounce->mails) {
        const auto effect = handlers.bounced(mail, bounce->permanent);
        if (!effect) {
            return later("store", arrival.source);
        }
        if (*effect != SignalEffect::unknown) {
            break;
        }
    }
    return {};
}

Reception Inbox::Impl::ignore_signal(
    const Arrival& arrival, const Message& message, const Surroundings& known
) {
    const auto sender = authenticate(message, known, verifier, parts.clock.now());
    const auto wrong = judge_signal(arrival, message, known, sender);
    return wrong ? answer_fault(arrival, &message, FaultCode::client, *wrong) : ignored(arrival);
}

Reception Inbox::Impl::take_signal(
    const Arrival& arrival, const Message& message, const Surroundings& known
) {
    const auto now = parts.clock.now();
    const auto sender = authenticate(message, known, verifier, now);
    if (sender.unsure) {
        parts.events.write(
            EventLevel::error, "ebxml_revocation_unknown",
            {{"from", sender.envelope.from.her_id()}, {"source", arrival.source}}
        );
        return later("revocation", arrival.source);
    }
    const auto effect = handlers.signal({
        .envelope = sender.envelope,
        .signed_by = sender.signed_by,
        .exchange_of = arrival.exchange_of,
        .answered_mails = {},
    });
    if (!effect) {
        return later("store", arrival.source);
    }
    if (sender.signed_by == Signatory::partner) {
        if (const auto from = HerId::parse(sender.envelope.from.her_id())) {
            versions.note(*from, sender.envelope.descriptions, now);
        }
    }
    const auto wrong = judge_signal(arrival, message, known, sender);
    return wrong ? answer_fault(arrival, &message, FaultCode::client, *wrong) : Reception{};
}

}  // namespace budstikke::ebxml
