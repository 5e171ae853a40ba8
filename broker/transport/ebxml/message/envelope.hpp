// The SOAP envelope of an ebMS 2.0 message as plain values: the header that every message has, and
// what makes it a payload message, an Acknowledgment, a MessageError or a SOAP Fault. Strings are
// without white space at their ends (SEEN in practice around ids). Absent is empty; whether it may
// be is for the rules to say.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/xml/tree.hpp"

namespace budstikke::ebxml {

enum class Kind {
    payload,
    acknowledgment,
    error,
    fault,  ///< SOAP 1.1, or the 1.2 that Helsenorge sends
    ping,   ///< recognised and not looked at further (HITS 1172 5.11.1)
    pong,
    status_request,  ///< HITS 1172 5.11.2
    status_response,
    unknown,  ///< ebXML, but none of these, or two of them at once
};

struct PartyId {
    std::string type;
    std::string value;
};

struct Party {
    std::vector<PartyId> ids;
    std::string role;

    /// The id of type HER where there is exactly one, else empty.
    std::string_view her_id() const;
};

struct AckRequested {
    bool is_signed = false;
    bool must_understand = false;
    std::string actor;
};

/// A ds:Reference: of the signature, or copied into an Acknowledgment.
struct DigestReference {
    std::string uri;
    std::vector<std::string> transforms;  ///< their algorithms
    std::string digest_method;
    std::string digest_value;  ///< base64 as written, white space left out
};

struct Acknowledgment {
    std::string timestamp;
    std::string ref_to_message_id;
    std::vector<DigestReference> references;
};

enum class ErrorSeverity { warning, error };

struct EbxmlError {
    std::string code;
    ErrorSeverity severity = ErrorSeverity::error;  ///< error too where the word is unknown
    std::string context;
    std::string location;
    std::string description;
};

struct ErrorList {
    std::vector<EbxmlError> errors;
    /// Computed from the errors, whatever highestSeverity says.
    ErrorSeverity highest() const;
};

struct SchemaName {
    std::string location;
    std::string version;
};

struct ManifestReference {
    std::string href;
    std::vector<SchemaName> schemas;

    /// What stands behind `cid:`, escapes resolved (RFC 2392); empty for any other reference.
    std::string content_id() const;
};

struct Fault {
    std::string code;
    std::string text;
};

struct Envelope {
    Kind kind = Kind::unknown;
    Party from;
    Party to;
    std::string cpa_id;
    std::string conversation_id;
    std::string service;
    std::string service_type;
    std::string action;
    std::string message_id;
    std::string timestamp;
    std::string ref_to_message_id;  ///< of MessageData, else of the Acknowledgment
    std::string time_to_live;
    std::vector<std::string> descriptions;
    bool duplicate_elimination = false;
    bool sync_reply = false;
    std::optional<AckRequested> ack_requested;
    std::optional<Acknowledgment> acknowledgment;
    std::optional<ErrorList> error_list;
    std::vector<ManifestReference> manifest;
    std::vector<DigestReference> signature_references;
    std::optional<Fault> fault;
};

/// True where the root element is a SOAP envelope.
bool is_soap_envelope(const xml::Element& root);

/// True where the profile's signature does not cover the element: it is for the next SOAP node
/// (ebMS 4.1.3), and whoever is on the way may have put it there.
bool is_for_next_node(const xml::Element& element);

/// Reads only what a signature covers: an element for the next node is passed over wherever it
/// stands, but for SyncReply, which is such an element.
/// Never more than limits::ebms_references_max references and limits::ebms_errors_max errors.
Envelope read_envelope(const xml::Element& root);

/// `payload`, `acknowledgment`, `error`, `fault`; empty for all others.
std::string_view name(Kind kind);

}  // namespace budstikke::ebxml
