// The catalogue of findings: every code the broker can answer with, in the order of the
// documentation. The codes are dotted, `group.name`, and stable: a row is never renamed, only
// added.
#pragma once

#include <span>
#include <string_view>

#include "broker/message/finding.hpp"

namespace budstikke {

namespace finding {
// --- The bytes -----------------------------------------------------------------------------------
extern const FindingSpec xml_not_well_formed;  ///< T01
extern const FindingSpec xml_doctype;          ///< T01: a DTD is refused, whatever it says
extern const FindingSpec xml_limit;            ///< T01: depth, attributes, name or value too long
extern const FindingSpec xml_encoding;         ///< T01: declared encoding unknown or untrue
extern const FindingSpec payload_too_large;    ///< T99
extern const FindingSpec payload_empty;        ///< T01
extern const FindingSpec content_type_unsupported;  ///< T10
// --- What it is ----------------------------------------------------------------------------------
extern const FindingSpec format_unknown;    ///< T10: no adapter recognises it
extern const FindingSpec standard_unknown;  ///< T10: a namespace we do not carry
extern const FindingSpec type_unknown;      ///< T10: no ebXML Action follows from it
extern const FindingSpec type_mismatch;     ///< T02: MsgInfo/Type and the payload disagree
// --- The envelope --------------------------------------------------------------------------------
extern const FindingSpec schema_invalid;           ///< T02
extern const FindingSpec schema_missing;           ///< warning: no pack for this namespace
extern const FindingSpec field_missing;            ///< T02: a field that routing needs
extern const FindingSpec field_too_long;           ///< T02
extern const FindingSpec ambiguous;                ///< T02: refused at every level of validation
extern const FindingSpec message_id_missing;       ///< E10
extern const FindingSpec message_id_not_uuid;      ///< E10: a SHALL of HIS 80415
extern const FindingSpec apprec_id_not_uuid;       ///< warning: nobody answers an AppRec
extern const FindingSpec generated_at_invalid;     ///< T02
extern const FindingSpec sender_her_missing;       ///< T02
extern const FindingSpec sender_her_not_digits;    ///< T02
extern const FindingSpec receiver_missing;         ///< E21
extern const FindingSpec receiver_her_missing;     ///< E21
extern const FindingSpec receiver_her_not_digits;  ///< E21
extern const FindingSpec address_unroutable;    ///< warning: what routing will refuse, said early
extern const FindingSpec copy_her_missing;      ///< warning: that copy goes by other means
extern const FindingSpec receivers_too_many;    ///< T02
extern const FindingSpec attachments_too_many;  ///< T02
extern const FindingSpec receiver_duplicate;    ///< warning: the same HER-id twice
extern const FindingSpec patient_insufficient;  ///< E36
extern const FindingSpec apprec_original_missing;  ///< T02: an AppRec without OriginalMsgId
extern const FindingSpec apprec_status_unknown;    ///< T02: not in codesystem 8258
extern const FindingSpec more_findings;            ///< info: the list was cut
// --- The submission ------------------------------------------------------------------------------
extern const FindingSpec sender_not_allowed;  ///< the organisation may not act for the sender
extern const FindingSpec sender_unknown;
extern const FindingSpec sender_not_valid_now;  ///< expired or not yet valid
extern const FindingSpec sender_held;
extern const FindingSpec declared_mismatch;    ///< declared facts and the payload disagree
extern const FindingSpec declared_missing;     ///< an opaque payload needs declared facts
extern const FindingSpec recipient_not_named;  ///< an explicit recipient the message does not name
extern const FindingSpec expiry_invalid;
extern const FindingSpec identity_conflict;  ///< the same MsgId with other content
// --- The recipient -------------------------------------------------------------------------------
extern const FindingSpec recipient_unknown;        ///< E21
extern const FindingSpec recipient_not_valid_now;  ///< E21
extern const FindingSpec recipient_held;
extern const FindingSpec recipient_redirect_loop;
extern const FindingSpec recipient_refuses_type;
extern const FindingSpec recipient_refuses_version;
extern const FindingSpec recipient_refuses_format;
extern const FindingSpec recipient_unreachable;  ///< no endpoint in the directory
// Where the recipient is reached by ebXML.
extern const FindingSpec recipient_no_service;      ///< the type has no Service and Action
extern const FindingSpec recipient_not_agreed;      ///< the agreement does not let it pass
extern const FindingSpec recipient_no_certificate;  ///< there is none to encrypt for
extern const FindingSpec recipient_certificate_not_trusted;
extern const FindingSpec recipient_no_way;        ///< any other lack of what the broker needs
extern const FindingSpec recipient_way_not_open;  ///< warning: what was accepted waits
// --- The broker ----------------------------------------------------------------------------------
extern const FindingSpec broker_full;      ///< retry later: queue or disk is full
extern const FindingSpec broker_draining;  ///< retry elsewhere or later
}  // namespace finding

/// All rows, in the order of the documentation.
std::span<const FindingSpec* const> finding_catalogue();

/// Nullptr where the code is not in the catalogue.
const FindingSpec* find_finding(std::string_view code);

}  // namespace budstikke
