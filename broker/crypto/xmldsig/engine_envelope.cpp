// The two steps of a verification that an envelope without its parts allows. xmlsec as a whole ends
// at the first reference that it cannot digest, so its transforms are called one by one here, in
// the order in which it calls them itself. See engine.hpp.
#include <memory>
#include <string_view>

#include <libxml/tree.h>
#include <openssl/err.h>
#include <xmlsec/xmlsec.h>
// These need xmlsec.h before them.
#include <xmlsec/buffer.h>
#include <xmlsec/keys.h>
#include <xmlsec/membuf.h>
#include <xmlsec/nodeset.h>
#include <xmlsec/transforms.h>

#include "broker/crypto/xmldsig/engine.hpp"

namespace budstikke::crypto::xmldsig {
namespace {

struct FreeTransforms {
    void operator()(xmlSecTransformCtx* context) const { xmlSecTransformCtxDestroy(context); }
};
using Transforms = std::unique_ptr<xmlSecTransformCtx, FreeTransforms>;

struct FreeNodeSet {
    void operator()(xmlSecNodeSet* nodes) const { xmlSecNodeSetDestroy(nodes); }
};

Transforms make_transforms() {
    Transforms made(xmlSecTransformCtxCreate());
    if (made == nullptr) throw std::bad_alloc();
    // The envelope is all that is at hand.
    made->enabledUris = xmlSecTransformUriTypeEmpty;
    return made;
}

Node* child_of(const Node& parent, std::string_view name) {
    for (Node* child = parent.children; child != nullptr; child = child->next) {
        if (dsig_name(*child) == name) return child;
    }
    return nullptr;
}

Node* envelope_reference(const Node& signed_info) {
    for (Node* child = signed_info.children; child != nullptr; child = child->next) {
        const bool found =
            dsig_name(*child) == "Reference" && attribute(*child, "URI").value_or("?").empty();
        if (found) return child;
    }
    return nullptr;
}

/// The value that stands in the message against the one that the last transform has computed.
bool is_value(xmlSecTransform& computed, Node& value, xmlSecTransformCtx& transforms) {
    return xmlSecTransformVerifyNodeContent(&computed, &value, &transforms) == 0 &&
           computed.status == xmlSecTransformStatusOk;
}

bool is_envelope_digested(const Node& signed_info) {
    Node* const reference = envelope_reference(signed_info);
    if (reference == nullptr) return false;
    Node* const list = child_of(*reference, "Transforms");
    Node* const method = child_of(*reference, "DigestMethod");
    Node* const value = child_of(*reference, "DigestValue");
    if (list == nullptr || method == nullptr || value == nullptr) return false;
    const Transforms transforms = make_transforms();
    const xmlChar* const whole = reinterpret_cast<const xmlChar*>("");
    if (xmlSecTransformCtxSetUri(transforms.get(), whole, reference) != 0 ||
        xmlSecTransformCtxNodesListRead(
            transforms.get(), list, xmlSecTransformUsageDSigTransform
        ) != 0) {
        return false;
    }
    xmlSecTransformPtr seen =
        xmlSecTransformCtxCreateAndAppend(transforms.get(), xmlSecTransformMemBufGetKlass());
    xmlSecTransformPtr digest =
        xmlSecTransformCtxNodeRead(transforms.get(), method, xmlSecTransformUsageDigestMethod);
    if (seen == nullptr || digest == nullptr) return false;
    digest->operation = xmlSecTransformOperationVerify;
    if (xmlSecTransformCtxExecute(transforms.get(), reference->doc) != 0) return false;
    // An envelope that the filter cuts out as a whole has a digest, too: of nothing.
    xmlSecBufferPtr bytes = xmlSecTransformMemBufGetBuffer(seen);
    return bytes != nullptr && xmlSecBufferGetSize(bytes) != 0 &&
           is_value(*digest, *value, *transforms);
}

bool is_signed(const Node& signature, Node& signed_info, evp_pkey_st& key) {
    Node* const canonicalization = child_of(signed_info, "CanonicalizationMethod");
    Node* const method = child_of(signed_info, "SignatureMethod");
    Node* const value = child_of(signature, "SignatureValue");
    if (canonicalization == nullptr || method == nullptr || value == nullptr) return false;
    const auto held = key_for_xmlsec(key);
    const Transforms transforms = make_transforms();
    if (held == nullptr || xmlSecTransformCtxNodeRead(
                               transforms.get(), canonicalization, xmlSecTransformUsageC14NMethod
                           ) == nullptr) {
        return false;
    }
    xmlSecTransformPtr last =
        xmlSecTransformCtxNodeRead(transforms.get(), method, xmlSecTransformUsageSignatureMethod);
    if (last == nullptr) return false;
    last->operation = xmlSecTransformOperationVerify;
    if (xmlSecTransformSetKey(last, held.get()) != 0) return false;
    const std::unique_ptr<xmlSecNodeSet, FreeNodeSet> nodes(
        xmlSecNodeSetGetChildren(signed_info.doc, &signed_info, 1, 0)
    );
    return nodes != nullptr && xmlSecTransformCtxXmlExecute(transforms.get(), nodes.get()) == 0 &&
           is_value(*last, *value, *transforms);
}

}  // namespace

Outcome verify_envelope_with(Node& signature, evp_pkey_st& key) {
    prepare_xmlsec();
    Node* const signed_info = child_of(signature, "SignedInfo");
    const bool digested = signed_info != nullptr && is_envelope_digested(*signed_info);
    const bool value_good = digested && is_signed(signature, *signed_info, key);
    ERR_clear_error();
    if (!digested) return Outcome::digest_mismatch;
    return value_good ? Outcome::good : Outcome::signature_mismatch;
}

}  // namespace budstikke::crypto::xmldsig
