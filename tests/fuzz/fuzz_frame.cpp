// Fuzzes the frame decoder of the exchange protocol: the first byte says how the rest is cut into
// pieces. Holds that frames come out the same however they are cut, and nothing is read outside.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <budstikke/v1/exchange.pb.h>
#include <google/protobuf/stubs/logging.h>

#include "broker/transport/exchange/frame.hpp"

namespace {

using budstikke::transport::FrameDecoder;

constexpr std::size_t limit = 4096;

std::vector<std::string> decode(std::string_view bytes, std::size_t piece) {
    FrameDecoder decoder(limit);
    std::vector<std::string> bodies;
    while (!bytes.empty()) {
        const std::string lent(bytes.substr(0, piece));
        bytes.remove_prefix(lent.size());
        decoder.lend(lent);
        for (;;) {
            const auto body = decoder.next();
            if (!body) {
                bodies.emplace_back("refused");
                return bodies;
            }
            if (!*body) {
                break;
            }
            bodies.emplace_back(**body);
        }
        if (const auto unfinished = decoder.unfinished()) {
            budstikke::transport::peek(unfinished->head);
        }
    }
    return bodies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    google::protobuf::SetLogHandler(nullptr);
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const auto whole = decode(bytes, bytes.size());
    const auto pieces = decode(bytes, std::size_t{data[0]} + 1);
    if (whole != pieces) {
        std::abort();
    }
    for (const std::string& body : whole) {
        budstikke::transport::peek(body);
        budstikke::v1::Frame frame;
        if (budstikke::transport::parse_frame(body, frame)) {
            std::string again;
            budstikke::transport::append_frame(again, frame);
        }
    }
    return 0;
}
