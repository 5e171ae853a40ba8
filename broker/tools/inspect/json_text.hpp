// Texts from outside as values of the JSON lines of inspect and ebxml check.
#pragma once

#include <string_view>

#include <boost/json/value.hpp>

namespace budstikke::tools {

/// Valid UTF-8, whatever was given.
boost::json::value json_text(std::string_view given);

/// null where the text is empty: a key is always there.
boost::json::value json_text_or_null(std::string_view given);

}  // namespace budstikke::tools
