#include "broker/transport/ebxml/rules/validate.hpp"

#include <algorithm>
#include <utility>

#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/rules/report.hpp"

namespace budstikke::ebxml {
namespace {

/// What the register knows of anybody: what it knows of nobody, it does not know.
bool knows(const Register& known, Needs needs) {
    const auto any = [&known](auto field) {
        return std::ranges::any_of(known.parties, [field](const auto& party) {
            return !(party.second.*field).empty();
        });
    };
    switch (needs) {
        case Needs::addresses:
            return any(&RegisteredParty::mail_addresses);
        case Needs::certificates:
            return any(&RegisteredParty::signing_certificates);
        case Needs::agreements:
            return !known.agreements.empty();
        default:
            return true;
    }
}

/// Whatever the message is like. Mail addresses and all that is inside belong to messages that can
/// be read.
bool was_given(Needs needs, const Register* known, bool validated) {
    switch (needs) {
        case Needs::schemas:
            return validated;
        case Needs::parties:
        case Needs::certificates:
        case Needs::agreements:
            return known != nullptr && knows(*known, needs);
        default:
            return true;
    }
}

bool has(const Subject& subject, Needs needs) {
    switch (needs) {
        case Needs::nothing:
            return true;
        case Needs::schemas:
            return subject.validated;
        case Needs::package:
            return subject.message.mime.has_value();
        case Needs::signed_parts:
            return !subject.signature.parts_left_open;
        case Needs::keys:
            return subject.opened.has_value();
        default:
            return subject.known != nullptr && knows(*subject.known, needs);
    }
}

/// Whether the rule speaks of messages of this kind at all.
bool concerns(const Rule& rule, const Subject& subject) {
    const bool payload =
        subject.message.envelope && subject.message.envelope->kind == Kind::payload;
    if (rule.needs == Needs::keys || rule.needs == Needs::package) {
        return payload;
    }
    if (rule.needs == Needs::addresses) {
        return subject.message.mime && subject.transport == Transport::mail;
    }
    return true;
}

std::vector<const Rule*> not_checked(const Subject& subject) {
    std::vector<const Rule*> list;
    for (const auto& rule : rules()) {
        if (!has(subject, rule.needs) && concerns(rule, subject)) {
            list.push_back(&rule);
        }
    }
    return list;
}

/// An ErrorList needs somebody to send it to, and a message to refer to.
bool is_addressable(const Message& message) {
    return message.envelope && !message.envelope->from.her_id().empty() &&
           !message.envelope->to.her_id().empty() && !message.envelope->message_id.empty();
}

/// Payload messages, and what tries to be one.
bool is_answered(const Message& message) {
    if (!message.envelope) {
        return false;
    }
    const auto& envelope = *message.envelope;
    return envelope.kind == Kind::payload ||
           (envelope.kind == Kind::unknown && envelope.service != signal_service);
}

/// A bounce: what mail servers send when they cannot deliver (RFC 3462).
bool is_bounce(const Message& message) {
    return message.mime && message.mime->content_type &&
           message.mime->content_type->is("multipart", "report");
}

Answer answer_to(const Subject& subject, const std::vector<Violation>& violations) {
    Response most = Response::log_only;
    for (const auto& violation : violations) {
        most = std::max(most, violation.response());
    }
    if (most == Response::error && !is_addressable(subject.message)) {
        most = Response::fault;
    }
    if (most == Response::fault) {
        return Answer::fault;
    }
    if (!is_answered(subject.message)) {
        return Answer::none;
    }
    if (most == Response::error) {
        return Answer::error;
    }
    // A synchronous request is answered by its reply, which is a message of its own.
    const auto& envelope = *subject.message.envelope;
    if (!envelope.ack_requested && envelope.sync_reply && subject.transport == Transport::http) {
        return Answer::none;
    }
    return most == Response::warning ? Answer::warning : Answer::acknowledgment;
}

}  // namespace

bool Verdict::has_error() const {
    return std::ranges::any_of(violations, [](const Violation& violation) {
        return violation.severity() == Severity::error;
    });
}

std::string_view name(Answer answer) {
    switch (answer) {
        case Answer::none:
            return "none";
        case Answer::acknowledgment:
            return "acknowledgment";
        case Answer::warning:
            return "warning";
        case Answer::error:
            return "error";
        case Answer::fault:
            return "fault";
    }
    return {};
}

Verdict validate(const Subject& subject) {
    Verdict verdict;
    const auto& envelope = subject.message.envelope;
    // Neither a Fault nor a bounce is validated, and answering one would make a loop (4.2.2).
    if ((envelope && envelope->kind == Kind::fault) || is_bounce(subject.message)) {
        return verdict;
    }
    Report report;
    check_mail_header(subject, report);
    check_mime(subject, report);
    if (check_xml(subject, report) && envelope) {
        check_message_header(subject, report);
        check_register(subject, report);
        check_signature(subject, report);
        check_kind(subject, report);
        check_monitoring(subject, report);
    }
    verdict.violations = std::move(report).take();
    verdict.not_checked = not_checked(subject);
    verdict.answer = answer_to(subject, verdict.violations);
    return verdict;
}

Verdict unreadable(std::string_view why, const Register* known, bool validated) {
    Verdict verdict;
    verdict.violations.push_back({.rule = find_rule(66), .location = "MIME: " + std::string(why)});
    for (const auto& rule : rules()) {
        if (!was_given(rule.needs, known, validated)) {
            verdict.not_checked.push_back(&rule);
        }
    }
    verdict.answer = Answer::fault;
    return verdict;
}

}  // namespace budstikke::ebxml
