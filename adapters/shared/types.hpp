// The national standards and their message types, as tables: namespace to standard and version
// (messages.md section 2 follows HISD 1154), type code to ebXML Action (HISD 1209 section 3.1).
#pragma once

#include <cstdint>
#include <string_view>

namespace budstikke::adapters {

/// A standard as its namespace names it.
struct Standard {
    std::string_view xml_namespace;
    std::string_view name;
    std::string_view version;
    /// Of the receipt that answers it; empty where none is stated.
    std::string_view apprec_version;
};

/// Nullptr where the namespace is not one that the broker carries.
const Standard* find_standard(std::string_view xml_namespace);

/// What a type code of a MsgHead means together with the standard of its content.
struct TypeMeaning {
    std::string_view action;  ///< empty where unknown
    bool mismatch = false;    ///< a known type that does not go with this content
};

/// MsgInfo/Type (codesystem 8279). `standard` is empty where the content's standard is unknown.
TypeMeaning msghead_action(
    std::string_view type, std::string_view standard, std::string_view version
);

/// Message/Type and MsgDescr of the HCP family: types of codesystem 8279 stand for themselves,
/// older versions are mapped (Henvisning 1.0 `H`, Epikrise 1.1 `E`, Rekvisisjon 1.5 and
/// Svarrapport 1.3 from MsgDescr, codesystem 8202). Empty where unknown.
std::string_view hcp_action(
    std::string_view standard, std::string_view type, std::string_view description
);

}  // namespace budstikke::adapters
