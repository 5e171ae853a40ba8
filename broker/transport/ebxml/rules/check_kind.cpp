// HITS 1172 sections 5.11 to 5.14.3: what belongs in a payload message, an Acknowledgment and a
// MessageError, and what does not.
#include <algorithm>
#include <string>

#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/rules/report.hpp"

namespace budstikke::ebxml {
namespace {

using xml::Element;

void check_acknowledgment(const Envelope& envelope, Report& report) {
    report.expect(envelope.service == signal_service, 106);
    report.expect(envelope.action == action_acknowledgment, 107);
    report.expect(is_message_id(envelope.acknowledgment->ref_to_message_id), 108);
    report.expect(!envelope.error_list, 115);
    const auto& references = envelope.acknowledgment->references;
    report.expect(std::ranges::any_of(references, &std::string::empty, &DigestReference::uri), 116);
    report.expect(
        std::ranges::any_of(
            references, [](const std::string& uri) { return uri.starts_with("cid:"); },
            &DigestReference::uri
        ),
        117
    );
}

/// Of MessageData itself: what the envelope calls so may come from the Acknowledgment.
std::string reference_in_header(const Message& message) {
    const auto* header = message_header_of(message);
    const auto* data = header == nullptr ? nullptr : header->child(ns::eb, "MessageData");
    const auto* reference = data == nullptr ? nullptr : data->child(ns::eb, "RefToMessageId");
    return reference == nullptr ? std::string{} : std::string(reference->trimmed());
}

void check_error(const Message& message, Report& report) {
    const auto& envelope = *message.envelope;
    report.expect(envelope.service == signal_service, 120);
    report.expect(envelope.action == action_error, 121);
    report.expect(is_message_id(reference_in_header(message)), 122);
    report.expect(!envelope.acknowledgment, 123);
}

/// Acknowledgment, ErrorList and (AckRequested | Manifest) are never in one message (5.11.3). A
/// signal within the other has a rule of its own (115, 123).
void check_mixture(const Message& message, bool is_payload, Report& report) {
    const auto& envelope = *message.envelope;
    const auto misplaced = [&report](bool there, int rule, std::string_view where) {
        if (there) {
            report.broken(rule, std::string(where));
        }
    };
    if (is_payload) {
        const bool acknowledges = envelope.acknowledgment.has_value();
        misplaced(acknowledges, 100, "/SOAP:Envelope/SOAP:Header/eb:Acknowledgment");
        misplaced(envelope.error_list.has_value(), 100, "/SOAP:Envelope/SOAP:Header/eb:ErrorList");
        return;
    }
    const bool asks = envelope.ack_requested.has_value();
    misplaced(asks, 100, "/SOAP:Envelope/SOAP:Header/eb:AckRequested");
    const auto* body = soap_body_of(message);
    const bool manifest = body != nullptr && body->child(ns::eb, "Manifest") != nullptr;
    misplaced(manifest, 101, "/SOAP:Envelope/SOAP:Body/eb:Manifest");
}

void check_manifest(const Message& message, Report& report) {
    const auto* body = soap_body_of(message);
    if (body == nullptr) {
        return;  // rule 3
    }
    const auto* manifest = body->child(ns::eb, "Manifest");
    if (manifest == nullptr) {
        report.broken(6);
        return;
    }
    const auto* version = manifest->attribute(ns::eb, "version");
    report.expect(version != nullptr && xml::trim(*version) == ebms_version, 5);
    report.expect(manifest->child(ns::eb, "Reference") != nullptr, 6);
    const auto& references = message.envelope->manifest;
    if (!message.mime || references.empty()) {
        return;
    }
    if (message.attachments().empty()) {
        report.broken(27);
        return;
    }
    for (std::size_t i = 0; i < references.size(); ++i) {
        const auto* part = message.mime->find(references[i].content_id());
        report.expect(
            part != nullptr && part != message.soap_leaf(), 23,
            "/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference[" + std::to_string(i + 1) +
                "]/@xlink:href"
        );
    }
}

void check_payload(const Subject& subject, Report& report) {
    const auto& message = subject.message;
    const auto& envelope = *message.envelope;
    // A synchronous exchange has neither resending nor signals to ask for.
    const bool synchronous = subject.transport == Transport::http && envelope.sync_reply;
    check_mixture(message, true, report);
    const auto* header = soap_header_of(message);
    const bool has_header = message_header_of(message) != nullptr;
    report.expect(envelope.duplicate_elimination || synchronous || !has_header, 74);
    if (const auto& asked = envelope.ack_requested) {
        report.expect(asked->is_signed && asked->must_understand, 94);
    } else if (header != nullptr) {
        // One for the next node is there and not read, which rule 100 says.
        report.expect(header->child(ns::eb, "AckRequested") != nullptr || synchronous, 75);
    }
    check_manifest(message, report);
}

/// Neither a payload message nor a signal, or two of them, with nothing to say which (5.11.1,
/// 5.11.3: without numbers). What is missing is said by the rules of what it should be by its
/// Service; what says nothing at all is not recognised.
void check_unknown(const Subject& subject, Report& report) {
    const auto& envelope = *subject.message.envelope;
    if (envelope.service != signal_service) {
        check_payload(subject, report);
        return;
    }
    check_mixture(subject.message, false, report);
    report.expect(!envelope.error_list || !envelope.acknowledgment, 115);
    if (envelope.error_list || envelope.acknowledgment) {
        return;
    }
    // As of AckRequested: a block for the next node is there and not read, which rule 100 says.
    const auto* header = soap_header_of(subject.message);
    const auto is_there = [header](std::string_view block) {
        return header != nullptr && header->child(ns::eb, block) != nullptr;
    };
    if (envelope.action == action_acknowledgment) {
        report.expect(is_there("Acknowledgment"), 108);
    } else if (envelope.action == action_error) {
        report.expect(is_there("ErrorList"), 122);
    } else {
        report.broken(86, "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Action");
    }
}

}  // namespace

void check_kind(const Subject& subject, Report& report) {
    const auto& envelope = subject.message.envelope;
    if (!envelope) {
        return;
    }
    switch (envelope->kind) {
        case Kind::acknowledgment:
            check_acknowledgment(*envelope, report);
            check_mixture(subject.message, false, report);
            report.expect(reference_in_header(subject.message).empty(), 109);
            break;
        case Kind::error:
            check_error(subject.message, report);
            check_mixture(subject.message, false, report);
            break;
        case Kind::payload:
            check_payload(subject, report);
            break;
        case Kind::unknown:
            check_unknown(subject, report);
            break;
        default:
            break;
    }
}

}  // namespace budstikke::ebxml
