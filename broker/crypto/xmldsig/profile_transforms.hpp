// The one transform of the profile that xmlsec has only as a general tool: the XPath filter that
// cuts out headers for the next MSH (ebMS 2.0, 4.1.3). Internal to xmldsig. Promises that no XPath
// of a stranger is ever evaluated: the expression is compared, and its meaning is built in, which
// also takes linear time where an XPath engine takes quadratic.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/crypto/xmldsig/node.hpp"

struct _xmlSecTransformKlass;  // NOLINT(bugprone-reserved-identifier): xmlsec's own name

namespace budstikke::crypto::xmldsig {

inline constexpr std::string_view next_msh_actor = "urn:oasis:names:tc:ebxml-msg:actor:nextMSH";
inline constexpr std::string_view next_actor = "http://schemas.xmlsoap.org/soap/actor/next";

/// The prefix for SOAP 1.1 of a ds:XPath that holds the profile's expression, white space between
/// its tokens and that prefix aside; nothing for any other expression.
std::optional<std::string> profile_prefix(const Node& xpath);

/// Whether the filter cuts this element out, with all that is in it.
bool is_for_next_actor(const Node& element);

/// Stands in xmlsec's list under the URI of XPath, in the place of xmlsec's own.
const _xmlSecTransformKlass* actor_filter_klass();

}  // namespace budstikke::crypto::xmldsig
