// The two ends of every adapter: is it mine, and what did I find.
#pragma once

#include <string_view>

#include "broker/adapter/adapter.hpp"
#include "broker/xml/reader.hpp"

namespace budstikke::adapters {

inline constexpr int surely_mine = 100;
inline constexpr int not_mine = 0;

/// Whether the root element of `head` has this local name and namespace.
bool has_root(std::string_view head, std::string_view name, std::string_view xml_namespace);

Decoded make_decoded(xml::ReadResult result, Envelope envelope, xml::FindingList findings);

}  // namespace budstikke::adapters
