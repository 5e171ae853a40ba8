// Any bytes as a MIME package. Beyond the absence of a crash: parts lie inside the package and not
// inside each other, unencoded content is exactly the bytes, ids are unique, the limits hold.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/mime/reader.hpp"

namespace {

using namespace budstikke;

void require(bool promise) {
    if (!promise) {
        std::abort();
    }
}

void check_parts(const ebxml::Entity& entity, std::string_view bytes) {
    std::set<std::string> ids;
    std::size_t behind = 0;
    require(entity.parts.size() <= limits::mime_parts_max);
    require(entity.headers.fields.size() <= limits::mime_header_fields_max);
    for (const auto& part : entity.parts) {
        require(part.depth <= limits::mime_depth_max);
        require(part.raw.offset >= behind && part.raw.length <= bytes.size() - part.raw.offset);
        behind = part.raw.offset + part.raw.length;
        const bool encoded = part.encoding == ebxml::TransferEncoding::base64 ||
                             part.encoding == ebxml::TransferEncoding::quoted_printable;
        require(encoded || part.content == part.raw.of(bytes));
        require(part.content.size() <= part.raw.length + 4);
        require(part.content_id.empty() || ids.insert(part.content_id).second);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto entity = ebxml::read_mime(bytes)) {
        check_parts(*entity, bytes);
    } else {
        require(!entity.error().detail.empty());
    }
    for (const auto& address : ebxml::parse_addresses(bytes)) {
        require(!address.empty());
    }
    require(
        ebxml::decode_content(ebxml::encode_base64(bytes), ebxml::TransferEncoding::base64) == bytes
    );
    return 0;
}
