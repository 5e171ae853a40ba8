// Reads an AppRec: who gives it to whom, about which message, and what it says.
#include <array>

#include "adapters/apprec/apprec_adapter.hpp"
#include "adapters/shared/hcp_party_reader.hpp"
#include "adapters/shared/message_reader.hpp"
#include "adapters/shared/recognise.hpp"
#include "adapters/shared/types.hpp"
#include "broker/base/limits.hpp"

namespace budstikke::adapters {
namespace {

// clang-format off: a group of states per line.
enum class In : std::uint8_t {
    nothing, apprec, type, generated, id, sender, receiver, hcp,
    inst, inst_id, inst_id_type, inst_more, inst_more_id, inst_more_type,
    unit, unit_id, unit_id_type, unit_more, unit_more_id, unit_more_type,
    status, error, original, original_type, original_id,
};

// A table is read by column.
constexpr std::array own_rules{
    Rule<In>{In::nothing,   "AppRec",        In::apprec},
    Rule<In>{In::apprec,    "MsgType",       In::type, Kind::value},
    Rule<In>{In::apprec,    "GenDate",       In::generated, Kind::text},
    Rule<In>{In::apprec,    "Id",            In::id, Kind::text},
    Rule<In>{In::apprec,    "Sender",        In::sender},
    Rule<In>{In::apprec,    "Receiver",      In::receiver},
    Rule<In>{In::apprec,    "Status",        In::status, Kind::value},
    Rule<In>{In::apprec,    "Error",         In::error, Kind::value},
    Rule<In>{In::apprec,    "OriginalMsgId", In::original},
    Rule<In>{In::sender,    "HCP",           In::hcp},
    Rule<In>{In::receiver,  "HCP",           In::hcp},
    Rule<In>{In::original,  "MsgType",       In::original_type, Kind::value},
    Rule<In>{In::original,  "Id",            In::original_id, Kind::text},
};

// What the schemas let stand once in its parent, of what routing and the receipts rest on.
constexpr std::array own_singles{
    In::type, In::generated, In::id, In::sender, In::receiver, In::status, In::original,
    In::original_type, In::original_id,
};
// clang-format on

constexpr auto rules = joined(own_rules, hcp_party_rules<In>);
constexpr auto singles = joined(own_singles, hcp_party_singles<In>);

/// The AppRec version of a root, nullptr where it is no AppRec.
const Standard* standard_of(std::string_view head) {
    const auto* const standard = root_standard(head, "AppRec");
    return standard != nullptr && standard->name == "apprec" ? standard : nullptr;
}

class Reader final : public MessageReader<In, rules.size()> {
 public:
    Reader(const Standard& standard, xml::FindingList& findings)
        : MessageReader(rules, singles, standard.xml_namespace, standard.xml_namespace, findings),
          standard_(standard) {}

    Envelope take(bool complete);

 private:
    void entered(In state, std::uint32_t line) override;
    void left(In state) override;
    void fact(In state, std::string_view text, std::uint32_t line) override;

    const Standard& standard_;
    HcpPartyReader<In> party_;
    std::uint32_t root_line_ = 0;
    std::uint32_t status_line_ = 0;
    std::uint32_t original_line_ = 0;
};

void Reader::entered(In state, std::uint32_t line) {
    switch (state) {
        case In::apprec:
            root_line_ = line;
            break;
        case In::sender:
        case In::receiver:
            party_.begin(line);
            break;
        case In::original:
            original_line_ = line;
            break;
        default:
            party_.entered(state);
    }
}

void Reader::left(In state) {
    switch (state) {
        case In::sender:
            take_sender(party_.take());
            break;
        case In::receiver:
            take_receiver(party_.take(), ReceiverRole::primary);
            break;
        default:
            party_.left(state, open_name());
    }
}

void Reader::fact(In state, std::string_view text, std::uint32_t line) {
    if (take_head(state, text, line)) {
        return;
    }
    switch (state) {
        case In::status:
            status_line_ = line;
            if (text.size() == 1 && text[0] >= '1' && text[0] <= '3') {
                envelope_.apprec_status = static_cast<AppRecStatus>(text[0] - '0');
            }
            break;
        case In::error:
            if (envelope_.apprec_errors.size() < limits::findings_max) {
                keep(
                    envelope_.apprec_errors.emplace_back(), text, limits::type_code_bytes_max, line
                );
            }
            break;
        case In::original_type:
            keep(envelope_.original_type, text, limits::type_code_bytes_max, line);
            break;
        case In::original_id:
            keep(envelope_.original_message_id, text, limits::msg_id_bytes_max, line);
            break;
        default:
            party_.fact(state, text);
    }
}

Envelope Reader::take(bool complete) {
    envelope_.format = "apprec";
    envelope_.standard = standard_.name;
    envelope_.version = standard_.version;
    envelope_.xml_namespace = standard_.xml_namespace;
    envelope_.action = "APPREC";
    envelope_.is_apprec = true;
    if (!complete) {
        return std::move(envelope_);  // what is missing may stand behind the error
    }
    check_head_at(root_line_, "/AppRec/Id", "/AppRec/GenDate");
    check_parties_at({.sender = "/AppRec/Sender", .receiver = "/AppRec/Receiver", .copy = {}});
    if (!envelope_.apprec_status) {
        findings().add(
            finding::apprec_status_unknown,
            {.line = or_else(status_line_, root_line_), .path = "/AppRec/Status"}
        );
    }
    if (envelope_.original_message_id.empty()) {
        findings().add(
            finding::apprec_original_missing,
            {.line = or_else(original_line_, root_line_), .path = "/AppRec/OriginalMsgId"}
        );
    }
    return std::move(envelope_);
}

}  // namespace

int AppRecAdapter::recognise(std::string_view head) const {
    return standard_of(head) != nullptr ? surely_mine : not_mine;
}

Decoded AppRecAdapter::decode(std::string_view bytes, const xml::SchemaSet* schemas) const {
    return decode_as<Reader>(standard_of(bytes), bytes, schemas);
}

}  // namespace budstikke::adapters
