// HITS 1172 section 5.14.4: the version monitoring of HITS 1210, in eb:Schema and eb:Description.
#include <string>

#include <boost/json.hpp>

#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/rules/report.hpp"
#include "broker/transport/ebxml/rules/schema_versions.hpp"

namespace budstikke::ebxml {
namespace {

namespace json = boost::json;

void check_schema(const SchemaName& given, const Envelope& envelope, Report& report) {
    report.expect(!given.location.empty(), 265);
    report.expect(!given.version.empty(), 266);
    if (given.location.empty()) {
        return;
    }
    const auto* known = find_schema(given.location);
    if (known == nullptr) {
        report.broken(267);
        return;
    }
    report.expect(
        given.version.empty() || known->version.empty() || given.version == known->version, 268
    );
    // Names without the `S-` are SEEN; the services of the registers follow rules of their own.
    const bool usual = envelope.service == "S-" + envelope.action ||
                       envelope.service == envelope.action || !envelope.service.starts_with("S-") ||
                       envelope.action == "APPREC";
    const bool given_both = !envelope.service.empty() && !envelope.action.empty();
    report.expect(!given_both || (usual && goes_with(*known, envelope.action)), 269);
}

/// Only what the description says of the message service is required (HITS 1210 6.2.2).
void check_description(const json::object& description, Report& report) {
    const auto check = [&](std::string_view key, int missing, int empty) {
        const auto* value = description.if_contains(key);
        if (value == nullptr) {
            report.broken(missing);
            return;
        }
        const auto* text = value->if_string();
        report.expect(
            text != nullptr && !xml::trim(std::string_view(text->data(), text->size())).empty(),
            empty
        );
    };
    check("MSH-system", 271, 273);
    check("MSH-versjon", 272, 274);
}

/// Free text may stand beside the description that HITS 1210 asks for.
void check_descriptions(const Envelope& envelope, Report& report) {
    if (envelope.descriptions.empty()) {
        return;
    }
    json::object found;
    for (const auto& text : envelope.descriptions) {
        boost::system::error_code failure;
        const auto value = json::parse(text, failure);
        const auto* object = failure ? nullptr : value.if_object();
        if (object != nullptr && (found.empty() || object->contains("MSH-system"))) {
            found = *object;
        }
    }
    check_description(found, report);
}

/// What was opened is the better witness of what the message holds.
void check_document(const Subject& subject, const Envelope& envelope, Report& report) {
    for (std::size_t i = 0; i < subject.opened->size() && i < envelope.manifest.size(); ++i) {
        const auto& inside = (*subject.opened)[i].xml_namespace;
        for (const auto& schema : envelope.manifest[i].schemas) {
            const bool given_both = !inside.empty() && !schema.location.empty();
            report.expect(!given_both || schema.location == inside, 270);
        }
    }
}

}  // namespace

void check_monitoring(const Subject& subject, Report& report) {
    if (!subject.message.envelope) {
        return;
    }
    const auto& envelope = *subject.message.envelope;
    check_descriptions(envelope, report);
    if (envelope.kind != Kind::payload) {
        return;
    }
    bool schemas = false;
    for (const auto& reference : envelope.manifest) {
        schemas = schemas || !reference.schemas.empty();
        for (const auto& schema : reference.schemas) {
            check_schema(schema, envelope, report);
        }
    }
    // Where the header or the references are missing, that is what has been said.
    const bool has_header = message_header_of(subject.message) != nullptr;
    report.expect(schemas || envelope.manifest.empty(), 279);
    report.expect(!envelope.descriptions.empty() || !has_header, 279);
    if (subject.opened) {
        check_document(subject, envelope, report);
    }
}

}  // namespace budstikke::ebxml
