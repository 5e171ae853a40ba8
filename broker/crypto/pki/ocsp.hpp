// OCSP (RFC 6960) as bytes: the question about one certificate, and what an answer to it says. Who
// asks, over which connection and how often is the caller's; a revocation list answers without it.
// Promises that an answer counts only for the question that was asked, signed by the CA or by whom
// the CA named for it, and fresh. May not know HTTP.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/pki/party_certificate.hpp"

namespace budstikke::crypto {

struct OcspQuestion {
    std::string request;  ///< DER, to be posted as application/ocsp-request
    PartyCertificate certificate;
    PartyCertificate issuer;
};

enum class OcspStatus : std::uint8_t { good, revoked, unknown };

/// Why an answer does not count. Names are stable.
enum class OcspFault : std::uint8_t {
    malformed,      ///< no OCSP response in DER, or too large a one
    refused,        ///< the responder says that it cannot answer; ask again later
    wrong_answer,   ///< it speaks of another certificate, or repeats an older question's nonce
    bad_signature,  ///< not signed by the CA, nor by a responder that the CA named
    stale,          ///< outside thisUpdate and nextUpdate, or older than a week without the latter
};
std::string_view name(OcspFault fault);

/// With a nonce. Errc::invalid_argument where `issuer` is not the certificate's issuer by name.
Result<OcspQuestion> ask_ocsp(const PartyCertificate& certificate, const PartyCertificate& issuer);

/// What the answer (DER) says. An answer without nonce is accepted, since responders of CAs sign
/// beforehand (RFC 5019); one with another nonce is not.
std::expected<OcspStatus, OcspFault> read_ocsp(
    std::string_view response, const OcspQuestion& question, Timestamp now
);

}  // namespace budstikke::crypto
