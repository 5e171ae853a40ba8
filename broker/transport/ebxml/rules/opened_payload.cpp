// See opened_payload.hpp.
#include "broker/transport/ebxml/rules/opened_payload.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace budstikke::ebxml {
namespace {

/// Rule 259. `7bit` is MIME's default and is read, but the specification does not list it.
bool is_listed(std::string_view transfer_encoding) {
    constexpr std::array<std::string_view, 4> listed{
        "8bit", "binary", "quoted-printable", "base64"
    };
    return std::ranges::find(listed, transfer_encoding) != listed.end();
}

}  // namespace

std::optional<OpenedPayload> opened_payload(
    const std::expected<crypto::cms::Opened, crypto::cms::Fault>& opened,
    const AdapterRegistry& adapters
) {
    if (!opened) {
        if (opened.error() != crypto::cms::Fault::transfer_encoding) {
            return std::nullopt;
        }
        return OpenedPayload{
            .listed_transfer_encoding = false, .decoded = false, .xml_namespace = {}
        };
    }
    const auto& encoding = opened->transfer_encoding;
    return OpenedPayload{
        .has_transfer_encoding = !encoding.empty(),
        .listed_transfer_encoding = encoding.empty() || is_listed(encoding),
        .xml_namespace = adapters.decode(opened->payload, nullptr).envelope.xml_namespace,
    };
}

}  // namespace budstikke::ebxml
