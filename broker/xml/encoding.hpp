// What a message's bytes are encoded in, and those bytes as UTF-8, which is all that the parser
// ever sees. The XML declaration is honoured (ISO-8859-1 is allowed by the KITH acceptance tests);
// an encoding that is not on the short list is refused rather than guessed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace budstikke::xml {

enum class Encoding {
    utf8,         ///< also US-ASCII, and where nothing is declared
    utf16_le,     ///< with a byte order mark
    utf16_be,     ///< with a byte order mark
    latin1,       ///< ISO-8859-1
    unsupported,  ///< unknown, or the declaration contradicts the bytes
};

/// From the byte order mark and the XML declaration; reads no more than the first KiB.
Encoding detect_encoding(std::string_view bytes);

/// The document as UTF-8 without a byte order mark: a view of `bytes` where nothing had to change,
/// else of `storage`. Nothing where the encoding is unsupported or the bytes are not valid in it.
std::optional<std::string_view> as_utf8(std::string_view bytes, std::string& storage);

}  // namespace budstikke::xml
