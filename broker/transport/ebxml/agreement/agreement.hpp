// A collaboration agreement (CPA) or one party's profile (CPP) of ebXML CPPA 2.0 as plain values:
// parties, certificates, endpoints, who may send what in which role, how often to try, what must be
// signed, acknowledged and encrypted. Read from whatever the sector's templates hold; what a
// document says twice or not at all is for terms.hpp to judge.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/transport/ebxml/message/envelope.hpp"

namespace budstikke::ebxml {

struct AgreementCertificate {
    std::string id;
    std::string der;  ///< empty where the template has none yet, or it is no base64
};

struct AgreementEndpoint {
    std::string uri;
    std::string type;
};

struct AgreementTransport {
    std::string id;
    std::string protocol;  ///< SMTP, HTTP, AMQP
    std::vector<AgreementEndpoint> endpoints;
};

/// ebXMLSenderBinding and ebXMLReceiverBinding.
struct DocExchange {
    std::string id;
    std::optional<unsigned> retries;
    std::optional<std::chrono::minutes> retry_interval;
    std::optional<std::chrono::minutes> persist_duration;
    std::string signature_algorithm;
    std::string hash_function;
    std::string signing_certificate;     ///< id
    std::string encryption_certificate;  ///< id
    std::string encryption_algorithm;
};

struct DeliveryChannel {
    std::string id;
    std::string transport;     ///< id
    std::string doc_exchange;  ///< id
    std::string sync_reply_mode;
    std::string ack_requested;  ///< always, never, perMessage
    std::string ack_signature_requested;
    std::string duplicate_elimination;
};

enum class Direction { send, receive };

struct ActionBinding {
    Direction direction = Direction::send;
    std::string action;
    bool non_repudiation = false;          ///< must be signed
    bool non_repudiation_receipt = false;  ///< the acknowledgement must be signed
    std::string package;                   ///< id
    std::vector<std::string> channels;     ///< ids
};

struct CollaborationRole {
    std::string role;
    std::string service;
    std::string process;
    std::string process_version;
    std::string application_certificate;  ///< id: what payloads are encrypted for
    std::vector<ActionBinding> actions;
};

/// How a message is packed. isConfidential says `none` in every template, of encrypted messages
/// too: only the encapsulations tell.
struct AgreementPackage {
    std::string id;
    std::vector<std::string> encapsulations;  ///< media types, from the inside out
};

struct AgreementParty {
    std::string name;
    std::vector<PartyId> ids;
    std::vector<CollaborationRole> roles;
    std::vector<AgreementCertificate> certificates;
    std::vector<DeliveryChannel> channels;
    std::vector<AgreementTransport> transports;
    std::vector<DocExchange> doc_exchanges;

    bool has_her_id(std::string_view her_id) const;
    /// The first of that id, nullptr where there is none.
    const AgreementCertificate* certificate(std::string_view id) const;
    const DeliveryChannel* channel(std::string_view id) const;
    const AgreementTransport* transport(std::string_view id) const;
    const DocExchange* doc_exchange(std::string_view id) const;
};

struct Agreement {
    bool profile = false;  ///< a CPP: one party, and no period
    std::string id;
    std::string file;  ///< name of the file that it was read from; empty where it was none
    std::optional<Timestamp> start;
    std::optional<Timestamp> end;

    bool in_force(Timestamp now) const {
        return (!start || now >= *start) && (!end || now <= *end);
    }
    std::vector<AgreementParty> parties;
    std::vector<AgreementPackage> packages;
};

/// `limit_exceeded` above limits::cpa_bytes_max, `malformed` where it is not well-formed or no CPA
/// or CPP.
Result<Agreement> read_agreement(std::string_view bytes);

/// ISO 8601 in days, hours and minutes (`P4D`, `PT720M`); a month counts as 30 days. Nothing where
/// it is none, or longer than ten years.
std::optional<std::chrono::minutes> parse_iso_duration(std::string_view text);

}  // namespace budstikke::ebxml
