#include "broker/transport/ebxml/message/envelope.hpp"

#include <algorithm>
#include <charconv>
#include <ranges>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/message/names.hpp"

namespace budstikke::ebxml {
namespace {

using xml::Element;

std::string text_of(const Element* element) {
    return element == nullptr ? std::string{} : std::string(element->trimmed());
}

std::string value_of(const Element& element, std::string_view in_namespace, std::string_view name) {
    const auto* value = element.attribute(in_namespace, name);
    return value == nullptr ? std::string{} : std::string(xml::trim(*value));
}

Party read_party(const Element* element) {
    Party party;
    if (element == nullptr) {
        return party;
    }
    for (const auto* id : element->all(ns::eb, "PartyId")) {
        party.ids.push_back({.type = value_of(*id, ns::eb, "type"), .value = text_of(id)});
    }
    party.role = text_of(element->child(ns::eb, "Role"));
    return party;
}

DigestReference read_reference(const Element& element) {
    DigestReference reference{
        .uri = value_of(element, "", "URI"),
        .transforms = {},
        .digest_method = {},
        .digest_value = {},
    };
    if (const auto* transforms = element.child(ns::ds, "Transforms")) {
        for (const auto* transform : transforms->all(ns::ds, "Transform")) {
            reference.transforms.push_back(value_of(*transform, "", "Algorithm"));
        }
    }
    if (const auto* method = element.child(ns::ds, "DigestMethod")) {
        reference.digest_method = value_of(*method, "", "Algorithm");
    }
    reference.digest_value = text_of(element.child(ns::ds, "DigestValue"));
    std::erase_if(reference.digest_value, [](char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    });
    return reference;
}

std::vector<DigestReference> read_references(const Element& parent) {
    std::vector<DigestReference> references;
    for (const auto* reference :
         parent.all(ns::ds, "Reference") | std::views::take(limits::ebms_references_max)) {
        references.push_back(read_reference(*reference));
    }
    return references;
}

ErrorList read_error_list(const Element& element) {
    ErrorList list;
    for (const auto* error :
         element.all(ns::eb, "Error") | std::views::take(limits::ebms_errors_max)) {
        const bool warning = value_of(*error, ns::eb, "severity") == "Warning";
        list.errors.push_back({
            .code = value_of(*error, ns::eb, "errorCode"),
            .severity = warning ? ErrorSeverity::warning : ErrorSeverity::error,
            .context = value_of(*error, ns::eb, "codeContext"),
            .location = value_of(*error, ns::eb, "location"),
            .description = text_of(error->child(ns::eb, "Description")),
        });
    }
    return list;
}

std::vector<ManifestReference> read_manifest(const Element& element) {
    std::vector<ManifestReference> references;
    for (const auto* given :
         element.all(ns::eb, "Reference") | std::views::take(limits::ebms_references_max)) {
        ManifestReference reference{.href = value_of(*given, ns::xlink, "href"), .schemas = {}};
        for (const auto* schema :
             given->all(ns::eb, "Schema") | std::views::take(limits::ebms_references_max)) {
            reference.schemas.push_back({
                .location = value_of(*schema, ns::eb, "location"),
                .version = value_of(*schema, ns::eb, "version"),
            });
        }
        references.push_back(std::move(reference));
    }
    return references;
}

void read_message_header(const Element& header, Envelope& out) {
    out.from = read_party(header.child(ns::eb, "From"));
    out.to = read_party(header.child(ns::eb, "To"));
    out.cpa_id = text_of(header.child(ns::eb, "CPAId"));
    out.conversation_id = text_of(header.child(ns::eb, "ConversationId"));
    const auto* service = header.child(ns::eb, "Service");
    out.service = text_of(service);
    out.service_type = service == nullptr ? "" : value_of(*service, ns::eb, "type");
    out.action = text_of(header.child(ns::eb, "Action"));
    if (const auto* data = header.child(ns::eb, "MessageData")) {
        out.message_id = text_of(data->child(ns::eb, "MessageId"));
        out.timestamp = text_of(data->child(ns::eb, "Timestamp"));
        out.ref_to_message_id = text_of(data->child(ns::eb, "RefToMessageId"));
        out.time_to_live = text_of(data->child(ns::eb, "TimeToLive"));
    }
    out.duplicate_elimination = header.child(ns::eb, "DuplicateElimination") != nullptr;
    for (const auto* description :
         header.all(ns::eb, "Description") | std::views::take(limits::ebms_references_max)) {
        out.descriptions.push_back(text_of(description));
    }
}

/// A copy without what is for the next node.
Element covered(const Element& element) {
    Element copy{
        .xml_namespace = element.xml_namespace,
        .prefix = element.prefix,
        .name = element.name,
        .attributes = element.attributes,
        .declared = element.declared,
        .text = element.text,
        .children = {},
        .line = element.line,
    };
    for (const auto& child : element.children) {
        if (child.is(ns::eb, "SyncReply") || !is_for_next_node(child)) {
            copy.children.push_back(covered(child));
        }
    }
    return copy;
}

void read_header_blocks(const Element& header, Envelope& out) {
    if (const auto* block = header.child(ns::eb, "MessageHeader")) {
        read_message_header(*block, out);
    }
    if (const auto* block = header.child(ns::eb, "AckRequested")) {
        const auto word = value_of(*block, ns::eb, "signed");
        out.ack_requested = AckRequested{
            .is_signed = word == "true" || word == "1",
            .must_understand = value_of(*block, ns::soap, "mustUnderstand") == "1",
            .actor = value_of(*block, ns::soap, "actor"),
        };
    }
    if (const auto* block = header.child(ns::eb, "Acknowledgment")) {
        out.acknowledgment = Acknowledgment{
            .timestamp = text_of(block->child(ns::eb, "Timestamp")),
            .ref_to_message_id = text_of(block->child(ns::eb, "RefToMessageId")),
            .references = read_references(*block),
        };
        if (out.ref_to_message_id.empty()) {
            out.ref_to_message_id = out.acknowledgment->ref_to_message_id;
        }
    }
    if (const auto* block = header.child(ns::eb, "ErrorList")) {
        out.error_list = read_error_list(*block);
    }
    out.sync_reply = header.child(ns::eb, "SyncReply") != nullptr;
    const auto* signature = header.child(ns::ds, "Signature");
    if (const auto* info =
            signature == nullptr ? nullptr : signature->child(ns::ds, "SignedInfo")) {
        out.signature_references = read_references(*info);
    }
}

/// SOAP 1.1 section 4.4, or SOAP 1.2 section 5.4.
std::optional<Fault> read_fault(const Element& body) {
    if (const auto* fault = body.child(ns::soap, "Fault")) {
        return Fault{
            .code = text_of(fault->child("", "faultcode")),
            .text = text_of(fault->child("", "faultstring")),
        };
    }
    const auto* fault = body.child(ns::soap12, "Fault");
    if (fault == nullptr) {
        return std::nullopt;
    }
    const auto* code = fault->child(ns::soap12, "Code");
    const auto* reason = fault->child(ns::soap12, "Reason");
    return Fault{
        .code = code == nullptr ? "" : text_of(code->child(ns::soap12, "Value")),
        .text = reason == nullptr ? "" : text_of(reason->child(ns::soap12, "Text")),
    };
}

/// HITS 1172 section 5.11. Where a message could be two kinds, Service and Action decide.
Kind kind_of(const Envelope& envelope, const Element* body) {
    if (envelope.fault) {
        return Kind::fault;
    }
    const auto in_body = [body](std::string_view name) {
        return body != nullptr && body->child(ns::eb, name) != nullptr;
    };
    const bool is_signal = envelope.service == signal_service;
    if (in_body("StatusRequest")) return Kind::status_request;
    if (in_body("StatusResponse")) return Kind::status_response;
    if (is_signal && envelope.action == action_ping) return Kind::ping;
    if (is_signal && envelope.action == action_pong) return Kind::pong;
    const bool payload = in_body("Manifest") || envelope.ack_requested.has_value();
    const bool acknowledgment = envelope.acknowledgment.has_value();
    const bool error = envelope.error_list.has_value();
    if (payload + acknowledgment + error == 1) {
        return payload ? Kind::payload : acknowledgment ? Kind::acknowledgment : Kind::error;
    }
    if (payload && !is_signal && !envelope.service.empty()) return Kind::payload;
    if (acknowledgment && is_signal && envelope.action == action_acknowledgment) {
        return Kind::acknowledgment;
    }
    if (error && is_signal && envelope.action == action_error) return Kind::error;
    return Kind::unknown;
}

}  // namespace

std::string_view Party::her_id() const {
    if (std::ranges::count(ids, her_type, &PartyId::type) != 1) {
        return {};
    }
    return std::ranges::find(ids, her_type, &PartyId::type)->value;
}

ErrorSeverity ErrorList::highest() const {
    const bool error = std::ranges::count(errors, ErrorSeverity::error, &EbxmlError::severity) > 0;
    return error || errors.empty() ? ErrorSeverity::error : ErrorSeverity::warning;
}

std::string ManifestReference::content_id() const {
    constexpr std::string_view scheme = "cid:";
    if (!href.starts_with(scheme)) {
        return {};
    }
    std::string id;
    for (std::size_t i = scheme.size(); i < href.size(); ++i) {
        unsigned value = 0;
        const char* const digits = href.data() + i + 1;
        const bool escaped = href[i] == '%' && i + 2 < href.size() &&
                             std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
        id += escaped ? static_cast<char>(value) : href[i];
        i += escaped ? 2 : 0;
    }
    return id;
}

bool is_soap_envelope(const Element& root) {
    return root.is(ns::soap, "Envelope") || root.is(ns::soap12, "Envelope");
}

bool is_for_next_node(const Element& element) {
    const auto* actor = element.attribute(ns::soap, "actor");
    return actor != nullptr && (*actor == actor_next || *actor == actor_next_msh);
}

Envelope read_envelope(const Element& whole) {
    Envelope envelope;
    const Element root = covered(whole);
    const auto& soap = root.xml_namespace;
    if (const auto* header = root.child(soap, "Header")) {
        read_header_blocks(*header, envelope);
    }
    const auto* body = root.child(soap, "Body");
    if (body != nullptr) {
        envelope.fault = read_fault(*body);
        if (const auto* manifest = body->child(ns::eb, "Manifest")) {
            envelope.manifest = read_manifest(*manifest);
        }
    }
    envelope.kind = kind_of(envelope, body);
    return envelope;
}

std::string_view name(Kind kind) {
    switch (kind) {
        case Kind::payload:
            return "payload";
        case Kind::acknowledgment:
            return "acknowledgment";
        case Kind::error:
            return "error";
        case Kind::fault:
            return "fault";
        default:
            return {};
    }
}

}  // namespace budstikke::ebxml
