#include "broker/xml/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "broker/base/limits.hpp"

namespace budstikke::xml {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::string_view utf16_le_mark = "\xFF\xFE";
constexpr std::string_view utf16_be_mark = "\xFE\xFF";

char to_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, to_upper, to_upper);
}

/// The declared encoding's name; empty where there is no declaration, or none in it.
std::string_view declared_name(std::string_view text) {
    text = text.substr(0, limits::xml_declaration_bytes_max);
    if (!text.starts_with("<?xml") || text.size() < 6 || !is_space(text[5])) {
        return {};
    }
    text = text.substr(0, text.find("?>"));
    auto at = text.find("encoding");
    if (at == std::string_view::npos) {
        return {};
    }
    at = text.find_first_of("\"'", at);
    if (at == std::string_view::npos) {
        return {};
    }
    const auto end = text.find(text[at], at + 1);
    return end == std::string_view::npos ? std::string_view{} : text.substr(at + 1, end - at - 1);
}

bool one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::any_of(names, [&](auto known) { return same_name(known, name); });
}

constexpr std::array<std::string_view, 3> utf8_names{"UTF-8", "UTF8", "US-ASCII"};
constexpr std::array<std::string_view, 2> latin1_names{"ISO-8859-1", "ISO_8859-1"};
constexpr std::array<std::string_view, 3> utf16_names{"UTF-16", "UTF-16LE", "UTF-16BE"};

char16_t unit_at(std::string_view bytes, std::size_t at, bool big_endian) {
    const auto first = static_cast<std::uint8_t>(bytes[at]);
    const auto second = static_cast<std::uint8_t>(bytes[at + 1]);
    return static_cast<char16_t>(big_endian ? first * 256 + second : second * 256 + first);
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (point < 0x80U) {
        put(point);
    } else if (point < 0x800U) {
        put(0xC0U | (point >> 6U));
        put(0x80U | (point & 0x3FU));
    } else if (point < 0x10000U) {
        put(0xE0U | (point >> 12U));
        put(0x80U | ((point >> 6U) & 0x3FU));
        put(0x80U | (point & 0x3FU));
    } else {
        put(0xF0U | (point >> 18U));
        put(0x80U | ((point >> 12U) & 0x3FU));
        put(0x80U | ((point >> 6U) & 0x3FU));
        put(0x80U | (point & 0x3FU));
    }
}

bool from_utf16(std::string_view bytes, bool big_endian, std::string& out) {
    if (bytes.size() % 2 != 0) {
        return false;
    }
    out.clear();
    out.reserve(bytes.size() / 2 + bytes.size() / 16);
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        std::uint32_t point = unit_at(bytes, at, big_endian);
        if (point >= 0xDC00U && point <= 0xDFFFU) {
            return false;
        }
        if (point >= 0xD800U && point <= 0xDBFFU) {
            at += 2;
            if (at >= bytes.size()) {
                return false;
            }
            const std::uint32_t low = unit_at(bytes, at, big_endian);
            if (low < 0xDC00U || low > 0xDFFFU) {
                return false;
            }
            point = 0x10000U + ((point - 0xD800U) << 10U) + (low - 0xDC00U);
        }
        append_utf8(out, point);
    }
    return true;
}

/// The length of the well-formed sequence at the start of `text` (Unicode, table 3-7), 0 where it
/// is none.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
    };
    const auto within = [&](std::size_t i, unsigned low, unsigned high) {
        return byte(i) >= low && byte(i) <= high;
    };
    const auto trails = [&](std::size_t from, std::size_t to) {
        for (auto i = from; i < to; ++i) {
            if (!within(i, 0x80U, 0xBFU)) {
                return false;
            }
        }
        return true;
    };
    const unsigned lead = byte(0);
    if (lead >= 0xC2U && lead <= 0xDFU) {
        return trails(1, 2) ? 2 : 0;
    }
    if (lead >= 0xE0U && lead <= 0xEFU) {
        // Neither overlong forms nor surrogates.
        const unsigned low = lead == 0xE0U ? 0xA0U : 0x80U;
        const unsigned high = lead == 0xEDU ? 0x9FU : 0xBFU;
        return within(1, low, high) && trails(2, 3) ? 3 : 0;
    }
    if (lead >= 0xF0U && lead <= 0xF4U) {
        const unsigned low = lead == 0xF0U ? 0x90U : 0x80U;
        const unsigned high = lead == 0xF4U ? 0x8FU : 0xBFU;
        return within(1, low, high) && trails(2, 4) ? 4 : 0;
    }
    return 0;
}

/// How much of the start of `text` is ASCII: eight bytes at a time, since nearly all of it is.
std::size_t ascii_prefix(std::string_view text) {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & high_bits) != 0) {
            break;
        }
    }
    while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0x80U) {
        ++at;
    }
    return at;
}

/// The parser would call it an invalid character; that it is the encoding is what helps the sender.
bool is_utf8(std::string_view text) {
    while (true) {
        const auto at = ascii_prefix(text);
        if (at == text.size()) {
            return true;
        }
        text.remove_prefix(at);
        const auto length = sequence_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
}

std::string_view from_latin1(std::string_view bytes, std::string& storage) {
    if (ascii_prefix(bytes) == bytes.size()) {
        return bytes;
    }
    storage.clear();
    storage.reserve(bytes.size() + bytes.size() / 16);
    for (const char c : bytes) {
        append_utf8(storage, static_cast<std::uint8_t>(c));
    }
    return storage;
}

}  // namespace

Encoding detect_encoding(std::string_view bytes) {
    if (bytes.starts_with(utf16_le_mark)) {
        return Encoding::utf16_le;
    }
    if (bytes.starts_with(utf16_be_mark)) {
        return Encoding::utf16_be;
    }
    const bool marked = bytes.starts_with(utf8_mark);
    const auto text = marked ? bytes.substr(utf8_mark.size()) : bytes;
    // A zero in the first two bytes is UTF-16 or UCS-4 without a mark, 4C 6F A7 94 is EBCDIC.
    if (text.substr(0, 2).contains('\0') || text.starts_with("\x4C\x6F\xA7\x94")) {
        return Encoding::unsupported;
    }
    const auto name = declared_name(text);
    if (name.empty() || one_of(name, utf8_names)) {
        return Encoding::utf8;
    }
    return !marked && one_of(name, latin1_names) ? Encoding::latin1 : Encoding::unsupported;
}

std::optional<std::string_view> as_utf8(std::string_view bytes, std::string& storage) {
    const auto encoding = detect_encoding(bytes);
    switch (encoding) {
        case Encoding::utf8: {
            const bool marked = bytes.starts_with(utf8_mark);
            const auto text = marked ? bytes.substr(utf8_mark.size()) : bytes;
            return is_utf8(text) ? std::optional(text) : std::nullopt;
        }
        case Encoding::latin1:
            return from_latin1(bytes, storage);
        case Encoding::utf16_le:
        case Encoding::utf16_be: {
            const bool big_endian = encoding == Encoding::utf16_be;
            if (!from_utf16(bytes.substr(utf16_le_mark.size()), big_endian, storage)) {
                return std::nullopt;
            }
            const auto name = declared_name(storage);
            if (!name.empty() && !one_of(name, utf16_names)) {
                return std::nullopt;
            }
            return storage;
        }
        case Encoding::unsupported:
            break;
    }
    return std::nullopt;
}

}  // namespace budstikke::xml
