// Why a message is refused, in ebXML's words: the one file that maps broken rules, findings of the
// pipeline and faults of cryptography to an errorCode (ebMS 4.2.3.4.1), a location and a text in
// bokmål and English. Promises that nothing of the message is quoted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/crypto/cms/cms.hpp"
#include "broker/crypto/pki/party_trust.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/message/finding.hpp"
#include "broker/pipeline/submission.hpp"
#include "broker/transport/ebxml/agreement/terms.hpp"
#include "broker/transport/ebxml/message/envelope.hpp"
#include "broker/transport/ebxml/rules/validate.hpp"

namespace budstikke::ebxml {

using Errors = std::vector<EbxmlError>;

/// What a receiver answers: the violations that ask for an error or a warning (HITS 1172 4.2.2).
Errors errors_of(const Verdict& verdict);
/// All of them, as a validator reports them; each begins with the number of its rule.
Errors report_of(const Verdict& verdict);

EbxmlError error_of(const Violation& violation);
/// For a Fault: the violations that ask for one.
std::string fault_text(const Verdict& verdict);
/// For a Fault that says all that is wrong, and where.
std::string fault_text(const Errors& errors);
/// What of a refused submission is an error; DeliveryFailure where nothing is.
Errors errors_of(const pipeline::Receipt& receipt);
/// As strangers may see it. `content_id` is that of the part.
EbxmlError error_of(crypto::cms::Fault fault, std::string_view content_id);
EbxmlError error_of(crypto::TrustFault fault);
/// Of the signature as a whole: the names of what is wrong with it.
EbxmlError error_of(const crypto::xmldsig::Verification& verification);
/// Those names: `digest_mismatch, algorithm_refused`.
std::string fault_names(const crypto::xmldsig::Verification& verification);
EbxmlError error_of(Obstacle obstacle);

/// Others that a message service finds by itself.
enum class Refusal {
    unknown_certificate,  ///< HITS 1172 rule 44
    time_to_live_expired,
    false_duplicate,  ///< the same eb:MessageId with other digests
    several_payloads,
    no_payload,
    not_encrypted,
    too_large,
};
EbxmlError error_of(Refusal refusal);
/// The stable name, for the log.
std::string_view name(Refusal refusal);

}  // namespace budstikke::ebxml
