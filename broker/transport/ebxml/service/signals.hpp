// The three answers of a receiver as packages: Acknowledgment and MessageError, signed by the one
// that the message was for, and the SOAP Fault, which is never signed. HIS 1037 4.2, 6.3; HITS
// 1172 4.2.2.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/random.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/transport/ebxml/message/envelope.hpp"
#include "broker/transport/ebxml/message/writer.hpp"
#include "broker/transport/ebxml/mime/writer.hpp"

namespace budstikke::ebxml {

/// What every signal needs.
struct SignalMaker {
    const crypto::xmldsig::Signer& signer;
    Timestamp now;
    Random& random;
    std::string_view description;  ///< HITS 1210; may be empty
    bool test = false;             ///< of a test partner: marked so

    /// Repeats the ds:Reference elements of `received` letter for letter (ebMS 6.3.2.5).
    Result<Package> acknowledgment(
        const Envelope& received, std::span<const crypto::xmldsig::Reference> references
    ) const;
    /// Of severity Warning where all errors are: then it counts as a receipt.
    Result<Package> error(const Envelope& received, std::span<const EbxmlError> errors) const;
};

Package fault(FaultCode code, std::string_view text, bool test);

}  // namespace budstikke::ebxml
