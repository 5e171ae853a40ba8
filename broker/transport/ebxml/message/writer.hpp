// Writes the SOAP envelopes of the profile: payload message, Acknowledgment, MessageError, Fault.
// Promises that the same values give the same bytes, so that a resend repeats them exactly, and
// that they are valid against the official schemas. Does not sign: an envelope comes in two halves,
// and the ds:Signature goes between them, as the last block of SOAP:Header.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/transport/ebxml/message/envelope.hpp"

namespace budstikke::ebxml {

struct EnvelopeText {
    std::string before;
    std::string after;

    std::string with(std::string_view signature) const {
        return before + std::string(signature) + after;
    }
};

/// What every message says of itself. Empty strings are left out where the schema allows it.
struct OutgoingHeader {
    Party from;
    Party to;
    std::string cpa_id;
    std::string conversation_id;
    std::string service;
    std::string service_type;
    std::string action;
    std::string message_id;
    Timestamp timestamp;
    std::string ref_to_message_id;
    std::optional<Timestamp> time_to_live;
    std::string description;    ///< JSON of HITS 1210; see monitoring.hpp
    bool ack_requested = true;  ///< of a payload message: a signed signal shall come back
    bool sync_reply = false;    ///< the signal shall come back in the same exchange; never by mail
    bool test = false;          ///< marked as a test, first thing in SOAP:Header (HITS 1172 5.15.2)
};

struct OutgoingReference {
    std::string content_id;            ///< without angle brackets
    std::optional<SchemaName> schema;  ///< HITS 1210
};

/// With DuplicateElimination (HIS 1037 6.2).
EnvelopeText write_payload(
    const OutgoingHeader& header, std::span<const OutgoingReference> references
);

/// `references` are the ds:Reference elements of the message that is acknowledged, each by itself,
/// in their order (ebMS 6.3.2.5). MessageData gets no RefToMessageId (HITS 1172 rule 109).
EnvelopeText write_acknowledgment(
    const OutgoingHeader& header, std::string_view acknowledged_message_id,
    std::span<const std::string> references
);

/// highestSeverity is Error where any error is; `header.ref_to_message_id` is the message's.
EnvelopeText write_error(const OutgoingHeader& header, std::span<const EbxmlError> errors);

enum class FaultCode { client, server, version_mismatch, must_understand };

/// SOAP 1.1 section 4.4; never signed. `text` quotes nothing of the message. One that is marked as
/// a `test` has a SOAP:Header for that only.
std::string write_fault(FaultCode code, std::string_view text, bool test = false);

/// The header of a signal that answers `received`: parties swapped and without roles, the same
/// agreement and conversation (HIS 1037 4.2). The caller sets `message_id` and `timestamp`.
OutgoingHeader signal_header(const Envelope& received, Kind signal);

}  // namespace budstikke::ebxml
