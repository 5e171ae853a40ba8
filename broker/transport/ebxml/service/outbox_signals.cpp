// What signals do: matched with the message they speak of, judged, written down, and then settled.
// Whoever cannot be sure of is answered with an event and nothing else: a forged Acknowledgment
// would make a message vanish, a forged error one that arrived look lost.
#include <algorithm>
#include <array>

#include "broker/transport/ebxml/service/outbox_impl.hpp"

namespace budstikke::ebxml {
namespace {

using store::OutboundState;

/// Of a partner's words only those of ebMS 4.2.3.4.1: any other may say what no log should.
constexpr std::array<std::string_view, 9> error_codes{
    "ValueNotRecognized", "NotSupported",    "Inconsistent", "OtherXml", "DeliveryFailure",
    "TimeToLiveExpired",  "SecurityFailure", "MimeProblem",  "Unknown",
};

std::string error_code(std::string_view code) {
    const bool known = std::ranges::find(error_codes, code) != error_codes.end();
    return known ? std::string(code) : "Unknown";
}

/// SOAP 1.1 4.4.1 and SOAP 1.2: the server could not, and may be able to later.
bool is_passing(const Fault& fault) {
    const auto colon = fault.code.rfind(':');
    const auto word = colon == std::string::npos ? fault.code : fault.code.substr(colon + 1);
    return word.starts_with("Server") || word == "Receiver";
}

std::vector<std::string> repeated_references(const Acknowledgment& acknowledgment) {
    std::vector<std::string> references;
    for (const auto& reference : acknowledgment.references) {
        references.push_back(reference_text(reference.uri, reference.digest_value));
    }
    std::ranges::sort(references);
    return references;
}

/// The message that the signal speaks of; empty where it does not say.
std::string_view answered_message(const VerifiedSignal& signal, std::string_view mail_domain) {
    if (signal.envelope.kind != Kind::fault) {
        return signal.envelope.ref_to_message_id;
    }
    if (!signal.exchange_of.empty()) {
        return signal.exchange_of;
    }
    for (const auto& mail : signal.answered_mails) {
        if (const auto id = message_of_mail(mail, mail_domain); !id.empty()) {
            return id;
        }
    }
    return {};
}

/// Whether it says that the message was not taken, and never will be without a change.
bool is_refusal(const Envelope& envelope) {
    if (envelope.kind == Kind::fault) {
        return !envelope.fault || !is_passing(*envelope.fault);
    }
    return envelope.error_list && envelope.error_list->highest() == ErrorSeverity::error;
}

/// Why the signal counts for nothing; empty where it counts.
std::string_view objection(const VerifiedSignal& signal, const store::OutboundEbxml& message) {
    const Envelope& envelope = signal.envelope;
    if (envelope.kind == Kind::fault) {
        return {};
    }
    if (!envelope.acknowledgment && !envelope.error_list) {
        return "no_signal";
    }
    if (signal.signed_by != Signatory::partner) {
        return name(signal.signed_by);
    }
    if (envelope.from.her_id() != message.to.text() ||
        envelope.to.her_id() != message.from.text()) {
        return "other_parties";
    }
    if (envelope.acknowledgment &&
        repeated_references(*envelope.acknowledgment) != message.references) {
        return "other_references";
    }
    return {};
}

}  // namespace

/// Sets state and reason, as far as anything changes.
SignalEffect Outbox::Impl::judge(const VerifiedSignal& signal, store::OutboundEbxml& message) {
    const Envelope& envelope = signal.envelope;
    if (const auto why = objection(signal, message); !why.empty()) {
        parts.events.write(
            EventLevel::warning, "ebxml_signal_refused",
            {{"message", message.message_id}, {"to", message.to.text()}, {"cause", why}}
        );
        return SignalEffect::refused;
    }
    if (message.state != OutboundState::waiting) {
        return SignalEffect::repeated;
    }
    const bool refusal =
        envelope.kind == Kind::fault ||
        (envelope.error_list && envelope.error_list->highest() == ErrorSeverity::error);
    if (!refusal) {
        message.state = OutboundState::acknowledged;
        return SignalEffect::applied;
    }
    if (envelope.fault && is_passing(*envelope.fault)) {
        parts.events.write(
            EventLevel::warning, "ebxml_attempt_failed",
            {{"delivery", message.delivery.text()},
             {"message", message.message_id},
             {"to", message.to.text()},
             {"fault", "soap_fault_server"}}
        );
        return SignalEffect::applied;
    }
    message.state = OutboundState::refused;
    message.reason = "SOAPFault";
    if (envelope.kind != Kind::fault) {
        const auto& errors = envelope.error_list->errors;
        const auto worst = std::ranges::find(errors, ErrorSeverity::error, &EbxmlError::severity);
        // A list without an error refuses too, and says nothing of why.
        message.reason = error_code(worst == errors.end() ? std::string_view{} : worst->code);
    }
    return SignalEffect::applied;
}

Result<SignalEffect> Outbox::Impl::apply(
    std::string_view message_id, bool refuses,
    const std::function<SignalEffect(store::OutboundEbxml&)>& change
) {
    const auto report = [&](SignalEffect effect, bool refused_before = false) {
        const bool settled = effect == SignalEffect::unknown || effect == SignalEffect::repeated;
        if (settled && refuses && is_uuid(message_id) && !refused_before) {
            // Where no acknowledgement was asked for, it may stand as delivered, and was not.
            parts.events.write(
                EventLevel::warning, "ebxml_refused_late", {{"message", message_id}}
            );
        } else if (effect == SignalEffect::unknown || effect == SignalEffect::repeated) {
            parts.events.write(
                EventLevel::info,
                effect == SignalEffect::unknown ? "ebxml_signal_unknown" : "ebxml_signal_late",
                {{"message", is_uuid(message_id) ? message_id : std::string_view("-")}}
            );
        }
        return effect;
    };
    if (message_id.empty()) {
        return report(SignalEffect::unknown);
    }
    const std::scoped_lock record(lock_of(message_id));
    auto found = parts.store.outbound(message_id);
    if (!found) {
        store_failed(found.error());
        return std::unexpected(std::move(found.error()));
    }
    if (!*found) {
        return report(SignalEffect::unknown);
    }
    store::OutboundEbxml& message = **found;
    const bool refused_before = message.state == OutboundState::refused;
    const auto effect = report(change(message), refused_before);
    if (effect != SignalEffect::applied || message.state == OutboundState::waiting) {
        return effect;
    }
    if (auto written = parts.store.update(message); !written) {
        store_failed(written.error());
        return std::unexpected(std::move(written.error()));
    }
    if (message.state == OutboundState::refused) {
        parts.events.write(
            EventLevel::warning, "ebxml_refused",
            {{"delivery", message.delivery.text()},
             {"message", message.message_id},
             {"to", message.to.text()},
             {"code", message.reason}}
        );
    }
    finish(message);
    return effect;
}

Result<SignalEffect> Outbox::signal(const VerifiedSignal& signal) {
    const auto id = answered_message(signal, impl_->options.mail_domain);
    // Of what is not known any more, only its partner's or the exchange's own word is worth
    // reading.
    const bool heard =
        signal.envelope.kind == Kind::fault || signal.signed_by == Signatory::partner;
    const bool refuses = heard && is_refusal(signal.envelope);
    return impl_->apply(id, refuses, [&](store::OutboundEbxml& message) {
        return impl_->judge(signal, message);
    });
}

Result<SignalEffect> Outbox::bounced(std::string_view mail_id, bool permanent) {
    const auto id = message_of_mail(mail_id, impl_->options.mail_domain);
    return impl_->apply(id, permanent, [&](store::OutboundEbxml& message) {
        if (message.state != OutboundState::waiting) {
            return SignalEffect::repeated;
        }
        if (permanent) {
            message.state = OutboundState::refused;
            message.reason = "Bounced";
            return SignalEffect::applied;
        }
        impl_->parts.events.write(
            EventLevel::warning, "ebxml_attempt_failed",
            {{"delivery", message.delivery.text()},
             {"message", message.message_id},
             {"to", message.to.text()},
             {"fault", "bounced_for_now"}}
        );
        return SignalEffect::applied;
    });
}

}  // namespace budstikke::ebxml
