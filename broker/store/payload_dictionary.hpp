// The text that pieces of payloads are compressed against: the elements, attributes and namespaces
// of the standards, with nothing in them. A short message is little else, so it gets a third
// smaller.
#pragma once

#include <string_view>

namespace budstikke::store {

/// Frozen: what was stored with it opens with nothing else. Another text would be another form of
/// piece (payload_codec.cpp) beside this one.
std::string_view payload_dictionary();

}  // namespace budstikke::store
