// The one place that sets xmlsec up and calls it. Internal to xmldsig. Promises that xmlsec knows
// the profile's algorithms and no others, that the only bytes it can reach are the document and the
// parts that it is handed, and that it takes its key from us and never from a message. May not know
// which signatures are acceptable: structure.hpp has looked at one before it comes here.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/crypto/xmldsig/node.hpp"

// NOLINTNEXTLINE(bugprone-reserved-identifier): xmlsec's own name
struct _xmlSecKey;
struct evp_pkey_st;

namespace budstikke::crypto::xmldsig {

/// Sets xmlsec up for the process, the first time; ends the process where that cannot be.
void prepare_xmlsec();

struct FreeKey {
    void operator()(_xmlSecKey* key) const;
};
/// As xmlsec wants it; nothing where it refuses.
std::unique_ptr<_xmlSecKey, FreeKey> key_for_xmlsec(evp_pkey_st& key);

/// What a `cid:` reference stands for, in the order of the references.
struct Target {
    std::string uri;  ///< with escapes resolved; empty for the envelope
    std::string_view bytes;
};

enum class Outcome { good, digest_mismatch, signature_mismatch };

struct Processed {
    Outcome outcome = Outcome::signature_mismatch;
    /// Of the references, until the first whose digest differs.
    std::vector<bool> digest_good;
    /// The bytes that the envelope's digest was made of.
    std::string envelope;
};

/// Verifies the ds:Signature `signature` of a tree with this RSA key.
Processed verify_with(Node& signature, std::span<const Target> targets, evp_pkey_st& key);

/// Verifies the value of the signature, and of its references the envelope's only.
Outcome verify_envelope_with(Node& signature, evp_pkey_st& key);

/// Fills in the DigestValues and the SignatureValue of a template. False where xmlsec refuses.
bool sign_with(Node& signature, std::span<const Target> targets, evp_pkey_st& key);

/// The element by itself: exclusive canonical form, with these prefixes declared too.
std::string standalone(Node& element, const std::vector<std::string>& prefixes);

}  // namespace budstikke::crypto::xmldsig
