#include "broker/xml/sniff.hpp"

#include "broker/xml/encoding.hpp"

namespace budstikke::xml {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view spaces = " \t\r\n";
constexpr std::string_view name_ends = " \t\r\n=/>";

/// Behind the declaration, comments and processing instructions: at the `<` of the root.
std::string_view skip_prolog(std::string_view text) {
    while (true) {
        const auto at = text.find_first_not_of(spaces);
        if (at == npos) {
            return {};
        }
        text.remove_prefix(at);
        const std::string_view end = text.starts_with("<?")     ? "?>"
                                     : text.starts_with("<!--") ? "-->"
                                                                : "";
        if (end.empty()) {
            return text;
        }
        const auto stop = text.find(end, end.size());
        if (stop == npos) {
            return {};
        }
        text.remove_prefix(stop + end.size());
    }
}

std::string_view take_name(std::string_view& text) {
    const auto end = text.find_first_of(name_ends);
    const auto name = text.substr(0, end);
    text.remove_prefix(name.size());
    return name;
}

void skip_spaces(std::string_view& text) {
    const auto at = text.find_first_not_of(spaces);
    text.remove_prefix(at == npos ? text.size() : at);
}

/// The quoted value behind `=`; nothing where the text ends or breaks first.
std::optional<std::string_view> take_value(std::string_view& text) {
    skip_spaces(text);
    if (!text.starts_with('=')) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    skip_spaces(text);
    if (!text.starts_with('"') && !text.starts_with('\'')) {
        return std::nullopt;
    }
    const auto end = text.find(text.front(), 1);
    if (end == npos) {
        return std::nullopt;
    }
    const auto value = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return value;
}

std::optional<RootName> root_of(std::string_view text) {
    text = skip_prolog(text);
    if (text.size() < 2 || text[0] != '<' || text[1] == '!' || text[1] == '/') {
        return std::nullopt;
    }
    text.remove_prefix(1);
    const auto qualified = take_name(text);
    const auto colon = qualified.find(':');
    const auto prefix = colon == npos ? std::string_view{} : qualified.substr(0, colon);
    const auto local = colon == npos ? qualified : qualified.substr(colon + 1);
    RootName root{.xml_namespace = {}, .name = std::string(local)};
    while (true) {
        skip_spaces(text);
        if (text.empty() || text.front() == '>' || text.front() == '/') {
            break;
        }
        const auto attribute = take_name(text);
        const auto value = take_value(text);
        if (!value) {
            return std::nullopt;
        }
        const bool declares =
            prefix.empty() ? attribute == "xmlns"
                           : attribute.starts_with("xmlns:") && attribute.substr(6) == prefix;
        if (declares) {
            root.xml_namespace = *value;
            return root;
        }
    }
    return text.empty() || local.empty() ? std::nullopt : std::optional(root);
}

}  // namespace

std::optional<RootName> sniff_root(std::string_view head) {
    const auto encoding = detect_encoding(head);
    if (encoding == Encoding::unsupported) {
        return std::nullopt;
    }
    // Names and namespaces of the standards are ASCII, so where every unit is a byte or two the
    // other half can go; a name that is not ASCII belongs to nobody.
    if (encoding == Encoding::utf16_le || encoding == Encoding::utf16_be) {
        std::string narrow;
        for (std::size_t at = encoding == Encoding::utf16_le ? 2 : 3; at < head.size(); at += 2) {
            narrow += head[at];
        }
        return root_of(narrow);
    }
    constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
    return root_of(head.starts_with(utf8_mark) ? head.substr(utf8_mark.size()) : head);
}

}  // namespace budstikke::xml
