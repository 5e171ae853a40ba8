#include "adapters/hcp/hcp_adapter.hpp"

#include <array>

#include "adapters/shared/hcp_party_reader.hpp"
#include "adapters/shared/message_reader.hpp"
#include "adapters/shared/patient.hpp"
#include "adapters/shared/recognise.hpp"
#include "adapters/shared/types.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::adapters {
namespace {

// clang-format off: a group of states per line.
enum class In : std::uint8_t {
    nothing, message, type, generated, id, body, description, request_id, provider_id,
    requester, provider, copy, hcp,
    inst, inst_id, inst_id_type, inst_more, inst_more_id, inst_more_type,
    unit, unit_id, unit_id_type, unit_more, unit_more_id, unit_more_type,
    patient, patient_name, patient_birth, patient_sex, patient_id, patient_id_type,
    patient_more, patient_more_id, patient_more_type, not_a_patient,
    reference, reference_type, service, priority,
};

// A table is read by column.
constexpr std::array own_rules{
    Rule<In>{In::nothing,      "Message",      In::message},
    Rule<In>{In::message,      "Type",         In::type, Kind::value},
    Rule<In>{In::message,      "GenDate",      In::generated, Kind::value},
    Rule<In>{In::message,      "MsgId",        In::id, Kind::text},
    Rule<In>{In::message,      "ServReq",      In::body},
    Rule<In>{In::message,      "ServRprt",     In::body},
    Rule<In>{In::message,      "ServReport",   In::body},
    Rule<In>{In::body,         "MsgDescr",     In::description, Kind::value},
    Rule<In>{In::body,         "Id",           In::request_id, Kind::text},
    Rule<In>{In::body,         "ServProvId",   In::provider_id, Kind::text},
    Rule<In>{In::body,         "Patient",      In::patient},
    Rule<In>{In::body,         "Animal",       In::not_a_patient},
    Rule<In>{In::body,         "Material",     In::not_a_patient},
    Rule<In>{In::body,         "ServProvider", In::provider},
    Rule<In>{In::body,         "Requester",    In::requester},
    Rule<In>{In::body,         "CopyDest",     In::copy},
    Rule<In>{In::body,         "RefDoc",       In::reference},
    Rule<In>{In::body,         "ReqServ",      In::service},
    Rule<In>{In::provider,     "HCP",          In::hcp},
    Rule<In>{In::requester,    "HCP",          In::hcp},
    Rule<In>{In::copy,         "HCP",          In::hcp},
    Rule<In>{In::patient,      "Name",         In::patient_name, Kind::presence},
    Rule<In>{In::patient,      "DateOfBirth",  In::patient_birth, Kind::value},
    Rule<In>{In::patient,      "Sex",          In::patient_sex, Kind::value},
    Rule<In>{In::patient,      "OffId",        In::patient_id, Kind::text},
    Rule<In>{In::patient,      "TypeOffId",    In::patient_id_type, Kind::value},
    Rule<In>{In::patient,      "AdditionalId", In::patient_more},
    Rule<In>{In::patient_more, "Id",           In::patient_more_id, Kind::text},
    Rule<In>{In::patient_more, "Type",         In::patient_more_type, Kind::value},
    Rule<In>{In::reference,    "MsgType",      In::reference_type, Kind::value},
    Rule<In>{In::service,      "Priority",     In::priority, Kind::value},
};

// What the schemas let stand once in its parent, of what routing and the receipts rest on.
constexpr std::array own_singles{
    In::type, In::generated, In::id, In::body, In::description, In::request_id, In::provider_id,
    In::requester, In::provider,
};
// clang-format on

constexpr auto rules = joined(own_rules, hcp_party_rules<In>);
constexpr auto singles = joined(own_singles, hcp_party_singles<In>);

/// What differs between the four standards: who is who, and which id stays the same.
struct Shape {
    std::string_view body;
    std::string_view sender;
    std::string_view receiver;
    bool asks;  ///< a request: sent by the requester, identified by ServReq/Id
};

constexpr Shape request{
    .body = "ServReq", .sender = "Requester", .receiver = "ServProvider", .asks = true
};
constexpr Shape report{
    .body = "ServRprt", .sender = "ServProvider", .receiver = "Requester", .asks = false
};
constexpr Shape answer{
    .body = "ServReport", .sender = "ServProvider", .receiver = "Requester", .asks = false
};

const Shape* find_shape(std::string_view standard) {
    if (standard == "henvisning" || standard == "rekvisisjon") {
        return &request;
    }
    if (standard == "epikrise") {
        return &report;
    }
    return standard == "labsvar" ? &answer : nullptr;
}

/// The standard of a root of this family, nullptr where it is none.
const Standard* standard_of(std::string_view head) {
    const auto* const standard = root_standard(head, "Message");
    return standard != nullptr && find_shape(standard->name) != nullptr ? standard : nullptr;
}

class Reader final : public MessageReader<In, rules.size()> {
 public:
    Reader(const Standard& standard, xml::FindingList& findings)
        : MessageReader(rules, singles, standard.xml_namespace, standard.xml_namespace, findings),
          standard_(standard),
          shape_(*find_shape(standard.name)) {}

    Envelope take(bool complete);

 private:
    bool is_single(In state) const override;
    void entered(In state, std::uint32_t line) override;
    void left(In state) override;
    void fact(In state, std::string_view text, std::uint32_t line) override;
    void patient_fact(In state, std::string_view text);
    void party_left(bool is_sender);
    void check_meaning(const std::string& body_path);
    void check_patient(const std::string& body_path);

