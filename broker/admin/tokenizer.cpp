// The tokenizer of the admin socket; the header says what it promises. A state machine over bytes:
// UTF-8 is checked before, so no byte of a longer character can look like a quote or a space.
#include "broker/admin/tokenizer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "broker/base/limits.hpp"

namespace budstikke::admin {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// What the first byte of a character promises: how many follow, and the least code point that may
/// be written so long.
struct Lead {
    std::uint8_t mask;
    std::uint8_t value;
    std::uint8_t following;
    std::uint32_t least;
};

constexpr std::array<Lead, 4> leads{{
    {.mask = 0x80, .value = 0x00, .following = 0, .least = 0},
    {.mask = 0xe0, .value = 0xc0, .following = 1, .least = 0x80},
    {.mask = 0xf0, .value = 0xe0, .following = 2, .least = 0x800},
    {.mask = 0xf8, .value = 0xf0, .following = 3, .least = 0x10000},
}};

/// The length of the character at the front of `text`, or zero where it is none.
std::size_t character_bytes(std::string_view text) {
    const auto first = static_cast<std::uint8_t>(text.front());
    const auto* lead = std::ranges::find_if(leads, [&](const Lead& candidate) {
        return (first & candidate.mask) == candidate.value;
    });
    if (lead == leads.end() || text.size() <= lead->following) return 0;
    std::uint32_t point = first & static_cast<std::uint8_t>(~lead->mask);
    for (const char c : text.substr(1, lead->following)) {
        const auto byte = static_cast<std::uint8_t>(c);
        if ((byte & 0xc0) != 0x80) return 0;
        point = (point << 6) | (byte & 0x3fU);
    }
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < lead->least || point > 0x10ffff || surrogate) return 0;
    return lead->following + std::size_t{1};
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = character_bytes(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

Result<std::vector<std::string>> tokenize(std::string_view line) {
    if (line.size() > limits::admin_line_bytes_max) {
        return fail(Errc::limit_exceeded, "the line is too long");
    }
    if (!is_utf8(line)) return fail(Errc::malformed, "the line is not UTF-8");
    if (std::ranges::any_of(line, is_control)) {
        return fail(Errc::malformed, "the line has a control character");
    }
    std::vector<std::string> words;
    bool inside = false;  // a word has begun, perhaps with nothing in it yet
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (!quoted && is_blank(c)) {
            inside = false;
            continue;
        }
        if (!inside) {
            words.emplace_back();
            inside = true;
        }
        if (c == '"') {
            quoted = !quoted;
        } else if (quoted && c == '\\') {
            ++i;
            if (i == line.size() || (line[i] != '"' && line[i] != '\\')) {
                return fail(
                    Errc::malformed, "a backslash in quotes stands before neither \" nor \\"
                );
            }
            words.back() += line[i];
        } else {
            words.back() += c;
        }
    }
    if (quoted) return fail(Errc::malformed, "a quote is not closed");
    return words;
}

std::string quote(std::span<const std::string> words) {
    std::string line;
    for (const std::string& word : words) {
        if (!line.empty()) line += ' ';
        if (!word.empty() && word.find_first_of(" \t\"\\") == std::string::npos) {
            line += word;
            continue;
        }
        line += '"';
        for (const char c : word) {
            if (c == '"' || c == '\\') line += '\\';
            line += c;
        }
        line += '"';
    }
    return line;
}

}  // namespace budstikke::admin
