// Who sent a message: its signature, the register's certificate for the sender, and whether that is
// believed (HITS 1172 5.9.4, 5.10). Promises that the header it gives is read from the very bytes
// that were signed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/transport/ebxml/message/message.hpp"
#include "broker/transport/ebxml/service/outbox.hpp"
#include "broker/transport/ebxml/service/refusals.hpp"
#include "broker/transport/ebxml/service/surroundings.hpp"

namespace budstikke::ebxml {

struct Authentication {
    Signatory signed_by = Signatory::nobody;
    crypto::xmldsig::Verification verification;
    /// What was signed; where it is not the partner who signed, what the message claims.
    Envelope envelope;
    std::vector<std::string> digests;  ///< `uri digest` of each reference, sorted
    /// Why it is not the partner, for the answer. Empty where it is.
    Errors errors;
    /// The only thing against it is that nobody could say whether the certificate is revoked: the
    /// same message may be believed later.
    bool unsure = false;
};

/// What a signature says by itself, whoever made it.
struct SignedContent {
    crypto::xmldsig::Verification verification;
    /// Read from the very bytes that were signed; nothing where the signature is not valid, or what
    /// was signed is another message than what it looked like.
    std::optional<Envelope> envelope;
};
/// `message` has an envelope.
SignedContent verify(
    const Message& message, const crypto::xmldsig::Policy& policy,
    const crypto::xmldsig::Verifier& verifier
);

/// `message` has an envelope.
Authentication authenticate(
    const Message& message, const Surroundings& known, const crypto::xmldsig::Verifier& verifier,
    Timestamp now
);

}  // namespace budstikke::ebxml
