// The root element of a message from its first bytes, for choosing the adapter and the schema: no
// parser, no allocation beyond the names, no promise that the rest is XML.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace budstikke::xml {

struct RootName {
    std::string xml_namespace;  ///< empty where the root has none
    std::string name;           ///< local name
};

/// Nothing where the root's start tag is not complete in `head`, where a DTD stands before it, or
/// where it is not XML. Understands every encoding of encoding.hpp.
std::optional<RootName> sniff_root(std::string_view head);

}  // namespace budstikke::xml
