// Asks cryptography about a message: is it signed, by whom, is it what was signed?
#pragma once

#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/transport/ebxml/rules/subject.hpp"

namespace budstikke::ebxml {

/// Every attachment must be covered; an attachment without a Content-ID cannot be. Where there is
/// no envelope, no signature either. The reader of the values and the verifier see the same bytes.
SignatureFacts signature_facts(
    const Message& message, const crypto::xmldsig::Verifier& verifier,
    const crypto::xmldsig::Policy& policy
);

/// For an envelope that was kept without its package: a file to be examined, never a message to be
/// received. Where it holds, what stays open is said.
SignatureFacts signature_facts_of_envelope(
    const Message& message, const crypto::xmldsig::Verifier& verifier,
    const crypto::xmldsig::Policy& policy
);

/// The same of what has been verified already.
SignatureFacts signature_facts(const crypto::xmldsig::Verification& verification);

}  // namespace budstikke::ebxml
