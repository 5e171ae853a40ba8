#include "adapters/shared/recognise.hpp"

#include "broker/xml/sniff.hpp"

namespace budstikke::adapters {
namespace {

SchemaVerdict verdict_of(xml::Validity validity) {
    switch (validity) {
        case xml::Validity::valid:
            return SchemaVerdict::valid;
        case xml::Validity::invalid:
            return SchemaVerdict::invalid;
        case xml::Validity::not_checked:
            break;
    }
    return SchemaVerdict::not_checked;
}

}  // namespace

bool has_root(std::string_view head, std::string_view name, std::string_view xml_namespace) {
    const auto root = xml::sniff_root(head);
    return root && root->name == name && root->xml_namespace == xml_namespace;
}

const Standard* root_standard(std::string_view head, std::string_view name) {
    const auto root = xml::sniff_root(head);
    return root && root->name == name ? find_standard(root->xml_namespace) : nullptr;
}

Decoded make_decoded(xml::ReadResult result, Envelope envelope, xml::FindingList findings) {
    return {
        .envelope = std::move(envelope),
        .findings = std::move(findings).take(),
        .well_formed = result.well_formed,
        .schema = verdict_of(result.schema),
    };
}

}  // namespace budstikke::adapters
