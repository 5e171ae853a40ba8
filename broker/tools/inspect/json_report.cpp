// The JSON line of one inspected file: every key always there, null where there is nothing.
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "broker/tools/inspect/json_text.hpp"
#include "broker/tools/inspect/report.hpp"

namespace budstikke::tools {

namespace {

namespace json = boost::json;

json::value id_or_null(const std::optional<std::string>& given) {
    return given ? json_text_or_null(std::string_view(*given)) : nullptr;
}

json::object party(const MessageParty& given) {
    return {
        {"her_id", id_or_null(given.her_id)}, {"parent_her_id", id_or_null(given.parent_her_id)}
    };
}

json::array receivers(const std::vector<MessageReceiver>& list) {
    json::array array;
    for (const MessageReceiver& receiver : list) {
        json::object object = party(receiver.party);
        object["role"] = json_text(name(receiver.role));
        array.push_back(std::move(object));
    }
    return array;
}

json::object location(const Location& place) {
    json::value line = nullptr;
    if (place.line != 0) line = place.line;
    return {{"line", line}, {"path", json_text_or_null(place.path)}};
}

json::array findings(const Findings& list) {
    json::array array;
    for (const Finding& found : list) {
        array.push_back(json::object{
            {"code", json_text(found.spec->code)},
            {"severity", json_text(name(found.spec->severity))},
            {"location", location(found.location)},
            {"text_no", json_text(found.spec->text_no)},
            {"text_en", json_text(found.spec->text_en)},
            {"apprec_code", json_text_or_null(found.spec->apprec_code)},
        });
    }
    return array;
}

/// Codesystem 8258 as a message writes it.
json::value status(const std::optional<AppRecStatus>& given) {
    if (!given) return nullptr;
    return json::string(std::to_string(static_cast<int>(*given)));
}

/// What is not well-formed, or has no element of the pack, is not valid; null is for "not asked".
json::value schema_valid(const FileReport& report) {
    if (!report.validated || !report.examined || report.error) return nullptr;
    return report.decoded.schema == SchemaVerdict::valid;
}

json::value well_formed(const FileReport& report) {
    if (!report.examined || report.error) return nullptr;
    return report.decoded.well_formed;
}

}  // namespace

std::string to_json(const FileReport& report) {
    const Envelope& envelope = report.decoded.envelope;
    json::object object{
        {"file", json_text(report.file)},
        {"format", json_text_or_null(envelope.format)},
        {"standard", json_text_or_null(envelope.standard)},
        {"version", json_text_or_null(envelope.version)},
        {"namespace", json_text_or_null(envelope.xml_namespace)},
        {"type", json_text_or_null(envelope.type)},
        {"action", json_text_or_null(envelope.action)},
        {"message_id", json_text_or_null(envelope.message_id)},
        {"generated_at", json_text_or_null(envelope.generated_at)},
        {"sender", party(envelope.sender)},
        {"receivers", receivers(envelope.receivers)},
        {"ref_to_parent", json_text_or_null(envelope.ref_to_parent)},
        {"ref_to_conversation", json_text_or_null(envelope.ref_to_conversation)},
        {"original_message_id", json_text_or_null(envelope.original_message_id)},
        {"apprec_status", status(envelope.apprec_status)},
        {"attachments", envelope.attachments},
        {"well_formed", well_formed(report)},
        {"schema_valid", schema_valid(report)},
        {"findings", findings(report.decoded.findings)},
    };
    if (report.error) object["error"] = json_text(*report.error);
    return json::serialize(object);
}

}  // namespace budstikke::tools
