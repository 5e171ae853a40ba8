#include "broker/xml/guard.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "broker/base/limits.hpp"
#include "broker/message/finding_catalogue.hpp"

namespace budstikke::xml {
namespace {

constexpr auto npos = std::string_view::npos;

constexpr std::size_t near_bytes = 16;

/// Of the bytes of a start tag: quotes, its end, and what stands between its names.
constexpr auto ends_word = [] {
    std::array<bool, 256> ends{};
    for (const char c : std::string_view(" \t\r\n=>\"'")) {
        ends[static_cast<std::uint8_t>(c)] = true;
    }
    return ends;
}();

class Guard {
 public:
    explicit Guard(std::string_view text) : text_(text) {}

    std::optional<Refusal> run() {
        // libxml2 takes a zero for the end of its input, so what stands behind one would go unread.
        if (const auto zero = text_.find('\0'); zero != npos) {
            return Refusal{.spec = &finding::xml_not_well_formed, .line = line_at(text_, zero)};
        }
        while (spec_ == nullptr && at_ != npos) {
            at_ = find('<', at_);
            if (at_ == npos || at_ + 1 >= text_.size()) {
                break;
            }
            start_ = at_;
            markup();
        }
        if (spec_ == nullptr) {
            return std::nullopt;
        }
        return Refusal{.spec = spec_, .line = line_at(text_, start_)};
    }

 private:
    void markup() {
        switch (text_[at_ + 1]) {
            case '!':
                declaration();
                return;
            case '?':
                skip_past("?>", 2);
                return;
            case '/':
                depth_ -= depth_ > 0 ? 1 : 0;
                at_ = find('>', at_ + 2);
                at_ += at_ == npos ? 0 : 1;
                return;
            default:
                start_tag();
                return;
        }
    }

    void declaration() {
        const auto rest = text_.substr(at_);
        if (rest.starts_with("<!--")) {
            skip_past("-->", 4);
        } else if (rest.starts_with("<![CDATA[")) {
            skip_past("]]>", 9);
        } else if (rest.starts_with("<!DOCTYPE")) {
            spec_ = &finding::xml_doctype;
        } else {
            at_ += 2;  // not XML at all; the parser says so
        }
    }

    /// Most of what is looked for is near, where a call costs more than a look at each byte.
    std::size_t find(char c, std::size_t from) const {
        const std::size_t near = std::min(text_.size(), from + near_bytes);
        for (std::size_t at = from; at < near; ++at) {
            if (text_[at] == c) {
                return at;
            }
        }
        return text_.find(c, near);
    }

    void skip_past(std::string_view end, std::size_t from) {
        const auto found = text_.find(end, at_ + from);
        at_ = found == npos ? npos : found + end.size();
    }

    void refuse_if(bool beyond) {
        if (beyond) {
            spec_ = &finding::xml_limit;
        }
    }

    /// Names and values of one start tag; leaves `at_` behind its `>`, or at the end of the input.
    void start_tag() {
        ++depth_;
        refuse_if(depth_ > limits::xml_depth_max);
        std::size_t attributes = 0;
        auto word = ++at_;
        for (; at_ < text_.size() && spec_ == nullptr; ++at_) {
            const char c = text_[at_];
            if (!ends_word[static_cast<std::uint8_t>(c)]) {
                continue;
            }
            if (c == '>') {
                const std::size_t slash = text_[at_ - 1] == '/' ? 1 : 0;
                refuse_if(at_ - word > limits::xml_name_bytes_max + slash);
                depth_ -= slash;
                ++at_;
                return;
            }
            if (c == '"' || c == '\'') {
                refuse_if(++attributes > limits::xml_attributes_max);
                const auto end = find(c, at_ + 1);
                refuse_if(end != npos && end - at_ - 1 > limits::xml_attribute_bytes_max);
                at_ = end == npos ? text_.size() - 1 : end;
                word = at_ + 1;
            } else {
                refuse_if(at_ - word > limits::xml_name_bytes_max);
                word = at_ + 1;
            }
        }
        refuse_if(spec_ == nullptr && at_ - word > limits::xml_name_bytes_max);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t start_ = 0;
    std::size_t depth_ = 0;
    const FindingSpec* spec_ = nullptr;
};

}  // namespace

std::optional<Refusal> check_limits(std::string_view utf8) {
    return Guard(utf8).run();
}

std::uint32_t line_at(std::string_view text, std::size_t offset) {
    const auto lines = std::ranges::count(text.substr(0, offset), '\n');
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    return lines >= most ? most : static_cast<std::uint32_t>(lines) + 1;
}

}  // namespace budstikke::xml
