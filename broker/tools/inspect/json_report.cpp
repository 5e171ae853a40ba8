// The JSON line of one inspected file: every key always there, null where there is nothing.
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "broker/tools/inspect/plain.hpp"
#include "broker/tools/inspect/report.hpp"

namespace budstikke::tools {

namespace {

namespace json = boost::json;

json::value text(std::string_view given) {
    return json::string(valid_utf8(given));
}

json::value text_or_null(std::string_view given) {
    if (given.empty()) return nullptr;
    return text(given);
}

json::value id_or_null(const std::optional<std::string>& given) {
    return given ? text_or_null(std::string_view(*given)) : nullptr;
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
        object["role"] = text(name(receiver.role));
        array.push_back(std::move(object));
    }
    return array;
}

json::object location(const Location& place) {
    json::value line = nullptr;
    if (place.line != 0) line = place.line;
    return {{"line", line}, {"path", text_or_null(place.path)}};
}

json::array findings(const Findings& list) {
    json::array array;
    for (const Finding& found : list) {
        array.push_back(json::object{
            {"code", text(found.spec->code)},
            {"severity", text(name(found.spec->severity))},
            {"location", location(found.location)},
            {"text_no", text(found.spec->text_no)},
            {"text_en", text(found.spec->text_en)},
            {"apprec_code", text_or_null(found.spec->apprec_code)},
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
        {"file", text(report.file)},
        {"format", text_or_null(envelope.format)},
        {"standard", text_or_null(envelope.standard)},
        {"version", text_or_null(envelope.version)},
        {"namespace", text_or_null(envelope.xml_namespace)},
        {"type", text_or_null(envelope.type)},
        {"action", text_or_null(envelope.action)},
        {"message_id", text_or_null(envelope.message_id)},
        {"generated_at", text_or_null(envelope.generated_at)},
        {"sender", party(envelope.sender)},
        {"receivers", receivers(envelope.receivers)},
        {"ref_to_parent", text_or_null(envelope.ref_to_parent)},
        {"ref_to_conversation", text_or_null(envelope.ref_to_conversation)},
        {"original_message_id", text_or_null(envelope.original_message_id)},
        {"apprec_status", status(envelope.apprec_status)},
        {"attachments", envelope.attachments},
        {"well_formed", well_formed(report)},
        {"schema_valid", schema_valid(report)},
        {"findings", findings(report.decoded.findings)},
    };
    if (report.error) object["error"] = text(*report.error);
    return json::serialize(object);
}

}  // namespace budstikke::tools
