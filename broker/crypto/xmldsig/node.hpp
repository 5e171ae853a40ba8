// Reading libxml2's tree in the strict way that a signature needs: what is not plainly there is not
// there. Internal to xmldsig. May not know what the elements mean.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// NOLINTBEGIN(bugprone-reserved-identifier): libxml2's own names
struct _xmlAttr;
struct _xmlDoc;
struct _xmlNode;
// NOLINTEND(bugprone-reserved-identifier)

namespace budstikke::crypto::xmldsig {

using Node = _xmlNode;

inline constexpr std::string_view dsig_namespace = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr std::string_view dsig11_namespace = "http://www.w3.org/2009/xmldsig11#";
inline constexpr std::string_view soap_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr std::string_view exclusive_namespace = "http://www.w3.org/2001/10/xml-exc-c14n#";

bool is_element(const Node& node, std::string_view xml_namespace, std::string_view name);
/// Local name of an element of XMLDSig; empty for any other.
std::string_view dsig_name(const Node& node);

/// The element children. `only_elements` becomes false where anything else than white space stands
/// between them, comments and processing instructions too.
std::vector<Node*> elements_of(const Node& parent, bool& only_elements);

/// The text of an element that has nothing but text; nothing where a child is anything else: a
/// comment in the middle of a value has been read as its end before.
std::optional<std::string> text_of(const Node& element);

/// The attribute without namespace.
std::optional<std::string> attribute(const Node& element, std::string_view name);
/// True where every attribute is one of `names` and without namespace.
bool has_only_attributes(const Node& element, std::initializer_list<std::string_view> names);
/// An attribute's value as it counts, references resolved.
std::string value_of(const _xmlAttr& attribute);

std::uint32_t line_of(const Node& node);

/// The next element of the tree in document order, `node` or below `root` only; nothing at its end.
Node* next_element(const Node& root, Node& node);

/// The namespace that a prefix has at this element; empty for none.
std::string namespace_of_prefix(const Node& element, const std::string& prefix);

/// RFC 4648 with white space anywhere; nothing for any other character or wrong padding.
std::optional<std::string> from_base64(std::string_view text);
std::string to_base64(std::string_view bytes);

}  // namespace budstikke::crypto::xmldsig
