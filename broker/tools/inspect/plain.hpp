// Makes strings from outside fit to be shown: valid UTF-8 for JSON, no control characters for a
// terminal. Private to the commands that examine files.
#pragma once

#include <string>
#include <string_view>

namespace budstikke::tools {

/// The same text with U+FFFD in the place of every byte that is not UTF-8 (a file name may be any).
std::string valid_utf8(std::string_view text);

/// Valid UTF-8 where C0, DEL and C1 control characters are replaced too.
std::string printable(std::string_view text);

}  // namespace budstikke::tools
