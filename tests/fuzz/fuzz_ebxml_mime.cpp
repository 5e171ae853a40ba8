// Any bytes as a MIME package. Beyond the absence of a crash: parts lie inside the package and not
// inside each other, unencoded content is exactly the bytes, ids are unique, the limits hold.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/mime/reader.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace budstikke;

using budstikke::fuzz::must;

void check_parts(const ebxml::Entity& entity, std::string_view bytes) {
    std::set<std::string> ids;
    std::size_t behind = 0;
    must(entity.parts.size() <= limits::mime_parts_max);
    must(entity.headers.fields.size() <= limits::mime_header_fields_max);
    for (const auto& part : entity.parts) {
        must(part.depth <= limits::mime_depth_max);
        must(part.raw.offset >= behind && part.raw.length <= bytes.size() - part.raw.offset);
        behind = part.raw.offset + part.raw.length;
        const bool encoded = part.encoding == ebxml::TransferEncoding::base64 ||
                             part.encoding == ebxml::TransferEncoding::quoted_printable;
        must(encoded || part.content == part.raw.of(bytes));
        must(part.content.size() <= part.raw.length + 4);
        must(part.content_id.empty() || ids.insert(part.content_id).second);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto entity = ebxml::read_mime(bytes)) {
        check_parts(*entity, bytes);
    } else {
        must(!entity.error().detail.empty());
    }
    for (const auto& address : ebxml::parse_addresses(bytes)) {
        must(!address.empty());
    }
    must(
        ebxml::decode_content(ebxml::encode_base64(bytes), ebxml::TransferEncoding::base64) == bytes
    );
    return 0;
}
