#include "broker/tools/inspect/json_text.hpp"

#include "broker/tools/inspect/plain.hpp"

namespace budstikke::tools {

boost::json::value json_text(std::string_view given) {
    return boost::json::string(valid_utf8(given));
}

boost::json::value json_text_or_null(std::string_view given) {
    if (given.empty()) return nullptr;
    return json_text(given);
}

}  // namespace budstikke::tools
