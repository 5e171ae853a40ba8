// The text of one inspected file for people: facts that are there, then the findings.
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "broker/tools/inspect/plain.hpp"
#include "broker/tools/inspect/report.hpp"

namespace budstikke::tools {

namespace {

void add(std::string& page, std::string_view label, std::string_view value) {
    if (!value.empty()) page += fmt::format("  {:<16} {}\n", label, printable(value));
}

std::string address(const MessageParty& party) {
    if (!party.her_id) return "no HER-id";
    std::string shown = "HER-id " + *party.her_id;
    if (party.parent_her_id) shown += " of " + *party.parent_her_id;
    return shown;
}

std::string kind(const Envelope& envelope) {
    if (envelope.format.empty()) return "not a message that the broker reads";
    if (envelope.standard.empty()) return "unknown payload (" + envelope.format + ")";
    const std::string version = envelope.version.empty() ? "" : " " + envelope.version;
    return fmt::format("{}{} ({})", envelope.standard, version, envelope.format);
}

std::string validity(const FileReport& report) {
    if (!report.examined) return "not examined";
    if (!report.decoded.well_formed) return "not well-formed XML";
    if (!report.validated) return "well-formed; not validated (no --schemas)";
    return report.decoded.schema == SchemaVerdict::valid ? "valid" : "well-formed, but not valid";
}

void add_findings(std::string& page, const Findings& findings, Language language) {
    for (const Finding& found : findings) {
        const std::string place = found.location.text();
        page += fmt::format("  {}: {}", name(found.spec->severity), found.spec->code);
        if (!found.spec->apprec_code.empty()) {
            page += fmt::format(" (AppRec {})", found.spec->apprec_code);
        }
        page += place.empty() ? "\n" : fmt::format(" at {}\n", printable(place));
        if (language != Language::english) page += fmt::format("    {}\n", found.spec->text_no);
        if (language != Language::norwegian) page += fmt::format("    {}\n", found.spec->text_en);
    }
}

}  // namespace

std::string to_text(const FileReport& report, Language language) {
    std::string page = printable(report.file) + "\n";
    if (report.error) {
        add(page, "error", *report.error);
        return page;
    }
    const Envelope& envelope = report.decoded.envelope;
    add(page, "message", kind(envelope));
    add(page, "validity", validity(report));
    if (!envelope.format.empty()) {
        add(page, "namespace", envelope.xml_namespace);
        add(page, "type", envelope.type);
        add(page, "ebXML action", envelope.action);
        add(page, "message id", envelope.message_id);
        add(page, "generated at", envelope.generated_at);
        add(page, "sender", address(envelope.sender));
        for (const MessageReceiver& receiver : envelope.receivers) {
            const bool copy = receiver.role == ReceiverRole::copy;
            add(page, copy ? "copy to" : "receiver", address(receiver.party));
        }
        add(page, "answers", envelope.ref_to_parent);
        add(page, "conversation", envelope.ref_to_conversation);
        add(page, "receipt for", envelope.original_message_id);
        if (envelope.apprec_status) {
            add(page, "receipt status", std::to_string(static_cast<int>(*envelope.apprec_status)));
        }
        add(page, "attachments", std::to_string(envelope.attachments));
    }
    add_findings(page, report.decoded.findings, language);
    return page;
}

}  // namespace budstikke::tools