    const Standard& standard_;
    const Shape& shape_;
    std::string description_;
    HcpPartyReader<In> party_;
    Identifier identifier_;
    PatientFacts patient_;
    bool not_a_patient_ = false;
    std::size_t bodies_ = 0;
    std::uint32_t message_line_ = 0;
    std::uint32_t body_line_ = 0;
    std::uint32_t patient_line_ = 0;
};

bool Reader::is_single(In state) const {
    // Svarrapport 1.3 may hold several reports.
    if (state == In::body && standard_.name == "labsvar" && standard_.version == "1.3") {
        return false;
    }
    return MessageReader::is_single(state);
}

void Reader::entered(In state, std::uint32_t line) {
    switch (state) {
        case In::message:
            message_line_ = line;
            break;
        case In::body:
            ++bodies_;
            body_line_ = bodies_ == 1 ? line : body_line_;
            break;
        case In::provider:
        case In::requester:
        case In::copy:
            party_.begin(line);
            break;
        case In::patient:
            patient_.mentioned();
            patient_line_ = line;
            identifier_.clear();
            break;
        case In::patient_more:
            identifier_.clear();
            break;
        case In::not_a_patient:
            not_a_patient_ = true;
            break;
        default:
            party_.entered(state);
    }
}

void Reader::left(In state) {
    switch (state) {
        case In::provider:
            party_left(!shape_.asks);
            break;
        case In::requester:
            party_left(shape_.asks);
            break;
        case In::copy:
            // Svarrapport 1.3 may hold several reports; the first one is the message's.
            if (bodies_ == 1) {
                take_receiver(party_.take(), ReceiverRole::copy);
            }
            break;
        case In::patient:
        case In::patient_more:
            patient_.identifier(identifier_.type(), identifier_.id());
            identifier_.clear();
            break;
        default:
            party_.left(state, open_name());
    }
}

void Reader::party_left(bool is_sender) {
    if (bodies_ != 1) {
        return;
    }
    if (is_sender) {
        take_sender(party_.take());
    } else {
        take_receiver(party_.take(), ReceiverRole::primary);
    }
}

void Reader::fact(In state, std::string_view text, std::uint32_t line) {
    if (bodies_ > 1 || take_head(state, text, line)) {
        return;
    }
    switch (state) {
        case In::description:
            description_ = text;
            break;
        case In::request_id:
        case In::provider_id:
            if (shape_.asks == (state == In::request_id)) {
                keep(envelope_.document_id, text, limits::msg_id_bytes_max, line);
            }
            break;
        case In::reference_type:
            envelope_.attachments += text == "A" ? 1 : 0;
            break;
        case In::priority:
            envelope_.emergency = standard_.name == "henvisning" && text == "0";
            break;
        default:
            party_.fact(state, text);
            patient_fact(state, text);
    }
}

void Reader::patient_fact(In state, std::string_view text) {
    switch (state) {
        case In::patient_name:
            patient_.name();
            break;
        case In::patient_birth:
            patient_.birth();
            break;
        case In::patient_sex:
            patient_.sex(text);
            break;
        case In::patient_id:
        case In::patient_more_id:
            identifier_.set_id(text);
            break;
        case In::patient_id_type:
        case In::patient_more_type:
            identifier_.set_type(text);
            break;
        default:
            break;
    }
}

void Reader::check_meaning(const std::string& body_path) {
    if (bodies_ == 0) {
        findings().add(finding::field_missing, {.line = message_line_, .path = body_path});
    }
    if (envelope_.action.empty()) {
        findings().add(
            finding::type_unknown, {.line = type_line(message_line_), .path = "/Message/Type"}
        );
    }
}

void Reader::check_patient(const std::string& body_path) {
    if (!patient_.is_mentioned() && (not_a_patient_ || bodies_ == 0)) {
        return;  // a sample of an animal or of a thing
    }
    envelope_.patient_identity = patient_.judge();
    if (envelope_.patient_identity == PatientIdentity::insufficient && !envelope_.emergency) {
        findings().add(
            finding::patient_insufficient,
            {.line = or_else(patient_line_, body_line_), .path = body_path + "/Patient"}
        );
    }
}

Envelope Reader::take(bool complete) {
    envelope_.format = "hcp";
    envelope_.standard = standard_.name;
    envelope_.version = standard_.version;
    envelope_.xml_namespace = standard_.xml_namespace;
    envelope_.apprec_version = standard_.apprec_version;
    envelope_.action = hcp_action(standard_.name, envelope_.type, description_);
    if (!complete) {
        return std::move(envelope_);  // what is missing may stand behind the error
    }
    const auto body_path = "/Message/" + std::string(shape_.body);
    check_meaning(body_path);
    check_head_at(message_line_, "/Message/MsgId", "/Message/GenDate");
    const auto sender = body_path + "/" + std::string(shape_.sender);
    const auto receiver = body_path + "/" + std::string(shape_.receiver);
    const auto copy = body_path + "/CopyDest";
    check_parties_at({.sender = sender, .receiver = receiver, .copy = copy});
    check_patient(body_path);
    if (envelope_.attachments > limits::attachments_max) {
        findings().add(finding::attachments_too_many, {.line = 0, .path = body_path + "/RefDoc"});
    }
    return std::move(envelope_);
}

}  // namespace

int HcpAdapter::recognise(std::string_view head) const {
    return standard_of(head) != nullptr ? surely_mine : not_mine;
}

Decoded HcpAdapter::decode(std::string_view bytes, const xml::SchemaSet* schemas) const {
    return decode_as<Reader>(standard_of(bytes), bytes, schemas);
}

}  // namespace budstikke::adapters
