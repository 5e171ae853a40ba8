// The ebXML requests that a sender sends, made before the clock runs: signed, encrypted, packed and
// headed, so that sending one costs the generator no more than its bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/crypto/pki/key_pair.hpp"
#include "tests/bench/load/plan.hpp"
#include "tests/bench/load/sheet.hpp"

namespace budstikke::bench {

/// Of the test PKI: whose keys the ebXML load is made with.
struct EbxmlKeys {
    /// The clients `hospital-sign` (issue.sh --signing) and `clinic-crypt` (--encryption).
    static Result<EbxmlKeys> load(const std::filesystem::path& pki);

    crypto::KeyPair signing;
    crypto::KeyPair encryption;  ///< the recipient's; only its certificate is used
};

struct EbxmlRequest {
    std::string message_id;  ///< eb:MessageId
    std::string bytes;       ///< a whole HTTP request
};

/// One for each number that the sheet has room for: its payload has the sheet's id for it, its
/// eb:MessageId is its own, and it asks for the signal in the same exchange.
Result<std::vector<EbxmlRequest>> make_ebxml_requests(
    const Sheet& sheet, std::uint32_t pair, const EbxmlKeys& keys,
    const std::vector<std::string>& payloads
);

/// The eb:MessageId that a whole HTTP answer acknowledges; why it is none.
Result<std::string> acknowledged(std::string_view answer);

/// Whether that certificate signed it, and nothing was changed since.
bool is_signed_by(std::string_view answer, const crypto::PartyCertificate& certificate);

}  // namespace budstikke::bench
