#include "adapters/msghead/msghead_adapter.hpp"

#include <array>

#include "adapters/shared/message_reader.hpp"
#include "adapters/shared/patient.hpp"
#include "adapters/shared/recognise.hpp"
#include "adapters/shared/types.hpp"
#include "broker/base/limits.hpp"
#include "broker/xml/schema_set.hpp"

namespace budstikke::adapters {
namespace {

constexpr std::string_view msghead_namespace = "http://www.kith.no/xmlstds/msghead/2006-05-24";
constexpr std::string_view referral_namespace = "http://ehelse.no/xmlstds/henvisning/2017-11-30";

// clang-format off: a group of states per line.
enum class In : std::uint8_t {
    nothing, head, info, type, generated, id, conversation, parent, whole_conversation,
    sender, receiver, copy,
    organisation, organisation_ident, organisation_id, organisation_id_type,
    unit, unit_ident, unit_id, unit_id_type,
    patient, patient_name, patient_birth, patient_sex, patient_ident, patient_id, patient_id_type,
    report, document, reference, reference_type, content,
    referral, referral_service, referral_priority,
};

// A table is read by column.
constexpr std::array rules{
    Rule<In>{In::nothing,            "MsgHead",                In::head},
    Rule<In>{In::head,               "MsgInfo",                In::info},
    Rule<In>{In::head,               "Document",               In::document},
    Rule<In>{In::head,               "PatientReport",          In::report},
    Rule<In>{In::info,               "Type",                   In::type, Kind::value},
    Rule<In>{In::info,               "GenDate",                In::generated, Kind::text},
    Rule<In>{In::info,               "MsgId",                  In::id, Kind::text},
    Rule<In>{In::info,               "ConversationRef",        In::conversation},
    Rule<In>{In::info,               "Sender",                 In::sender},
    Rule<In>{In::info,               "Receiver",               In::receiver},
    Rule<In>{In::info,               "OtherReceiver",          In::copy},
    Rule<In>{In::info,               "Patient",                In::patient},
    Rule<In>{In::conversation,       "RefToParent",            In::parent, Kind::text},
    Rule<In>{In::conversation,       "RefToConversation",      In::whole_conversation, Kind::text},
    Rule<In>{In::sender,             "Organisation",           In::organisation},
    Rule<In>{In::receiver,           "Organisation",           In::organisation},
    Rule<In>{In::copy,               "Organisation",           In::organisation},
    Rule<In>{In::copy,               "HealthcareProfessional", In::unit},
    Rule<In>{In::organisation,       "Ident",                  In::organisation_ident},
    Rule<In>{In::organisation,       "Organisation",           In::unit},
    Rule<In>{In::organisation,       "HealthcareProfessional", In::unit},
    Rule<In>{In::organisation_ident, "Id",                     In::organisation_id, Kind::text},
    Rule<In>{In::organisation_ident, "TypeId",                 In::organisation_id_type, Kind::value},
    Rule<In>{In::unit,               "Ident",                  In::unit_ident},
    Rule<In>{In::unit_ident,         "Id",                     In::unit_id, Kind::text},
    Rule<In>{In::unit_ident,         "TypeId",                 In::unit_id_type, Kind::value},
    Rule<In>{In::patient,            "FamilyName",             In::patient_name, Kind::presence},
    Rule<In>{In::patient,            "MiddleName",             In::patient_name, Kind::presence},
    Rule<In>{In::patient,            "GivenName",              In::patient_name, Kind::presence},
    Rule<In>{In::patient,            "DateOfBirth",            In::patient_birth, Kind::presence},
    Rule<In>{In::patient,            "Sex",                    In::patient_sex, Kind::value},
    Rule<In>{In::patient,            "Ident",                  In::patient_ident},
    Rule<In>{In::patient_ident,      "Id",                     In::patient_id, Kind::text},
    Rule<In>{In::patient_ident,      "TypeId",                 In::patient_id_type, Kind::value},
    Rule<In>{In::report,             "Document",               In::document},
    Rule<In>{In::document,           "RefDoc",                 In::reference},
    Rule<In>{In::reference,          "MsgType",                In::reference_type, Kind::value},
    Rule<In>{In::reference,          "Content",                In::content},
    Rule<In>{In::content,            "Henvisning",             In::referral, Kind::group, true},
    Rule<In>{In::referral,           "ReqServ",                In::referral_service, Kind::group, true},
    Rule<In>{In::referral_service,   "Priority",               In::referral_priority, Kind::value, true},
};

// What the schemas let stand once in its parent, of what routing and the receipts rest on.
constexpr std::array singles{
    In::info, In::type, In::generated, In::id, In::conversation, In::parent, In::whole_conversation,
    In::sender, In::receiver, In::organisation, In::organisation_id, In::organisation_id_type,
    In::unit_id, In::unit_id_type,
};
// clang-format on

class Reader final : public MessageReader<In, rules.size()> {
 public:
    explicit Reader(xml::FindingList& findings)
        : MessageReader(rules, singles, msghead_namespace, referral_namespace, findings) {}

