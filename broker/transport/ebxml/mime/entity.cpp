#include "broker/transport/ebxml/mime/entity.hpp"

#include <algorithm>

namespace budstikke::ebxml {
namespace {

char lower_char(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool same_word(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower_char, lower_char);
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower_char);
    return out;
}

const std::string* Headers::find(std::string_view name) const {
    const auto at = std::ranges::find_if(fields, [name](const Header& field) {
        return same_word(field.name, name);
    });
    return at == fields.end() ? nullptr : &at->value;
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(fields, [name](const Header& field) {
        return same_word(field.name, name);
    }));
}

std::string_view ContentType::parameter(std::string_view name) const {
    const auto at = parameters.find(name);
    return at == parameters.end() ? std::string_view{} : std::string_view(at->second);
}

const Part* Entity::find(std::string_view content_id) const {
    const auto at = std::ranges::find(parts, content_id, &Part::content_id);
    return content_id.empty() || at == parts.end() ? nullptr : &*at;
}

}  // namespace budstikke::ebxml
