// What the message service knows of itself and its partners: our parties' keys, the address
// register with its agreements, whom to believe, which algorithms from whom. One immutable
// snapshot; a reload makes a new one.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
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
    std::string to_address;
};

/// Why there is no way. `code` is stable: the name of an Obstacle or of a TrustFault,
/// `no_identity`, `no_endpoint`, `no_certificate`.
struct NoRoute {
    std::string code;
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
    };
    /// Reads the agreements (`*.xml`) and certificates of the folder. Errors name the file.
    static Result<std::shared_ptr<const Surroundings>> make(Sources sources, Timestamp now);

    const directory::Directory& directory() const;
    const Register& known() const;  ///< what the rules look at
    Timestamp read_at() const;      ///< when the agreements were read
    const std::vector<Agreement>& agreements() const;
    const crypto::PartyTrust& trust() const;
    /// Of the organisation that owns the HER-id; nullptr where we do not speak for it.
    const Identity* identity(const HerId& ours) const;
    PartnerPolicy policy(std::string_view partner) const;
    /// A party that is reached by ebXML.
    bool is_partner(const HerId& her_id) const;
    std::expected<Route, NoRoute> route(
        const HerId& from, const HerId& to, const ServiceAction& what, Timestamp now
    ) const;

    struct Impl;
    explicit Surroundings(std::unique_ptr<const Impl> impl);
    ~Surroundings();

 private:
    std::unique_ptr<const Impl> impl_;
};

}  // namespace budstikke::ebxml
