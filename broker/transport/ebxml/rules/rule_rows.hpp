// The rows of the table of HITS 1172 by the sections of its chapter 5, in its order. Private to
// this folder; rules() is all of them.
#pragma once

#include <span>

#include "broker/transport/ebxml/rules/rule.hpp"

namespace budstikke::ebxml {

std::span<const Rule> package_rows();    ///< 5.5 to 5.7
std::span<const Rule> header_rows();     ///< 5.8 and 5.9
std::span<const Rule> signature_rows();  ///< 5.10
std::span<const Rule> kinds_rows();      ///< 5.12 to 5.15

}  // namespace budstikke::ebxml
