// The envelope: the facts that one pass over a message takes, and all that routing, duplicate
// elimination and follow-up work with. Plain values; no clinical content and no patient's identity
// is ever put in here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/message/finding.hpp"

namespace budstikke {

/// An address as the message writes it: trimmed text, not yet checked to be digits (HIS 1153-2).
struct MessageParty {
    std::optional<std::string> her_id;         ///< of level 2, else of level 1
    std::optional<std::string> parent_her_id;  ///< of level 1, only where her_id is of level 2

    bool operator==(const MessageParty&) const = default;
};

enum class ReceiverRole { primary, copy };

std::string_view name(ReceiverRole role);

struct MessageReceiver {
    MessageParty party;
    ReceiverRole role = ReceiverRole::primary;

    bool operator==(const MessageReceiver&) const = default;
};

/// Codesystem 8258.
enum class AppRecStatus : std::uint8_t { ok = 1, rejected = 2, ok_error_in_part = 3 };

/// Whether the patient can be told from others (HIS 80415, code E36); AppRecs and lists have none.
enum class PatientIdentity { not_applicable, sufficient, insufficient };

struct Envelope {
    std::string format;    ///< adapter's name: `msghead`, `hcp`, `apprec`; empty where opaque
    std::string standard;  ///< `epikrise`, `dialogmelding`, `plo`, `henvisning`, `labsvar`, ...
    std::string version;   ///< of the standard: `1.2`
    std::string
        xml_namespace;         ///< of the payload; for MsgHead that of the first document's content
    std::string type;          ///< the code as the message writes it
    std::string action;        ///< the ebXML Action that it means (HISD 1209); empty where unknown
    std::string message_id;    ///< the sender's MsgId
    std::string generated_at;  ///< as written
    MessageParty sender;
    std::vector<MessageReceiver> receivers;  ///< the primary one first, copies in document order
    std::string ref_to_parent;
    std::string ref_to_conversation;
    std::string document_id;          ///< HCP family: constant across new, change and cancel
    std::string original_message_id;  ///< AppRec: OriginalMsgId/Id
    std::string original_type;        ///< AppRec: OriginalMsgId/MsgType
    std::optional<AppRecStatus> apprec_status;
    std::vector<std::string> apprec_errors;  ///< codes of 8221
    std::string apprec_version;  ///< `1.0` or `1.1`: what an answer to this must use; may be empty
    std::uint32_t attachments = 0;
    PatientIdentity patient_identity = PatientIdentity::not_applicable;
    bool emergency = false;  ///< a referral of urgency 0, never rejected for its patient's identity
    bool is_apprec = false;
    bool opaque = false;  ///< facts are declared by the sender; the payload was not read

    /// The conversation of the order key: RefToConversation, else the document id, else the MsgId.
    const std::string& conversation() const {
        if (!ref_to_conversation.empty()) {
            return ref_to_conversation;
        }
        return document_id.empty() ? message_id : document_id;
    }

    bool operator==(const Envelope&) const = default;
};

}  // namespace budstikke
