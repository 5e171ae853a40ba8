// HITS 1172 sections 5.6 and 5.7: the XML, the schemas, what stands in the SOAP envelope.
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>

#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/rules/report.hpp"
#include "broker/xml/encoding.hpp"

namespace budstikke::ebxml {
namespace {

using xml::Element;

constexpr std::string_view envelope_path = "/SOAP:Envelope";
constexpr std::string_view header_path = "/SOAP:Envelope/SOAP:Header";
constexpr std::string_view body_path = "/SOAP:Envelope/SOAP:Body";

/// What `<?xml version=...?>` says, in either quote; empty where it says nothing.
std::string_view declared_version(std::string_view text) {
    constexpr std::string_view start = "<?xml";
    constexpr std::string_view word = "version";
    auto rest = xml::trim(text.substr(start.size(), text.find("?>") - start.size()));
    if (!rest.starts_with(word)) {
        return {};
    }
    rest = xml::trim(rest.substr(word.size()));
    if (!rest.starts_with('=')) {
        return {};
    }
    rest = xml::trim(rest.substr(1));
    const auto end = rest.empty() ? std::string_view::npos : rest.find(rest.front(), 1);
    return end == std::string_view::npos ? std::string_view{} : rest.substr(1, end - 1);
}

/// Another encoding than UTF-8 is read and answered with a warning, where charset and declaration
/// agree on it. Where they do not, or the version of XML is another, the message is refused (HITS
/// 1171 8.4). A charset that is not UTF-8 has rule 256.
void check_encoding(const Message& message, xml::Encoding encoding, Report& report) {
    if (encoding == xml::Encoding::utf8) {
        return;
    }
    const auto* leaf = message.soap_leaf();
    const bool contradicted = leaf != nullptr && is_utf8_charset(charset_of(*leaf));
    if (contradicted) {
        report.refused(68, Response::error);
    } else {
        report.broken(68);
    }
}

void check_declaration(const Message& message, Report& report) {
    if (message.soap.empty()) {
        return;
    }
    std::string storage;
    const auto utf8 = xml::as_utf8(message.soap, storage);
    if (!utf8) {
        report.broken(68);
    }
    if (!utf8 || !message.tree.root) {
        return;  // what is no XML lacks more than its declaration
    }
    check_encoding(message, xml::detect_encoding(message.soap), report);
    const bool declared =
        utf8->starts_with("<?xml") && utf8->size() > 5 && xml::trim(utf8->substr(5, 1)).empty();
    const auto version = declared ? declared_version(*utf8) : std::string_view{};
    if (!version.empty() && version != "1.0") {
        report.refused(78, Response::error);
    } else {
        report.expect(!version.empty(), 78);
    }
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

/// The reader's path is of local names; nothing where the tree has not all of it.
std::string place_in(const Element& root, std::string_view path) {
    std::string place;
    const Element* at = nullptr;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto name = path.substr(0, path.find('/'));
        path.remove_prefix(name.size());
        if (at == nullptr) {
            place = envelope_path;
            at = &root;
            continue;
        }
        const auto next = std::ranges::find(at->children, name, &Element::name);
        if (next == at->children.end()) {
            return place;
        }
        place = place_of(place, *at, static_cast<std::size_t>(next - at->children.begin()));
        // The reader does not say which of several it was: a path to all of them is true.
        const bool several = std::ranges::count(at->children, name, &Element::name) > 1;
        if (several && place.ends_with("[1]")) {
            place.resize(place.size() - 3);
        }
        at = &*next;
    }
    return place;
}

/// The schemas say where they were broken: below a block of Header or Body it is ebXML's.
void check_schemas(const Message& message, Report& report) {
    for (const auto& finding : message.tree.findings) {
        const auto& path = finding.location.path;
        if (finding.spec->code == "schema.missing") {
            report.broken(16);
        } else if (finding.spec->code == "schema.invalid") {
            const int rule = std::ranges::count(path, '/') > 2 ? 17 : 16;
            const auto& root = message.tree.root;
            const bool soap = root && root->is(ns::soap, "Envelope");
            report.broken(rule, soap ? place_in(*root, path) : std::string{});
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
    return ours && is_for_next_node(element) && !element.is(ns::eb, "SyncReply");
}

/// The place of the first such element below; nothing where there is none. Seen from the inside, so
/// that no place is put together in vain.
std::optional<std::string> place_uncovered(const Element& element, std::string_view own) {
    for (std::size_t i = 0; i < element.children.size(); ++i) {
        const auto& child = element.children[i];
        const auto below =
            is_uncovered(child) ? std::optional<std::string>("") : place_uncovered(child, {});
        if (below) {
            return place_of(own, element, i) + *below;
        }
    }
    return std::nullopt;
}

void check_header_blocks(const Element& header, Transport transport, Report& report) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < header.children.size() && !report.is_full(); ++i) {
        const auto& block = header.children[i];
        if (is_uncovered(block)) {
            continue;
        }
        const bool known = is_known_header_block(block, transport);
        // "Meldingen skal ha eksakt ett element" has no number of its own (5.11.3); a second
        // Signature has (rule 52).
        const bool again =
            known && block.xml_namespace == ns::eb && !seen.insert(block.name).second;
        if (again || (!known && must_understand(block))) {
            report.broken(100, place_of(header_path, header, i));
        }
    }
}

void check_body_blocks(const Element& body, Report& report) {
    bool again = false;
    for (std::size_t i = 0; i < body.children.size() && !report.is_full(); ++i) {
        const bool known = is_known_body_block(body.children[i]);
        // "Mer enn ett element i SOAP:Body" has no number of its own (5.11.2).
        if (!known || again) {
            report.broken(101, place_of(body_path, body, i));
        }
        again = again || known;
    }
}

void check_blocks(const Subject& subject, Report& report) {
    const auto& root = *subject.message.tree.root;
    if (is_uncovered(root)) {
        report.broken(100, std::string(envelope_path));
    } else if (const auto place = place_uncovered(root, envelope_path)) {
        report.broken(100, *place);
    }
    if (const auto* header = soap_header_of(subject.message)) {
        check_header_blocks(*header, subject.transport, report);
    }
    if (const auto* body = soap_body_of(subject.message)) {
        check_body_blocks(*body, report);
    }
}

}  // namespace

bool check_xml(const Subject& subject, Report& report) {
    const auto& message = subject.message;
    const auto& root = message.tree.root;
    check_declaration(message, report);
    if (subject.validated) {
        check_schemas(message, report);
    }
    if (!root || !is_ebxml(*root)) {
        report.broken(86);
    }
    if (!root) {
        return false;
    }
    if (!root->is(ns::soap, "Envelope")) {
        report.broken(43);
        return false;
    }
    report.expect(soap_header_of(message) != nullptr, 2);
    report.expect(soap_body_of(message) != nullptr, 3);
    if (!is_ebxml(*root)) {
        return false;
    }
    check_blocks(subject, report);
    return true;
}

}  // namespace budstikke::ebxml
