// One line of the admin socket cut into words, and words put back on a line. Promises that
// tokenize(quote(words)) gives the words again. There is no shell behind it: nothing is expanded,
// no character starts anything. May not know commands.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"

namespace budstikke::admin {

/// Words are separated by spaces or tabs. Between double quotes everything counts as written, apart
/// from `\"` and `\\`; quotes may stand inside a word and may be empty. The line is UTF-8 (RFC
/// 3629) of at most limits::admin_line_bytes_max bytes, without its line feed and without control
/// characters other than the tab.
/// Errc::limit_exceeded for a longer line, malformed for the rest; never quotes the line.
Result<std::vector<std::string>> tokenize(std::string_view line);

/// The words as one line. Quotes those that need it. Control characters pass through, for the
/// broker to refuse: a word is never changed silently.
std::string quote(std::span<const std::string> words);

/// Whether all of it is UTF-8: shortest forms only, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace budstikke::admin
