// HITS 1172 sections 5.6 and 5.7: the XML, the schemas, what stands in the SOAP envelope.
#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/rules/report.hpp"
#include "broker/xml/encoding.hpp"

namespace budstikke::ebxml {
namespace {

using xml::Element;

void check_declaration(const Message& message, Report& report) {
    if (message.soap.empty()) {
        return;
    }
    std::string storage;
    const auto encoding = xml::detect_encoding(message.soap);
    const auto utf8 = xml::as_utf8(message.soap, storage);
    report.expect(encoding == xml::Encoding::utf8 && utf8, 68);
    if (!utf8) {
        return;
    }
    const auto declaration = utf8->substr(0, utf8->find("?>"));
    const bool declared = utf8->starts_with("<?xml ");
    // Either quote may stand around it.
    report.expect(
        declared && (declaration.find("\"1.0\"") != std::string_view::npos ||
                     declaration.find("'1.0'") != std::string_view::npos),
        78
    );
}

bool has_ebxml(const Element& element) {
    return std::ranges::any_of(element.children, [](const Element& child) {
        return child.xml_namespace == ns::eb;
    });
}

/// An envelope with nothing of ebXML in it is somebody else's SOAP message.
bool is_ebxml(const Element& root) {
    if (root.xml_namespace != ns::soap) {
        return false;
    }
    const auto* header = root.child(ns::soap, "Header");
    const auto* body = root.child(ns::soap, "Body");
    return root.name != "Envelope" || (header == nullptr && body == nullptr) ||
           (header != nullptr && (has_ebxml(*header) || header->children.empty())) ||
           (body != nullptr && has_ebxml(*body));
}

/// The schemas say where they were broken: below a block of Header or Body it is ebXML's.
void check_schemas(const Message& message, Report& report) {
    for (const auto& finding : message.tree.findings) {
        const auto& path = finding.location.path;
        if (finding.spec->code == "schema.missing") {
            report.broken(16);
        } else if (finding.spec->code == "schema.invalid") {
            const bool block = std::ranges::count(path, '/') > 2;
            const auto line = ", line " + std::to_string(finding.location.line);
            const int rule = block ? 17 : 16;
            report.broken(rule, std::string(find_rule(rule)->location) + line);
        }
    }
}

bool must_understand(const Element& block) {
    const auto* value = block.attribute(ns::soap, "mustUnderstand");
    return value != nullptr && (*value == "1" || *value == "true");
}

bool is_known_header_block(const Element& block, Transport transport) {
    constexpr std::array<std::string_view, 5> known{
        "MessageHeader", "AckRequested", "Acknowledgment", "ErrorList", "MessageOrder"
    };
    if (block.xml_namespace == ns::ds) {
        return block.name == "Signature";
    }
    if (block.xml_namespace != ns::eb) {
        return false;
    }
    return std::ranges::find(known, block.name) != known.end() ||
           (block.name == "SyncReply" && transport == Transport::http);
}

bool is_known_body_block(const Element& block) {
    constexpr std::array<std::string_view, 3> known{"Manifest", "StatusRequest", "StatusResponse"};
    return block.xml_namespace == ns::eb && std::ranges::find(known, block.name) != known.end();
}

/// What no signature covers must not pass for a part of the message, nor for all of it.
bool is_uncovered(const Element& element) {
    constexpr std::array named{ns::soap, ns::eb, ns::ds};
    const bool ours = std::ranges::find(named, element.xml_namespace) != named.end();
    return (ours && is_for_next_node(element) && !element.is(ns::eb, "SyncReply")) ||
           std::ranges::any_of(element.children, is_uncovered);
}

void check_header_blocks(const Element& header, Transport transport, Report& report) {
    std::set<std::string_view> seen;
    for (const auto& block : header.children) {
        const bool known = is_known_header_block(block, transport);
        report.expect(known || !must_understand(block), 100);
        // "Meldingen skal ha eksakt ett element" has no number of its own (5.11.3); a second
        // Signature has (rule 52).
        const bool again =
            known && block.xml_namespace == ns::eb && !seen.insert(block.name).second;
        report.expect(!again, 100);
    }
}

void check_blocks(const Subject& subject, Report& report) {
    report.expect(!is_uncovered(*subject.message.tree.root), 100);
    if (const auto* header = soap_header_of(subject.message)) {
        check_header_blocks(*header, subject.transport, report);
    }
    if (const auto* body = soap_body_of(subject.message)) {
        for (const auto& block : body->children) {
            report.expect(is_known_body_block(block), 101);
        }
        // "Mer enn ett element i SOAP:Body" has no number of its own (5.11.2).
        report.expect(body->children.size() <= 1, 101);
    }
}

}  // namespace

void check_xml(const Subject& subject, Report& report) {
    const auto& message = subject.message;
    check_declaration(message, report);
    const auto& root = message.tree.root;
    if (subject.validated) {
        check_schemas(message, report);
    }
    if (!root) {
        report.broken(86);
        return;
    }
    report.expect(is_ebxml(*root), 86);
    if (!root->is(ns::soap, "Envelope")) {
        report.broken(43);
        return;
    }
    report.expect(soap_header_of(message) != nullptr, 2);
    report.expect(soap_body_of(message) != nullptr, 3);
    check_blocks(subject, report);
}

}  // namespace budstikke::ebxml
