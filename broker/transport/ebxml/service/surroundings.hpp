// What the message service knows of itself and its partners: our parties' keys, the address
// register with its agreements, whom to believe, which algorithms from whom. One immutable
// snapshot; a reload makes a new one.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/base/limits.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/cms/cms.hpp"
#include "broker/crypto/pki/party_trust.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/directory/directory.hpp"
#include "broker/transport/ebxml/agreement/agreement.hpp"
#include "broker/transport/ebxml/agreement/terms.hpp"
#include "broker/transport/ebxml/rules/subject.hpp"

namespace budstikke::ebxml {

/// The keys of an organisation that we speak for.
struct Identity {
    std::string organisation;
    crypto::xmldsig::Signer signer;
    crypto::cms::Decryptor decryptor;  ///< the current key first, then those of the roll-over time
    /// A test partner for vendors: answers with every violation, and delivers nothing.
    bool test_partner = false;
};

/// What a partner may send beyond the safe defaults.
struct PartnerPolicy {
    crypto::xmldsig::Policy signature;
    crypto::cms::Policy encryption;
};

/// How a message gets from A to B, now.
struct Route {
    Terms terms;
    std::string endpoint;                             ///< `https://...` or `mailto:...`
    crypto::PartyCertificate encryption_certificate;  ///< believed at the time of asking
    std::string from_address;  ///< mail address of A; empty where it has none
};

/// Why there is no way. `code` is stable: the name of an Obstacle or of a TrustFault,
/// `no_identity`, `no_endpoint`, `no_certificate`.
struct NoRoute {
    /// What is lacking: some codes are those of an agreement and of a certificate.
    enum class Of : std::uint8_t { broker, agreement, certificate };
    std::string code;
    Of of = Of::broker;
};

class Surroundings {
 public:
    struct Sources {
        std::shared_ptr<const directory::Directory> directory;
        std::filesystem::path folder;  ///< of the directory: its certificates and agreements
        std::vector<Identity> identities;
        crypto::PartyTrust trust;
        std::vector<std::string> sha1_from;  ///< HER-ids that may sign with SHA-1
        std::vector<std::string> des3_from;  ///< HER-ids that may encrypt with 3DES
        /// Where no agreement says.
        std::uint32_t retries = limits::ebxml_retries_default;
        std::chrono::seconds retry_interval = limits::ebxml_retry_interval_default;
    };
    /// Reads the agreements (`*.xml`) and certificates of the folder. Errors name the file. Whether
    /// a certificate is believed is asked when it is used, not here.
    static Result<std::shared_ptr<const Surroundings>> make(Sources sources, Timestamp now);

    const directory::Directory& directory() const;
    const Register& known() const;  ///< what the rules look at
    Timestamp read_at() const;      ///< when the agreements were read
    const std::vector<Agreement>& agreements() const;
    /// Older than limits::ebxml_agreements_age_max: to be read again.
    bool is_old(Timestamp now) const;
    /// The agreement that a message names; nullptr where it names none that is known here.
    const Agreement* agreement(std::string_view cpa_id) const;
    const crypto::PartyTrust& trust() const;
    /// Of the organisation that owns the HER-id; nullptr where we do not speak for it.
    const Identity* identity(const HerId& ours) const;
    /// Whoever we speak for is a test partner.
    bool is_all_test() const;
    PartnerPolicy policy(std::string_view partner) const;
    /// A party that is reached by ebXML.
    bool is_partner(const HerId& her_id) const;
    /// Whether the register says that the party signs with this certificate (HITS 1172 rule 44).
    bool signs_with(std::string_view partner, const crypto::PartyCertificate& certificate) const;
    /// On the terms of the agreement that both have, else on the profile's. The endpoint is the
    /// agreement's, else the party's `ebxml_url`, else its `edi_address`.
    std::expected<Route, NoRoute> route(
        const HerId& from, const HerId& to, const ServiceAction& what, Timestamp now
    ) const;
    /// On what terms what a partner sends to one of ours is taken, the other way round. The codes
    /// are `no_identity`, `no_signing_certificate` and those of an Obstacle.
    std::expected<Terms, NoRoute> inward(
        const HerId& from, const HerId& to, const ServiceAction& what, Timestamp now
    ) const;
    /// Where a signal from `from` to `to` goes, the way that `by` means first: signals are no
    /// business of an agreement's, but where one is in force it says where the partner listens.
    /// Empty where there is none.
    std::string signal_endpoint(const HerId& from, const HerId& to, Transport by, Timestamp now)
        const;
    std::string mail_address_of(const HerId& her_id) const;

    struct Impl;
    explicit Surroundings(std::unique_ptr<const Impl> impl);
    ~Surroundings();

 private:
    std::unique_ptr<const Impl> impl_;
};

}  // namespace budstikke::ebxml
