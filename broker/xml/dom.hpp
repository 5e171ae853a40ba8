// A whole document as libxml2's tree, for the one user that needs a tree: the XML signature, which
// digests a document's nodes. Promises the hardening of reader.hpp: no DTD, no entity beyond the
// predefined five and character references, no file, no network, and the limits hold before or
// right after the parser. May not know signatures.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "broker/base/result.hpp"

struct _xmlDoc;  // NOLINT(bugprone-reserved-identifier): libxml2's own name for its xmlDoc

namespace budstikke::xml {

struct FreeDom {
    void operator()(_xmlDoc* document) const noexcept;
};
using Dom = std::unique_ptr<_xmlDoc, FreeDom>;

struct DomLimits {
    std::size_t bytes_max;
    std::size_t elements_max;
    std::size_t namespaces_max;  ///< in force at one element
};

/// The document with namespaces resolved and no entity left in it; as UTF-8, whatever it was.
/// Errc::malformed where it is empty, not well-formed, has a DTD or an encoding that we do not
/// read; Errc::limit_exceeded for `limits` and those of limits.hpp on depth, attributes and names.
Result<Dom> parse_dom(std::string_view bytes, const DomLimits& limits);

}  // namespace budstikke::xml
