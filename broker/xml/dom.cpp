// See dom.hpp. Unlike the reader's, this parser runs without XML_PARSE_HUGE: libxml2's own limits
// stay on behind ours.
#include "broker/xml/dom.hpp"

#include <string>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "broker/xml/encoding.hpp"
#include "broker/xml/guard.hpp"
#include "broker/xml/schema_impl.hpp"

namespace budstikke::xml {
namespace {

struct FreeContext {
    void operator()(xmlParserCtxt* parser) const { xmlFreeParserCtxt(parser); }
};

std::size_t declared_at(const xmlNode& element) {
    std::size_t count = 0;
    for (const xmlNs* ns = element.nsDef; ns != nullptr; ns = ns->next)
        ++count;
    return count;
}

/// The next element in document order; keeps the namespaces in force along the way.
const xmlNode* next_element(const xmlNode* node, std::size_t& in_force) {
    if (node->type == XML_ELEMENT_NODE && node->children != nullptr) return node->children;
    while (node != nullptr) {
        if (node->type == XML_ELEMENT_NODE) in_force -= declared_at(*node);
        if (node->next != nullptr) return node->next;
        node = node->parent;
        if (node == nullptr || node->type == XML_DOCUMENT_NODE) return nullptr;
    }
    return nullptr;
}

/// Canonicalization compares the namespaces in force pairwise, so their number bounds its work.
bool keeps_limits(const xmlDoc& document, const DomLimits& dom_limits) {
    std::size_t elements = 0;
    std::size_t in_force = 0;
    for (const xmlNode* node = document.children; node != nullptr;
         node = next_element(node, in_force)) {
        if (node->type != XML_ELEMENT_NODE) continue;
        in_force += declared_at(*node);
        if (++elements > dom_limits.elements_max || in_force > dom_limits.namespaces_max) {
            return false;
        }
    }
    return true;
}

}  // namespace

void FreeDom::operator()(_xmlDoc* document) const noexcept {
    xmlFreeDoc(document);
}

Result<Dom> parse_dom(std::string_view bytes, const DomLimits& dom_limits) {
    if (bytes.empty()) return fail(Errc::malformed, "no XML document: it is empty");
    if (bytes.size() > dom_limits.bytes_max) {
        return fail(Errc::limit_exceeded, "the XML document is too large");
    }
    prepare_libxml2();
    std::string storage;
    const auto utf8 = as_utf8(bytes, storage);
    if (!utf8) return fail(Errc::malformed, "the XML document's encoding is not supported");
    if (const auto refusal = check_limits(*utf8)) {
        const bool limit = refusal->spec == &finding::xml_limit;
        return limit ? fail(Errc::limit_exceeded, "the XML document exceeds a limit")
                     : fail(Errc::malformed, "the XML document has a DTD or a zero byte");
    }
    const std::unique_ptr<xmlParserCtxt, FreeContext> parser(xmlNewParserCtxt());
    if (parser == nullptr) throw std::bad_alloc();
    // The bytes are UTF-8 by now, whatever the declaration says.
    constexpr int options =
        XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    Dom document(xmlCtxtReadMemory(
        parser.get(), utf8->data(), static_cast<int>(utf8->size()), nullptr, nullptr, options
    ));
    const bool well_formed = parser->wellFormed == 1 && parser->nsWellFormed == 1;
    if (document == nullptr || !well_formed || document->intSubset != nullptr) {
        return fail(Errc::malformed, "the XML document is not well-formed");
    }
    if (!keeps_limits(*document, dom_limits)) {
        return fail(Errc::limit_exceeded, "the XML document exceeds a limit");
    }
    return document;
}

}  // namespace budstikke::xml
