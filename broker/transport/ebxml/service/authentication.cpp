#include "broker/transport/ebxml/service/authentication.hpp"

#include <algorithm>
#include <utility>

#include "broker/crypto/digest.hpp"
#include "broker/transport/ebxml/message/timestamp.hpp"
#include "broker/xml/tree.hpp"

namespace budstikke::ebxml {
namespace {

using crypto::xmldsig::Status;

std::vector<crypto::xmldsig::Part> parts_of(const Message& message) {
    std::vector<crypto::xmldsig::Part> parts;
    for (const auto* part : message.attachments()) {
        parts.push_back({.content_id = part->content_id, .bytes = part->content});
    }
    return parts;
}

std::vector<std::string> digests_of(const crypto::xmldsig::Verification& verification) {
    std::vector<std::string> digests;
    for (const auto& reference : verification.references) {
        digests.push_back(reference.uri + ' ' + crypto::to_hex(reference.digest));
    }
    std::ranges::sort(digests);
    return digests;
}

/// Nothing where what was signed is another kind of message than what it looked like.
std::optional<Envelope> signed_envelope(
    const crypto::xmldsig::Verification& verification, const Envelope& claimed
) {
    const auto tree = xml::read_tree(verification.envelope);
    if (!tree.root || !is_soap_envelope(*tree.root)) {
        return std::nullopt;
    }
    auto envelope = read_envelope(*tree.root);
    const bool same =
        envelope.kind == claimed.kind && envelope.from.her_id() == claimed.from.her_id() &&
        envelope.to.her_id() == claimed.to.her_id() && envelope.message_id == claimed.message_id;
    return same ? std::optional(std::move(envelope)) : std::nullopt;
}

bool is_about_revocation(crypto::TrustFault fault) {
    return fault == crypto::TrustFault::revocation_stale ||
           fault == crypto::TrustFault::revocation_unknown;
}

void check_certificate(const Surroundings& known, Timestamp now, Authentication& made) {
    const auto& certificate = *made.verification.certificate;
    if (!known.signs_with(made.envelope.from.her_id(), certificate)) {
        made.errors.push_back(error_of(Refusal::unknown_certificate));
        return;
    }
    const auto faults =
        known.trust().check_signing(certificate, now, parse_date_time(made.envelope.timestamp));
    for (const auto fault : faults) {
        made.errors.push_back(error_of(fault));
    }
    made.unsure = !faults.empty() && std::ranges::all_of(faults, is_about_revocation);
    if (faults.empty()) {
        made.signed_by = Signatory::partner;
    }
}

}  // namespace

SignedContent verify(
    const Message& message, const crypto::xmldsig::Policy& policy,
    const crypto::xmldsig::Verifier& verifier
) {
    SignedContent content{
        .verification = verifier.verify(message.soap, parts_of(message), policy), .envelope = {}
    };
    if (content.verification.status == Status::valid && content.verification.certificate) {
        content.envelope = signed_envelope(content.verification, *message.envelope);
    }
    return content;
}

Authentication authenticate(
    const Message& message, const Surroundings& known, const crypto::xmldsig::Verifier& verifier,
    Timestamp now
) {
    Authentication made;
    made.envelope = *message.envelope;
    // Whoever claims to be a partner is held to what that partner may use; whether it is the
    // partner, the certificate says.
    auto content = verify(message, known.policy(made.envelope.from.her_id()).signature, verifier);
    made.verification = std::move(content.verification);
    made.digests = digests_of(made.verification);
    if (!content.envelope) {
        const bool absent = made.verification.status == Status::absent;
        made.signed_by = absent ? Signatory::nobody : Signatory::invalid;
        made.errors.push_back(error_of(made.verification));
        return made;
    }
    made.envelope = *std::move(content.envelope);
    made.signed_by = Signatory::stranger;
    check_certificate(known, now, made);
    return made;
}

}  // namespace budstikke::ebxml
