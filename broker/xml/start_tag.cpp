// The attributes and declarations of reader.hpp, which lie as libxml2 lays them.
#include <libxml/xmlstring.h>

#include "broker/xml/reader.hpp"

namespace budstikke::xml {
namespace {

// Local name, prefix, namespace, and the two ends of the value.
constexpr std::size_t fields_per_attribute = 5;

const char* chars(const xmlChar* text) {
    return reinterpret_cast<const char*>(text);
}
std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view{} : std::string_view(chars(text));
}

}  // namespace

std::optional<std::string_view> Attributes::find(std::string_view name) const {
    for (std::size_t i = 0; i < count_; ++i) {
        const auto* const* const fields = raw_ + i * fields_per_attribute;
        if (fields[1] == nullptr && name == chars(fields[0])) {
            return std::string_view(chars(fields[3]), chars(fields[4]));
        }
    }
    return std::nullopt;
}

AttributeView Attributes::at(std::size_t index) const {
    const auto* const* const fields = raw_ + index * fields_per_attribute;
    return {
        .xml_namespace = view(fields[2]),
        .prefix = view(fields[1]),
        .name = view(fields[0]),
        .value = {chars(fields[3]), chars(fields[4])},
    };
}

std::pair<std::string_view, std::string_view> Declarations::at(std::size_t index) const {
    return {view(raw_[2 * index]), view(raw_[2 * index + 1])};
}

}  // namespace budstikke::xml
