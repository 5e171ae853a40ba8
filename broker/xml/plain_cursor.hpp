// Where plain_document.cpp is in a document, and the small pieces that it is made of. Each function
// goes past what it names and says whether that was there; where it says false, where it stands
// does not matter any more. A zero behind the document stops every loop.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace budstikke::xml {

class PlainCursor {
 public:
    using Byte = unsigned char;

    explicit PlainCursor(const char* text) : at_(reinterpret_cast<const Byte*>(text)) {}

    const Byte* at() const { return at_; }
    Byte now() const { return *at_; }
    std::uint32_t line() const { return line_; }
    void skip(std::size_t bytes) { at_ += bytes; }

    static std::string_view view(const Byte* from, const Byte* to) {
        return {reinterpret_cast<const char*>(from), static_cast<std::size_t>(to - from)};
    }

    bool literal(char c) {
        const bool found = *at_ == static_cast<Byte>(c);
        at_ += found ? 1 : 0;
        return found;
    }
    bool literal(std::string_view text) {
        const auto* const at = reinterpret_cast<const char*>(at_);
        const bool found = std::strncmp(at, text.data(), text.size()) == 0;
        at_ += found ? text.size() : 0;
        return found;
    }
    bool blanks() {
        const auto* const from = at_;
        for (; is(blank); ++at_) {
            line_ += *at_ == '\n' ? 1 : 0;
        }
        return at_ != from;
    }
    /// A name without a colon.
    bool name() {
        if (!letter(name_start)) {
            return false;
        }
        while (letter(name_rest)) {
        }
        return true;
    }
    /// A value in quotes, without them. Neither a reference nor a line's end may stand in it.
    bool value(std::string_view& value);
    /// Text up to what is none of its own: a tag, a reference, a line's end of two bytes.
    bool text();
    /// From behind its `<!--`.
    bool comment();
    /// One of the five entities or a number: the character that it stands for, which is valid until
    /// the next one.
    bool reference(std::string_view& character);
    /// Where there is one. Says false for one that is unusual or wrong.
    bool declaration();

 private:
    enum Class : std::uint8_t {
        name_start = 1,
        name_rest = 2,
        blank = 4,
        in_text = 8,
        in_value = 16
    };

    static constexpr Byte latin_lead = 0xC3;  ///< U+00C0 to U+00FF
    static constexpr Byte high_lead = 0xEF;   ///< among others U+FFFE and U+FFFF

    static constexpr std::array<std::uint8_t, 256> classes() {
        std::array<std::uint8_t, 256> table{};
        for (unsigned c = ' '; c < table.size(); ++c) {
            const bool text = c != '<' && c != '&' && c != ']' && c != high_lead;
            const bool value = c != '<' && c != '&' && c != '"' && c != '\'' && c != high_lead;
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            const bool rest = letter || (c >= '0' && c <= '9') || c == '-' || c == '.';
            table[c] = static_cast<std::uint8_t>(
                (text ? in_text : 0) | (value ? in_value : 0) | (letter ? name_start : 0) |
                (rest ? name_rest : 0)
            );
        }
        table['\t'] = in_text | blank;
        table['\n'] = table['\r'] = blank;
        table[' '] = in_text | in_value | blank;
        return table;
    }
    static const std::array<std::uint8_t, 256> table_;

    bool is(Class wanted) const { return (table_[*at_] & wanted) != 0; }
    bool letter(Class wanted) {
        if (is(wanted)) {
            ++at_;
            return true;
        }
        // The letters of our own language, but not the multiplication and the division sign.
        const bool latin = *at_ == latin_lead && at_[1] >= 0x80 && at_[1] != 0x97 && at_[1] != 0xB7;
        at_ += latin ? 2 : 0;
        return latin;
    }
    bool is_noncharacter() const { return at_[0] == high_lead && at_[1] == 0xBF && at_[2] >= 0xBE; }
    bool quoted(bool (*fits)(std::string_view));

    const Byte* at_;
    std::uint32_t line_ = 1;
    std::array<char, 4> character_{};
};

inline constexpr std::array<std::uint8_t, 256> PlainCursor::table_ = PlainCursor::classes();

}  // namespace budstikke::xml
