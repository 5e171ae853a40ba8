// Signing: the template is text of ours, xmlsec computes the values in a tree of it, and the text
// is written again with the values. So the bytes that leave depend on nothing but the input.
#include <algorithm>
#include <set>

#include <libxml/tree.h>
#include <openssl/evp.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/xmldsig/engine.hpp"
#include "broker/crypto/xmldsig/profile_transforms.hpp"
#include "broker/crypto/xmldsig/structure.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/xml/dom.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

/// What xmlsec computes: a digest per reference, then the signature.
struct Values {
    std::vector<std::string> digests;
    std::string signature;
};

bool is_plain_in_uri(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~!$'()*+,;=:@").find(c) != std::string_view::npos;
}

/// RFC 2392: what may not stand in a URI is escaped; what remains is harmless in XML too.
std::string cid_of(std::string_view content_id) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string uri = "cid:";
    for (const char c : content_id) {
        if (is_plain_in_uri(c)) {
            uri += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            uri += {'%', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    return uri;
}

std::string algorithm(std::string_view element, std::string_view uri) {
    return "<ds:" + std::string(element) + " Algorithm=\"" + std::string(uri) + "\"/>";
}

std::string envelope_transforms() {
    const auto actor = [](std::string_view uri) {
        return "ancestor-or-self::node()[@SOAP-ENV:actor=\"" + std::string(uri) + "\"]";
    };
    return "<ds:Transforms>" + algorithm("Transform", uri_of(Transform::enveloped_signature)) +
           "<ds:Transform Algorithm=\"" + std::string(uri_of(Transform::actor_filter)) +
           "\"><ds:XPath xmlns:SOAP-ENV=\"" + std::string(soap_namespace) + "\">not(" +
           actor(next_msh_actor) + " | " + actor(next_actor) + ")</ds:XPath></ds:Transform>" +
           algorithm("Transform", uri_of(Transform::c14n)) + "</ds:Transforms>";
}

std::string render(
    std::span<const Part> parts, const Values& values, std::string_view certificate
) {
    std::string text = "<ds:Signature xmlns:ds=\"" + std::string(dsig_namespace) +
                       "\"><ds:SignedInfo>" +
                       algorithm("CanonicalizationMethod", uri_of(Transform::c14n)) +
                       algorithm("SignatureMethod", uri_of(SignatureMethod::rsa_sha256));
    for (std::size_t i = 0; i <= parts.size(); ++i) {
        const std::string uri = i == 0 ? std::string() : cid_of(parts[i - 1].content_id);
        text += "<ds:Reference URI=\"" + uri + "\">" + (i == 0 ? envelope_transforms() : "") +
                algorithm("DigestMethod", uri_of(DigestMethod::sha256)) + "<ds:DigestValue>" +
                values.digests[i] + "</ds:DigestValue></ds:Reference>";
    }
    return text + "</ds:SignedInfo><ds:SignatureValue>" + values.signature +
           "</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" +
           std::string(certificate) +
           "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>";
}

/// Where the template stands: the only signature, and a child of the header.
Node* find_template(_xmlDoc& document) {
    Node& root = *xmlDocGetRootElement(&document);
    if (!is_element(root, soap_namespace, "Envelope")) return nullptr;
    Node* found = nullptr;
    for (Node* node = &root; node != nullptr; node = next_element(root, *node)) {
        if (dsig_name(*node) != "Signature") continue;
        if (found != nullptr) return nullptr;
        found = node;
    }
    const bool in_header = found != nullptr &&
                           is_element(*found->parent, soap_namespace, "Header") &&
                           found->parent->parent == &root;
    return in_header ? found : nullptr;
}

/// Nothing where xmlsec left a value empty.
std::optional<Values> read_values(Node& signature, std::size_t references) {
    Values values;
    for (Node* node = &signature; node != nullptr; node = next_element(signature, *node)) {
        const auto kind = dsig_name(*node);
        if (kind == "DigestValue") values.digests.push_back(text_of(*node).value_or(""));
        if (kind == "SignatureValue") values.signature = text_of(*node).value_or("");
    }
    const bool complete = values.digests.size() == references && !values.signature.empty() &&
                          std::ranges::find(values.digests, "") == values.digests.end();
    return complete ? std::optional(std::move(values)) : std::nullopt;
}

Result<void> check(std::span<const Part> parts) {
    if (parts.size() >= limits::ebms_references_max) {
        return fail(Errc::limit_exceeded, "more parts than one message may have");
    }
    std::set<std::string_view> ids;
    for (const Part& part : parts) {
        if (part.content_id.empty() || !ids.insert(part.content_id).second) {
            return fail(Errc::invalid_argument, "a part without a content id of its own");
        }
    }
    return {};
}

}  // namespace

struct Signer::Impl {
    KeyPair key;
    std::string certificate;  ///< base64
};

Signer::Signer(KeyPair key) {
    std::string certificate = to_base64(key.certificate().der());
    impl_ = std::make_unique<Impl>(std::move(key), std::move(certificate));
}
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;
Signer::~Signer() = default;

const PartyCertificate& Signer::certificate() const {
    return impl_->key.certificate();
}

Result<std::string> Signer::sign(
    std::string_view before, std::string_view after, std::span<const Part> parts
) const {
    if (const auto checked = check(parts); !checked) return std::unexpected(checked.error());
    const Values empty{.digests = std::vector<std::string>(parts.size() + 1), .signature = ""};
    std::string envelope(before);
    envelope += render(parts, empty, "");
    envelope += after;
    const auto document = xml::parse_dom(envelope, dom_limits);
    if (!document) {
        const bool limit = document.error().code == Errc::limit_exceeded;
        return fail(limit ? Errc::limit_exceeded : Errc::invalid_argument, document.error().detail);
    }
    Node* signature = find_template(**document);
    if (signature == nullptr) {
        return fail(
            Errc::invalid_argument, "no SOAP header to sign in, or a signature before ours"
        );
    }
    std::vector<Target> targets = {{.uri = "", .bytes = ""}};
    for (const Part& part : parts) {
        targets.push_back({.uri = "cid:" + std::string(part.content_id), .bytes = part.bytes});
    }
    if (!sign_with(*signature, targets, impl_->key.key())) {
        return fail(Errc::internal, "the signature could not be computed");
    }
    const auto values = read_values(*signature, targets.size());
    if (!values) return fail(Errc::internal, "the signature was left incomplete");
    return render(parts, *values, impl_->certificate);
}

}  // namespace budstikke::crypto::xmldsig
