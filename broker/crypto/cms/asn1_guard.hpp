// The gate in front of OpenSSL's ASN.1 decoder: one linear scan over the lengths that refuses what
// would cost it memory or stack out of proportion. Internal to cms. May not know what the values
// mean.
#pragma once

#include <string_view>

namespace budstikke::crypto::cms {

enum class Asn1Verdict { good, malformed, limit_exceeded };

/// Good where `bytes` is exactly one BER value (X.690) with every length inside its parent, within
/// limits::cms_depth_max and limits::cms_elements_max. Linear, no allocation that grows with input.
Asn1Verdict check_asn1(std::string_view bytes);

}  // namespace budstikke::crypto::cms
