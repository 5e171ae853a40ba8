// Why there is no way by ebXML, in words: one text for each code, for people at the admin socket.
#pragma once

#include <string_view>

namespace budstikke::app {

struct WayText {
    std::string_view code;
    std::string_view en;
    std::string_view no;
};

/// Of a code of ebxml::NoRoute, or of our own `sender_unknown`, `recipient_unknown`,
/// `recipient_not_ebxml` and `recipient_not_acted_for`. Texts of a code that is not in the table
/// are the code itself.
WayText way_text(std::string_view code);

}  // namespace budstikke::app
