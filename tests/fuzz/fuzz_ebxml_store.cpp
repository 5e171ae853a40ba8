// The decoders of the ebXML store's rows and keys. The first byte chooses one. What a decoder
// accepts is written so that it decodes to the same again.
#include <cstdint>
#include <string>
#include <string_view>

#include "broker/store/ebxml_codec.hpp"
#include "broker/store/ebxml_keys.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace budstikke;         // NOLINT(google-build-using-namespace)
using namespace budstikke::store;  // NOLINT(google-build-using-namespace)

using budstikke::fuzz::must;

template <typename Decode>
void round_trip(const Decode& decode, std::string_view bytes) {
    const auto first = decode(bytes);
    if (!first) {
        must(first.error().code == Errc::corrupt);
        return;
    }
    const auto second = decode(encode(*first));
    must(second.has_value() && *second == *first);
}

void read_keys(std::string_view bytes) {
    if (const auto id = ebxml_keys::read_outbound(bytes)) {
        must(ebxml_keys::outbound(*id) == bytes);
    }
    if (const auto key = ebxml_keys::read_received(bytes)) {
        const auto row = ebxml_keys::inbound(key->from, key->message_id);
        must(bytes.ends_with(std::string_view(row).substr(1)));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] % 3) {
        case 0:
            round_trip([](std::string_view b) { return decode_outbound("id", b); }, bytes);
            break;
        case 1:
            round_trip([](std::string_view b) { return decode_inbound({}, "id", b); }, bytes);
            break;
        default:
            read_keys(bytes);
            break;
    }
    return 0;
}
