// What the rules look at: a message, and what its receiver knows beside it. Plain values, so that a
// rule is the same whoever asks: the broker, a tool, a test.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/transport/ebxml/message/message.hpp"

namespace budstikke::ebxml {

/// Over HTTP there are no mail headers and no MIME-Version, and SyncReply is allowed.
enum class Transport { mail, http };

enum class SignatureStatus { absent, invalid, valid };

/// The certificate that stands in the signature; no trust.
struct SignerFacts {
    std::string subject;  ///< RFC 2253
    Timestamp not_before;
    Timestamp not_after;
    std::string fingerprint;  ///< SHA-256 of the DER, lower-case hex
};

/// What cryptography says.
struct SignatureFacts {
    SignatureStatus status = SignatureStatus::absent;
    std::optional<SignerFacts> signer;  ///< nothing where no certificate could be read
    /// Valid, but for payload parts that it refers to and that were not given.
    bool parts_left_open = false;
};

/// What the register knows of a HER-id.
struct RegisteredParty {
    /// A service or a person in an organisation (level 2 of HIS 1153-2), not an organisation.
    bool addressable = true;
    std::vector<std::string> mail_addresses;
    bool has_other_endpoint = false;                ///< signals reach it, though not by mail
    std::vector<std::string> signing_certificates;  ///< fingerprints as in SignerFacts
};

/// What the register knows of an agreement.
struct RegisteredAgreement {
    std::vector<std::string> her_ids;
    std::optional<Timestamp> start;
    std::optional<Timestamp> end;
};

/// The address register as far as it is known here. What no party has, it does not know at all: the
/// rules that ask for it are then not checked.
struct Register {
    std::map<std::string, RegisteredParty, std::less<>> parties;         ///< by HER-id
    std::map<std::string, RegisteredAgreement, std::less<>> agreements;  ///< by id, lower case
};

/// What stood inside an encrypted payload, or that it could not be opened.
struct OpenedPayload {
    bool has_transfer_encoding = true;     ///< of the MIME part inside (rule 264)
    bool listed_transfer_encoding = true;  ///< one of those of rule 259, where it has one
    bool decoded = true;                   ///< by its transfer encoding; else nothing is known
    /// Of the business document: the first Document's content of a MsgHead, else the root.
    std::string xml_namespace;
};

/// Which algorithms a signature may name. The specification's text has SHA-1 only, practice SHA-2
/// only; what a receiver trusts is the policy of the signature, not of the rules.
struct AlgorithmPolicy {
    std::vector<std::string> digest_methods;
    std::vector<std::string> signature_methods;

    static AlgorithmPolicy of_the_profile();
};

struct Subject {
    const Message& message;
    Transport transport = Transport::mail;
    SignatureFacts signature;
    const Register* known = nullptr;  ///< nullptr: no directory was given
    bool validated = false;           ///< the message was read with the official schemas
    /// Nothing where no key was given. In the order of the attachments.
    std::optional<std::vector<OpenedPayload>> opened;
    AlgorithmPolicy algorithms = AlgorithmPolicy::of_the_profile();
};

}  // namespace budstikke::ebxml
