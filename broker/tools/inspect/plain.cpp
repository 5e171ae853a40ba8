#include "broker/tools/inspect/plain.hpp"

#include <cstdint>

namespace budstikke::tools {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

/// Bytes of the character that starts the text, 0 where they are not UTF-8 (RFC 3629, table 3-7 of
/// Unicode: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t character_bytes(std::string_view text) {
    const std::uint8_t lead = byte_at(text, 0);
    if (lead < 0x80) return 1;
    std::size_t size = 0;
    if (lead >= 0xC2 && lead <= 0xDF) size = 2;
    if (lead >= 0xE0 && lead <= 0xEF) size = 3;
    if (lead >= 0xF0 && lead <= 0xF4) size = 4;
    if (size == 0 || text.size() < size) return 0;
    for (std::size_t at = 1; at < size; ++at) {
        if ((byte_at(text, at) & 0xC0) != 0x80) return 0;
    }
    const std::uint8_t second = byte_at(text, 1);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool surrogate = lead == 0xED && second >= 0xA0;
    const bool too_high = lead == 0xF4 && second >= 0x90;
    return overlong || surrogate || too_high ? 0 : size;
}

bool is_control(std::string_view character) {
    const std::uint8_t lead = byte_at(character, 0);
    if (character.size() == 1) return lead < 0x20 || lead == 0x7F;
    return character.size() == 2 && lead == 0xC2 && byte_at(character, 1) < 0xA0;
}

std::string cleaned(std::string_view text, bool keep_controls) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const std::size_t size = character_bytes(text);
        const std::string_view character = text.substr(0, size == 0 ? 1 : size);
        const bool keep = size != 0 && (keep_controls || !is_control(character));
        clean += keep ? character : replacement;
        text.remove_prefix(character.size());
    }
    return clean;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
    return cleaned(text, true);
}

std::string printable(std::string_view text) {
    return cleaned(text, false);
}

}  // namespace budstikke::tools
