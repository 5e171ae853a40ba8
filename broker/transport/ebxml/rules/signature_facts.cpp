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

SignatureFacts facts_of(
    crypto::xmldsig::Status status, const std::optional<crypto::PartyCertificate>& certificate
) {
    SignatureFacts facts;
    facts.status = status_of(status);
    if (certificate) {
        const auto& read = certificate->facts();
        facts.signer = SignerFacts{
            .subject = read.subject,
            .not_before = read.not_before,
            .not_after = read.not_after,
            .fingerprint = crypto::to_hex(read.fingerprint),
        };
    }
    return facts;
}

bool has_signature(const xml::Element& element) {
    return element.is(ns::ds, "Signature") || std::ranges::any_of(element.children, has_signature);
}

bool is_signed(const Message& message) {
    return message.envelope && has_signature(*message.tree.root);
}

}  // namespace

SignatureFacts signature_facts(
    const Message& message, const crypto::xmldsig::Verifier& verifier,
    const crypto::xmldsig::Policy& policy
) {
    if (!is_signed(message)) {
        return {};
    }
    std::vector<crypto::xmldsig::Part> parts;
    for (const auto* part : message.attachments()) {
        parts.push_back({.content_id = part->content_id, .bytes = part->content});
    }
    return signature_facts(verifier.verify(message.soap, parts, policy));
}

SignatureFacts signature_facts_of_envelope(
    const Message& message, const crypto::xmldsig::Verifier& verifier,
    const crypto::xmldsig::Policy& policy
) {
    if (!is_signed(message)) {
        return {};
    }
    const auto verification = verifier.verify_envelope(message.soap, policy);
    auto facts = facts_of(verification.status, verification.certificate);
    facts.parts_left_open =
        facts.status == SignatureStatus::valid && verification.parts_left_open > 0;
    return facts;
}

SignatureFacts signature_facts(const crypto::xmldsig::Verification& verification) {
    return facts_of(verification.status, verification.certificate);
}

}  // namespace budstikke::ebxml
