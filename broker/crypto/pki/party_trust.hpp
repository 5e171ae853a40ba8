// Whether a party's certificate is believed: path, validity, use, revocation (HIS 1037, 5.4; HITS
// 1172, rules 46, 104 and 105). Promises to name every reason against it, since a validator lists
// them all. May not know whose certificate the directory says it is (rule 44): compare the
// certificates for that.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/pki/party_certificate.hpp"
#include "broker/crypto/revocation.hpp"

namespace budstikke::crypto {

/// Why a certificate is not believed. Names are stable.
enum class TrustFault : std::uint8_t {
    self_signed,
    unknown_issuer,     ///< no path to a configured root
    path_invalid,       ///< a path that RFC 5280 refuses, for example an unknown critical extension
    authority_expired,  ///< a CA above it is not valid now
    weak_signature,     ///< signed with SHA-1 or worse, or by too small a key
    not_yet_valid,      ///< now
    expired,            ///< now
    before_validity,    ///< at the message's eb:Timestamp (rule 104)
    after_validity,     ///< at the message's eb:Timestamp (rule 105)
    wrong_use,          ///< the key usage is for something else
    revoked,
    revocation_stale,    ///< the list is too old to say, and the policy is to fail closed
    revocation_unknown,  ///< there is no list of its CA
};
std::string_view name(TrustFault fault);

/// Immutable but for what it remembers of paths; any thread. A reload of CAs or revocation lists
/// makes a new one.
class PartyTrust {
 public:
    /// The CA certificates (PEM), roots and those below them; Errc::invalid_argument where one is
    /// no CA's or there is none. Without `revocation` nobody is asked.
    static Result<PartyTrust> make(
        const std::vector<std::filesystem::path>& ca_files,
        std::optional<RevocationLists> revocation
    );
    PartyTrust(PartyTrust&&) noexcept;
    PartyTrust& operator=(PartyTrust&&) noexcept;
    ~PartyTrust();

    /// Everything against a certificate that signed a message at `signed_at` (its eb:Timestamp,
    /// where it could be read); empty where it is believed. It must have nonRepudiation.
    std::vector<TrustFault> check_signing(
        const PartyCertificate& certificate, Timestamp now, std::optional<Timestamp> signed_at
    ) const;
    /// Everything against encrypting for this certificate. It must have keyEncipherment or
    /// dataEncipherment.
    std::vector<TrustFault> check_encryption(const PartyCertificate& certificate, Timestamp now)
        const;

 private:
    struct Impl;
    explicit PartyTrust(std::unique_ptr<Impl> impl);
    std::vector<TrustFault> check(const PartyCertificate& certificate, Timestamp now) const;

    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::crypto
