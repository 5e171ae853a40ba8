// A small document as plain values, for protocols that look at a message from several sides: SOAP
// headers, agreements. Read by the hardened reader, under its limits and two more on the size of
// what is kept. Payloads are never read this way.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/text.hpp"
#include "broker/message/finding.hpp"
#include "broker/xml/reader.hpp"

namespace budstikke::xml {

struct Attribute {
    std::string xml_namespace;  ///< empty where it has none
    std::string prefix;
    std::string name;  ///< local name
    std::string value;
};

/// Prefix (empty for the default one) to namespace.
using NamespaceScope = std::map<std::string, std::string, std::less<>>;

struct Element {
    std::string xml_namespace;  ///< empty where it has none
    std::string prefix;
    std::string name;  ///< local name
    std::vector<Attribute> attributes;
    NamespaceScope declared;  ///< on this element
    std::string text;         ///< its own text, what stands between its children joined
    std::vector<Element> children;
    std::uint32_t line = 0;  ///< where the start tag ends

    bool is(std::string_view in_namespace, std::string_view local_name) const {
        return name == local_name && xml_namespace == in_namespace;
    }
    /// The first child of that name, nullptr where there is none.
    const Element* child(std::string_view in_namespace, std::string_view local_name) const;
    std::vector<const Element*> all(std::string_view in_namespace, std::string_view local_name)
        const;
    /// Nullptr where it does not carry the attribute; `in_namespace` is empty for a plain one.
    const std::string* attribute(std::string_view in_namespace, std::string_view local_name) const;
    /// The text without white space at its ends.
    std::string_view trimmed() const;
};

struct Tree {
    std::optional<Element> root;  ///< nothing where the document is not well-formed
    Validity schema = Validity::not_checked;
    Findings findings;
};

/// Reads a whole document. More than limits::tree_elements_max elements or
/// limits::tree_text_bytes_max bytes are an `xml_limit`; everything else is as xml::read.
Tree read_tree(std::string_view bytes, const SchemaSet* schemas = nullptr);

using budstikke::trim;

}  // namespace budstikke::xml
