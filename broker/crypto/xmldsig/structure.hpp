// Looks at a signature before anything is computed: is it exactly what the profile describes, and
// does the policy allow it? Internal to xmldsig. Promises that what passes has one meaning, so that
// nothing is left for a verifier to interpret. May not compute digests or signatures.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "broker/base/limits.hpp"
#include "broker/crypto/xmldsig/engine.hpp"
#include "broker/crypto/xmldsig/node.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/xml/dom.hpp"

namespace budstikke::crypto::xmldsig {

/// Of envelopes that are signed. Canonicalization multiplies these.
inline constexpr xml::DomLimits dom_limits = {
    .bytes_max = limits::soap_bytes_max,
    .elements_max = limits::signed_envelope_elements_max,
    .namespaces_max = limits::signed_envelope_namespaces_max,
};

struct Structure {
    Node* signature = nullptr;  ///< nothing where the document has none
    std::optional<SignatureMethod> method;
    std::vector<Reference> references;
    std::vector<std::uint32_t> reference_lines;
    std::vector<Target> targets;  ///< of the references, in their order
    std::string certificate;      ///< DER; empty where there is none to read
    std::uint32_t certificate_line = 0;
    std::vector<Finding> findings;

    void add(Fault fault, const Node& where);
};

/// Only what is in order is safe to process: no findings, and a signature.
Structure look_at(_xmlDoc& document, std::span<const Part> parts, const Policy& policy);

}  // namespace budstikke::crypto::xmldsig
