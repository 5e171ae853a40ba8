// The version monitoring of HITS 1210: what a message service says of the software behind it, as
// JSON in eb:Description. Written for what we send, read of what partners send. What is read is
// text that a stranger chose: it is cut to a length and shown to operations only.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace budstikke::ebxml {

/// Key and value, `MSH-system` and `X`.
using SoftwareNames = std::vector<std::pair<std::string, std::string>>;

/// The JSON of HITS 1210 6.2.2: MSH-system and MSH-versjon, which are required.
std::string write_description(std::string_view msh_system, std::string_view msh_version);

/// The six keys of HITS 1210, in its order, as far as they are there with text, each at most
/// limits::name_bytes_max and without control characters. Empty where it is no JSON object.
SoftwareNames read_description(std::string_view text);

}  // namespace budstikke::ebxml
