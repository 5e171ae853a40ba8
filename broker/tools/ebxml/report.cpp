#include "broker/tools/ebxml/report.hpp"

#include <string_view>

#include <boost/json.hpp>

#include "broker/tools/inspect/json_text.hpp"
#include "broker/tools/inspect/plain.hpp"

namespace budstikke::tools {
namespace {

namespace json = boost::json;

constexpr std::string_view without_parts =
    " (of the envelope; its attachments were not given, so rule 50 is not checked)";

std::string_view name(ebxml::SignatureStatus status) {
    switch (status) {
        case ebxml::SignatureStatus::valid:
            return "valid";
        case ebxml::SignatureStatus::invalid:
            return "invalid";
        case ebxml::SignatureStatus::absent:
            break;
    }
    return "absent";
}

json::object signature(const ebxml::SignatureFacts& facts) {
    return {
        {"status", json_text(name(facts.status))},
        {"subject", facts.signer ? json_text_or_null(facts.signer->subject) : nullptr},
    };
}

json::array violations(const ebxml::Verdict& verdict) {
    json::array array;
    for (const auto& violation : verdict.violations) {
        array.push_back(json::object{
            {"rule", violation.rule->id},
            {"severity", json_text(budstikke::name(violation.severity()))},
            {"location", json_text(violation.location)},
            {"text_no", json_text(violation.rule->text_no)},
            {"text_en", json_text(violation.rule->text_en)},
        });
    }
    return array;
}

json::array not_checked(const ebxml::Verdict& verdict) {
    json::array array;
    for (const auto* rule : verdict.not_checked) {
        array.push_back(rule->id);
    }
    return array;
}

void append_violation(std::string& out, const ebxml::Violation& violation, Language language) {
    out += "  " + std::to_string(violation.rule->id) + ' ' +
           std::string(budstikke::name(violation.severity())) + "  " +
           printable(violation.location) + '\n';
    if (language != Language::english) {
        out += "      " + std::string(violation.rule->text_no) + '\n';
    }
    if (language != Language::norwegian) {
        out += "      " + std::string(violation.rule->text_en) + '\n';
    }
}

}  // namespace

std::string to_json(const EbxmlFileReport& report) {
    const auto envelope = report.envelope.value_or(ebxml::Envelope{});
    json::object object{
        {"file", json_text(report.file)},
        {"kind", json_text_or_null(ebxml::name(envelope.kind))},
        {"from", json_text_or_null(envelope.from.her_id())},
        {"to", json_text_or_null(envelope.to.her_id())},
        {"cpa_id", json_text_or_null(envelope.cpa_id)},
        {"conversation_id", json_text_or_null(envelope.conversation_id)},
        {"service", json_text_or_null(envelope.service)},
        {"action", json_text_or_null(envelope.action)},
        {"message_id", json_text_or_null(envelope.message_id)},
        {"ref_to_message_id", json_text_or_null(envelope.ref_to_message_id)},
        {"timestamp", json_text_or_null(envelope.timestamp)},
        {"signature", signature(report.signature)},
        {"not_checked", not_checked(report.verdict)},
        {"response", json_text(ebxml::name(report.verdict.answer))},
        {"violations", violations(report.verdict)},
    };
    if (report.error) object["error"] = json_text(*report.error);
    return json::serialize(object);
}

std::string to_text(const EbxmlFileReport& report, Language language) {
    std::string out = printable(report.file) + '\n';
    if (report.error) {
        return out + "  " + printable(*report.error) + '\n';
    }
    const auto line = [&out](std::string_view key, std::string_view value) {
        if (!value.empty()) {
            out += "  " + std::string(key) + ": " + printable(value) + '\n';
        }
    };
    if (report.envelope) {
        const auto& envelope = *report.envelope;
        line("kind", ebxml::name(envelope.kind));
        line("from", envelope.from.her_id());
        line("to", envelope.to.her_id());
        line("service", envelope.service);
        line("action", envelope.action);
        line("message id", envelope.message_id);
        line("refers to", envelope.ref_to_message_id);
    }
    const auto signature = std::string(name(report.signature.status));
    line(
        "signature", signature + std::string(report.signature.parts_left_open ? without_parts : "")
    );
    line("response", ebxml::name(report.verdict.answer));
    for (const auto& violation : report.verdict.violations) {
        append_violation(out, violation, language);
    }
    return out;
}

}  // namespace budstikke::tools