    Envelope take(bool complete, const xml::SchemaSet* schemas);

 private:
    void entered(In state, std::uint32_t line) override;
    void left(In state) override;
    void fact(In state, std::string_view text, std::uint32_t line) override;
    void unknown(In parent, const xml::StartTag& tag) override;
    void content_is(std::string_view xml_namespace, std::uint32_t line);
    void name_standard();
    void check_meaning();
    void check_patient();

    PartyBuilder party_;
    Identifier identifier_;
    PatientFacts patient_;
    std::uint32_t info_line_ = 0;
    std::uint32_t patient_line_ = 0;
    std::uint32_t content_line_ = 0;
    bool content_seen_ = false;
};

void Reader::entered(In state, std::uint32_t line) {
    switch (state) {
        case In::info:
            info_line_ = line;
            break;
        case In::sender:
        case In::receiver:
        case In::copy:
            party_ = PartyBuilder(line);
            break;
        case In::organisation_ident:
        case In::unit_ident:
        case In::patient_ident:
            identifier_.clear();
            break;
        case In::patient:
            patient_.mentioned();
            patient_line_ = line;
            break;
        case In::referral:
            content_is(referral_namespace, line);
            break;
        default:
            break;
    }
}

void Reader::left(In state) {
    switch (state) {
        case In::sender:
            take_sender(std::move(party_));
            break;
        case In::receiver:
            take_receiver(std::move(party_), ReceiverRole::primary);
            break;
        case In::copy:
            take_receiver(std::move(party_), ReceiverRole::copy);
            break;
        case In::organisation_ident:
            party_.organisation(identifier_);
            break;
        case In::unit_ident:
            party_.unit(identifier_);
            break;
        case In::patient_ident:
            patient_.identifier(identifier_.type(), identifier_.id());
            identifier_.clear();
            break;
        default:
            break;
    }
}

void Reader::fact(In state, std::string_view text, std::uint32_t line) {
    if (take_head(state, text, line)) {
        return;
    }
    switch (state) {
        case In::parent:
            keep(envelope_.ref_to_parent, text, limits::msg_id_bytes_max, line);
            break;
        case In::whole_conversation:
            keep(envelope_.ref_to_conversation, text, limits::msg_id_bytes_max, line);
            break;
        case In::organisation_id:
        case In::unit_id:
        case In::patient_id:
            identifier_.set_id(text);
            break;
        case In::organisation_id_type:
        case In::unit_id_type:
        case In::patient_id_type:
            identifier_.set_type(text);
            break;
        case In::patient_name:
            patient_.name();
            break;
        case In::patient_birth:
            patient_.birth();
            break;
        case In::patient_sex:
            patient_.sex(text);
            break;
        case In::reference_type:
            // Codesystem 8114: `A` is an attachment, whatever its content looks like (HIS 1036).
            envelope_.attachments += text == "A" ? 1 : 0;
            break;
        case In::referral_priority:
            envelope_.emergency = text == "0";
            break;
        default:
            break;
    }
}

void Reader::unknown(In parent, const xml::StartTag& tag) {
    if (parent == In::content) {
        content_is(tag.xml_namespace, tag.line);
    }
}

/// The first document's content names the standard; what follows are parts of it and attachments.
void Reader::content_is(std::string_view xml_namespace, std::uint32_t line) {
    if (!content_seen_) {
        content_seen_ = true;
        content_line_ = line;
        keep(envelope_.xml_namespace, xml_namespace, limits::fact_bytes_max, line);
    }
}

void Reader::name_standard() {
    if (const auto* const standard = find_standard(envelope_.xml_namespace)) {
        envelope_.standard = standard->name;
        envelope_.version = standard->version;
        envelope_.apprec_version = standard->apprec_version;
    }
    envelope_.action = msghead_action(envelope_.type, envelope_.standard, envelope_.version).action;
}

void Reader::check_meaning() {
    const Location type{.line = type_line(info_line_), .path = "/MsgHead/MsgInfo/Type"};
    if (envelope_.standard.empty()) {
        findings().add(
            finding::standard_unknown,
            {.line = content_line_, .path = "/MsgHead/Document/RefDoc/Content"}
        );
    }
    const auto meaning = msghead_action(envelope_.type, envelope_.standard, envelope_.version);
    if (envelope_.type.empty()) {
        findings().add(finding::field_missing, type);
    } else if (meaning.action.empty()) {
        findings().add(finding::type_unknown, type);
    } else if (meaning.mismatch) {
        findings().add(finding::type_mismatch, type);
    }
}

void Reader::check_patient() {
    // A dialogue or a claim may be about no single patient; care messages and referrals never are.
    const bool required = envelope_.standard == "plo" || envelope_.standard == "henvisning" ||
                          envelope_.standard == "epj-ekstrakt";
    if (!patient_.is_mentioned() && !required) {
        return;
    }
    envelope_.patient_identity = patient_.judge();
    if (envelope_.patient_identity == PatientIdentity::insufficient && !envelope_.emergency) {
        findings().add(
            finding::patient_insufficient,
            {.line = patient_line_, .path = "/MsgHead/MsgInfo/Patient"}
        );
    }
}

Envelope Reader::take(bool complete, const xml::SchemaSet* schemas) {
    envelope_.format = "msghead";
    name_standard();
    if (!complete) {
        return std::move(envelope_);  // what is missing may stand behind the error
    }
    check_meaning();
    check_head_at(info_line_, "/MsgHead/MsgInfo/MsgId", "/MsgHead/MsgInfo/GenDate");
    check_parties_at({
        .sender = "/MsgHead/MsgInfo/Sender",
        .receiver = "/MsgHead/MsgInfo/Receiver",
        .copy = "/MsgHead/MsgInfo/OtherReceiver",
    });
    check_patient();
    if (envelope_.attachments > limits::attachments_max) {
        findings().add(finding::attachments_too_many, {.line = 0, .path = "/MsgHead/Document"});
    }
    if (schemas != nullptr && content_seen_ && schemas->covers(msghead_namespace) &&
        !schemas->covers(envelope_.xml_namespace)) {
        findings().add(
            finding::schema_missing,
            {.line = content_line_, .path = "/MsgHead/Document/RefDoc/Content"}
        );
    }
    return std::move(envelope_);
}

}  // namespace

int MsgHeadAdapter::recognise(std::string_view head) const {
    return has_root(head, "MsgHead", msghead_namespace) ? surely_mine : not_mine;
}

Decoded MsgHeadAdapter::decode(std::string_view bytes, const xml::SchemaSet* schemas) const {
    xml::FindingList findings;
    Reader reader(findings);
    const auto result = xml::read(bytes, reader, findings, schemas);
    auto envelope = reader.take(result.well_formed, schemas);
    return make_decoded(result, std::move(envelope), std::move(findings));
}

}  // namespace budstikke::adapters
