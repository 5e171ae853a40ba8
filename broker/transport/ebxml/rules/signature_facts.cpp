#include "broker/transport/ebxml/rules/signature_facts.hpp"

#include <algorithm>
#include <vector>

#include "broker/crypto/digest.hpp"
#include "broker/transport/ebxml/message/names.hpp"

namespace budstikke::ebxml {
namespace {

SignatureStatus status_of(crypto::xmldsig::Status status) {
    switch (status) {
        case crypto::xmldsig::Status::valid:
            return SignatureStatus::valid;
        case crypto::xmldsig::Status::absent:
            return SignatureStatus::absent;
        case crypto::xmldsig::Status::invalid:
            break;
    }
    return SignatureStatus::invalid;
}

bool has_signature(const xml::Element& element) {
    return element.is(ns::ds, "Signature") || std::ranges::any_of(element.children, has_signature);
}

}  // namespace

SignatureFacts signature_facts(
    const Message& message, const crypto::xmldsig::Verifier& verifier,
    const crypto::xmldsig::Policy& policy
) {
    SignatureFacts facts;
    if (!message.envelope || !has_signature(*message.tree.root)) {
        return facts;
    }
    std::vector<crypto::xmldsig::Part> parts;
    for (const auto* part : message.attachments()) {
        parts.push_back({.content_id = part->content_id, .bytes = part->content});
    }
    return signature_facts(verifier.verify(message.soap, parts, policy));
}

SignatureFacts signature_facts(const crypto::xmldsig::Verification& verification) {
    SignatureFacts facts;
    facts.status = status_of(verification.status);
    if (verification.certificate) {
        const auto& certificate = verification.certificate->facts();
        facts.signer = SignerFacts{
            .subject = certificate.subject,
            .not_before = certificate.not_before,
            .not_after = certificate.not_after,
            .fingerprint = crypto::to_hex(certificate.fingerprint),
        };
    }
    return facts;
}

}  // namespace budstikke::ebxml
