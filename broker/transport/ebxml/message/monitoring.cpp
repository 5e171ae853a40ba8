#include "broker/transport/ebxml/message/monitoring.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "broker/base/limits.hpp"

namespace budstikke::ebxml {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> keys{
    "MSH-system",        "MSH-versjon", "fagsystem",
    "fagsystem-versjon", "mellomvare",  "mellomvare-versjon",
};

bool continues_a_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Never in the middle of a character of UTF-8.
std::string cut(std::string_view text) {
    std::string out(text.substr(0, limits::name_bytes_max));
    if (out.size() < text.size() && continues_a_character(text[out.size()])) {
        while (!out.empty() && continues_a_character(out.back())) {
            out.pop_back();
        }
        if (!out.empty()) {
            out.pop_back();
        }
    }
    std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7F'; });
    return out;
}

}  // namespace

std::string write_description(std::string_view msh_system, std::string_view msh_version) {
    const json::object object{{keys[0], msh_system}, {keys[1], msh_version}};
    return json::serialize(object);
}

SoftwareNames read_description(std::string_view text) {
    boost::system::error_code failure;
    const auto value = json::parse(text, failure);
    const auto* object = failure ? nullptr : value.if_object();
    SoftwareNames names;
    if (object == nullptr) {
        return names;
    }
    for (const auto key : keys) {
        const auto* member = object->if_contains(key);
        const auto* given = member == nullptr ? nullptr : member->if_string();
        if (given != nullptr && !given->empty()) {
            names.emplace_back(key, cut({given->data(), given->size()}));
        }
    }
    return names;
}

}  // namespace budstikke::ebxml
