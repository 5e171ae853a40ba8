// See plain_cursor.hpp.
#include "broker/xml/plain_cursor.hpp"

#include <algorithm>
#include <utility>

namespace budstikke::xml {
namespace {

constexpr std::uint32_t last_point = 0x10FFFF;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_version(std::string_view text) {
    return text == "1.0";
}
bool is_encoding(std::string_view text) {
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}
bool is_yes_or_no(std::string_view text) {
    return text == "yes" || text == "no";
}

/// XML 1.0, production 2.
bool is_character(std::uint32_t point) {
    return point == '\t' || point == '\n' || point == '\r' || (point >= ' ' && point < 0xD800) ||
           (point >= 0xE000 && point < 0xFFFE) || (point >= 0x10000 && point <= last_point);
}

std::size_t put_utf8(std::uint32_t point, std::array<char, 4>& out) {
    if (point < 0x80) {
        out[0] = static_cast<char>(point);
        return 1;
    }
    const std::size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    constexpr std::array<std::uint32_t, 5> leads{0, 0, 0xC0, 0xE0, 0xF0};
    for (std::size_t i = size; i-- > 1; point >>= 6U) {
        out[i] = static_cast<char>(0x80U | (point & 0x3FU));
    }
    out[0] = static_cast<char>(leads[size] | point);
    return size;
}

int digit_of(char c, bool hexadecimal) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = is_letter(c) ? static_cast<char>(c | 0x20) : c;
    return hexadecimal && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

bool PlainCursor::quoted(bool (*fits)(std::string_view)) {
    std::string_view text;
    return literal('=') && value(text) && fits(text);
}

bool PlainCursor::declaration() {
    if (!literal("<?xml ")) {
        return true;
    }
    if (!literal("version") || !quoted(is_version) ||
        (literal(" encoding") && !quoted(is_encoding)) ||
        (literal(" standalone") && !quoted(is_yes_or_no))) {
        return false;
    }
    blanks();
    return literal("?>");
}

bool PlainCursor::value(std::string_view& value) {
    const auto quote = *at_;
    if (quote != '"' && quote != '\'') {
        return false;
    }
    const auto* const from = ++at_;
    while (true) {
        while (is(in_value)) {
            ++at_;
        }
        if (*at_ == quote) {
            value = view(from, at_++);
            return true;
        }
        const bool other_quote = *at_ == '"' || *at_ == '\'';
        if (!other_quote && (*at_ != high_lead || is_noncharacter())) {
            return false;
        }
        ++at_;
    }
}

bool PlainCursor::text() {
    while (true) {
        while (is(in_text)) {
            ++at_;
        }
        switch (*at_) {
            case '<':
            case '&':
                return true;
            case '\r':
                return at_[1] == '\n';
            case '\n':
                ++line_;
                break;
            case ']':
                if (at_[1] == ']' && at_[2] == '>') {
                    return false;
                }
                break;
            case high_lead:
                if (is_noncharacter()) {
                    return false;
                }
                break;
            default:
                return false;
        }
        ++at_;
    }
}

bool PlainCursor::comment() {
    if (*at_ == '-' || *at_ == '>') {
        return false;  // rare and easily mistaken
    }
    for (;; ++at_) {
        if (*at_ == '-' && at_[1] == '-') {
            at_ += 2;
            return literal('>');
        }
        const bool blank_or_more = *at_ >= ' ' || is(blank);
        if (!blank_or_more || is_noncharacter()) {
            return false;
        }
        line_ += *at_ == '\n' ? 1 : 0;
    }
}

bool PlainCursor::reference(std::string_view& character) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> known{
        {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}}
    };
    if (!literal("&#")) {
        const auto* const found = std::ranges::find_if(known, [this](const auto& entity) {
            return literal(entity.first);
        });
        character = found == known.end() ? std::string_view{} : found->second;
        return found != known.end();
    }
    const bool hexadecimal = literal('x');
    std::uint32_t point = 0;
    std::size_t digits = 0;
    for (int digit = 0; (digit = digit_of(static_cast<char>(*at_), hexadecimal)) >= 0; ++digits) {
        point = point * (hexadecimal ? 16 : 10) + static_cast<std::uint32_t>(digit);
        if (point > last_point) {
            return false;
        }
        ++at_;
    }
    if (digits == 0 || !literal(';') || !is_character(point)) {
        return false;
    }
    character = {character_.data(), put_utf8(point, character_)};
    return true;
}

}  // namespace budstikke::xml
