// Writes an AppRec in either version, in the order of elements that the schemas fix.
#include <algorithm>
#include <array>

#include "adapters/apprec/apprec_adapter.hpp"
#include "adapters/shared/head.hpp"
#include "broker/base/limits.hpp"
#include "broker/xml/writer.hpp"

namespace budstikke::adapters {
namespace {

constexpr std::string_view error_codes_oid = "2.16.578.1.12.4.1.1.8221";
constexpr std::string_view other_error = "X99";

struct Version {
    std::string_view name;
    std::string_view xml_namespace;
    std::string_view guide;          ///< MIGversion
    std::string_view receiver_role;  ///< fixed by each version's section 4.4.5
    std::string_view receiver_role_text;
};

constexpr std::array versions{
    Version{
        .name = "1.0",
        .xml_namespace = "http://www.kith.no/xmlstds/apprec/2004-11-21",
        .guide = "1.0 2004-11-21",
        .receiver_role = "RECEIVER",
        .receiver_role_text = "Mottaker"
    },
    Version{
        .name = "1.1",
        .xml_namespace = "http://www.kith.no/xmlstds/apprec/2012-02-15",
        .guide = "v1.1 2012-02-15",
        .receiver_role = "AVS",
        .receiver_role_text = "Avsender"
    },
};

struct Role {
    std::string_view code;
    std::string_view text;
};

/// The role in which the giver of the receipt had the message. Version 1.0 repeats the role that
/// the message gave it: the provider of what was asked for, the requester of what is answered.
Role sender_role(const AppRecDraft& draft) {
    if (draft.role == ReceiverRole::copy) {
        return {.code = "COP", .text = "Kopimottaker"};
    }
    if (draft.version == "1.1") {
        return {.code = "PRIM", .text = "Primærmottaker"};
    }
    const std::string_view type = draft.original_type;
    if (type == "H" || type == "R" || type == "HENVISNING" || type.starts_with("REQ_")) {
        return {.code = "SPR", .text = "Tjenesteyter"};
    }
    if (type == "E" || type == "S" || type == "EPIKRISE" || type.starts_with("SVAR_")) {
        return {.code = "REQ", .text = "Rekvirent"};
    }
    return {};
}

std::string_view status_text(AppRecStatus status) {
    switch (status) {
        case AppRecStatus::ok:
            return "OK";
        case AppRecStatus::rejected:
            return "Avvist";
        case AppRecStatus::ok_error_in_part:
            return "OK, feil i delmelding";
    }
    return {};
}

/// Why the draft cannot be a valid AppRec; empty where it can.
std::string_view refusal(const AppRecDraft& draft) {
    if (draft.id.empty() || draft.original_id.empty() || draft.original_type.empty()) {
        return "an AppRec needs its id and the original's id and type";
    }
    if (!is_date_time(draft.generated_at) || !draft.generated_at.contains('T') ||
        !is_date_time(draft.original_issued_at) || !draft.original_issued_at.contains('T')) {
        return "the times of an AppRec are dates with a time of day";
    }
    if (draft.sender.her_id.empty() || draft.receiver.her_id.empty()) {
        return "the parties of an AppRec have HER-ids";
    }
    if (draft.status != AppRecStatus::ok && draft.error_codes.empty()) {
        return "an AppRec that is not OK needs an error code";
    }
    const bool unsaid =
        std::ranges::count(draft.error_codes, other_error) > 0 && draft.error_text.empty();
    return unsaid ? "the error X99 needs a text" : "";
}

void write_id(xml::Writer& writer, std::string_view name, std::string_view her_id) {
    if (!name.empty()) {
        writer.element("Name", name);
    }
    if (!her_id.empty()) {
        writer.element("Id", her_id);
        writer.empty("TypeId", {{"V", "HER"}, {"DN", "HER-id"}});
    }
}

void write_party(
    xml::Writer& writer, std::string_view element, const Role& role, const AppRecParty& party
) {
    writer.open(element);
    if (!role.code.empty()) {
        writer.empty("Role", {{"V", role.code}, {"DN", role.text}});
    }
    writer.open("HCP").open("Inst");
    const bool has_levels = !party.parent_her_id.empty() || !party.parent_name.empty();
    if (has_levels) {
        write_id(writer, party.parent_name, party.parent_her_id);
        writer.open("Dept");
        write_id(writer, party.name, party.her_id);
        writer.close();
    } else {
        write_id(writer, party.name, party.her_id);
    }
    writer.close().close().close();
}

void write_error(xml::Writer& writer, const AppRecDraft& draft, std::string_view code) {
    if (draft.error_text.empty()) {
        writer.empty("Error", {{"V", code}, {"S", error_codes_oid}});
    } else {
        writer.empty("Error", {{"V", code}, {"S", error_codes_oid}, {"OT", draft.error_text}});
    }
}

}  // namespace

Result<std::string> AppRecAdapter::encode(const AppRecDraft& draft) const {
    const auto* const version = std::ranges::find(versions, draft.version, &Version::name);
    if (version == versions.end()) {
        return fail(Errc::invalid_argument, "the AppRec version is 1.0 or 1.1");
    }
    if (const auto reason = refusal(draft); !reason.empty()) {
        return fail(Errc::invalid_argument, std::string(reason));
    }
    xml::Writer writer;
    writer.open("AppRec", {{"xmlns", version->xml_namespace}})
        .empty("MsgType", {{"V", "APPREC"}, {"DN", "Applikasjonskvittering"}})
        .element("MIGversion", version->guide)
        .element("SoftwareName", "Budstikke")
        .element("GenDate", draft.generated_at)
        .element("Id", draft.id);
    write_party(writer, "Sender", sender_role(draft), draft.sender);
    write_party(
        writer, "Receiver", {.code = version->receiver_role, .text = version->receiver_role_text},
        draft.receiver
    );
    const auto status = std::to_string(static_cast<int>(draft.status));
    writer.empty("Status", {{"V", status}, {"DN", status_text(draft.status)}});
    for (const auto& code : draft.error_codes) {
        write_error(writer, draft, code);
    }
    writer.open("OriginalMsgId")
        .empty("MsgType", {{"V", draft.original_type}})
        .element("IssueDate", draft.original_issued_at)
        .element("Id", draft.original_id)
        .close();
    return std::move(writer).take();
}

}  // namespace budstikke::adapters
