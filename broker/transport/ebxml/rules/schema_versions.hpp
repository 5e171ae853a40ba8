// Which schemas a business document may have, with the version of its standard and the Actions that
// it is sent with (HITS 1210 requirements 5 to 7 and 14 to 15, HISD 1154, HISD 1209).
#pragma once

#include <span>
#include <string_view>

namespace budstikke::ebxml {

struct SchemaVersion {
    std::string_view location;  ///< the namespace, as eb:Schema/@location
    std::string_view version;   ///< as eb:Schema/@version; empty where none is published
    std::string_view actions;   ///< separated by blanks, `*` at an end for any; empty: any
};

std::span<const SchemaVersion> schema_versions();
/// Nullptr where it is not a schema of the sector.
const SchemaVersion* find_schema(std::string_view location);
bool goes_with(const SchemaVersion& schema, std::string_view action);

}  // namespace budstikke::ebxml
