// See schema_forecast.hpp: a saturating counter of two bits for each kind.
#include "broker/pipeline/schema_forecast.hpp"

#include <functional>

#include "broker/xml/sniff.hpp"

namespace budstikke::pipeline {
namespace {

constexpr std::size_t head_bytes = 2048;
constexpr std::uint8_t certain = 3;
constexpr std::uint8_t likely = 2;

/// The value of the first `Type V="..."`, which every format has near its beginning. Only a guess
/// hangs on it, so what is written otherwise counts as having none.
std::string_view type_in(std::string_view head) {
    constexpr std::string_view mark = "Type V=\"";
    const auto at = head.find(mark);
    if (at == std::string_view::npos) {
        return {};
    }
    head.remove_prefix(at + mark.size());
    return head.substr(0, head.find('"'));
}

}  // namespace

SchemaForecast::Kind SchemaForecast::kind(std::string_view organisation, std::string_view payload) {
    const auto head = payload.substr(0, head_bytes);
    const auto root = xml::sniff_root(head);
    const std::hash<std::string_view> hash;
    std::size_t mixed = hash(organisation) * 31 + hash(type_in(head));
    mixed = mixed * 31 + (root ? hash(root->xml_namespace) : 0);
    return mixed % kinds;
}

bool SchemaForecast::expects(Kind kind) const {
    return wanted_.at(kind).load(std::memory_order_relaxed) >= likely;
}

void SchemaForecast::learn(Kind kind, bool wanted) {
    auto& count = wanted_.at(kind);
    const auto now = count.load(std::memory_order_relaxed);
    if (wanted && now < certain) {
        count.store(static_cast<std::uint8_t>(now + 1), std::memory_order_relaxed);
    } else if (!wanted && now > 0) {
        count.store(static_cast<std::uint8_t>(now - 1), std::memory_order_relaxed);
    }
}

}  // namespace budstikke::pipeline
