// The two ends of every adapter: is it mine, and what did I find.
#pragma once

#include <string_view>
#include <utility>

#include "adapters/shared/types.hpp"
#include "broker/adapter/adapter.hpp"
#include "broker/xml/reader.hpp"

namespace budstikke::adapters {

inline constexpr int surely_mine = 100;
inline constexpr int not_mine = 0;

/// Whether the root element of `head` has this local name and namespace.
bool has_root(std::string_view head, std::string_view name, std::string_view xml_namespace);

/// The standard of a root of this local name, nullptr where it is another one or unknown.
const Standard* root_standard(std::string_view head, std::string_view name);

Decoded make_decoded(xml::ReadResult result, Envelope envelope, xml::FindingList findings);

/// Reads a message of the family that its root belongs to; nullptr: of none.
template <typename Reader>
Decoded decode_as(const Standard* standard, std::string_view bytes, const xml::SchemaSet* schemas) {
    xml::FindingList findings;
    if (standard == nullptr) {
        findings.add(finding::format_unknown);
        return make_decoded({}, {}, std::move(findings));
    }
    Reader reader(*standard, findings);
    const auto result = xml::read(bytes, reader, findings, schemas);
    auto envelope = reader.take(result.well_formed);
    return make_decoded(result, std::move(envelope), std::move(findings));
}

}  // namespace budstikke::adapters
