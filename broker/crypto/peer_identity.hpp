// Who a certificate says that the peer is: a Norwegian organisation. Read from a verified TLS
// session, or from a PEM file for the configuration and the tools. Promises no trust of its own:
// tls_context.hpp decides whether a certificate is believed. May not know HER-ids.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/digest.hpp"

namespace budstikke::crypto {

/// What the broker keeps of a certificate. All texts are for operations; a peer chooses none of
/// them freely, since a CA has signed them.
struct PeerIdentity {
    /// 9 digits. SEID 2.0: subject organizationIdentifier (2.5.4.97) `NTRNO-<9 digits>`; SEID 1.0:
    /// subject serialNumber (2.5.4.5) of 9 digits, read only where there is no
    /// organizationIdentifier. Empty where the certificate names no organisation (only
    /// read_certificates gives such).
    std::string organisation_number;
    std::string subject;        ///< RFC 2253
    std::string issuer;         ///< RFC 2253
    std::string issuer_key_id;  ///< hex of the authority key identifier; empty where there is none
    std::string serial;  ///< hex, lower case, without leading zeros in front of the first byte
    Timestamp not_before;
    Timestamp not_after;
    bool is_authority = false;  ///< a CA's certificate (basicConstraints)
    /// Where the certificate says that revocation lists of its CA stand (RFC 5280, 4.2.1.13):
    /// `URI:...`, `DIR:...` or hex; sorted.
    std::vector<std::string> revocation_points;
    Digest fingerprint{};  ///< SHA-256 of the certificate's DER bytes

    bool operator==(const PeerIdentity&) const = default;
};

/// The first certificate of a PEM file (or the one of a DER file), which must name an organisation.
/// Errc::malformed where it is no certificate, Errc::unauthenticated with the detail
/// `no_organisation_number` where it names none.
Result<PeerIdentity> read_peer_identity(const std::filesystem::path& path);

/// Every certificate of a PEM file in its order, CA certificates too: what operations lists to see
/// what expires when.
Result<std::vector<PeerIdentity>> read_certificates(const std::filesystem::path& path);

}  // namespace budstikke::crypto
