// Fuzzes what an HTTPS client may send: the first byte says how the rest is cut into pieces. Holds
// that requests come out the same however they are cut, and that what was taken has one length: not
// both ways of saying it, and as many bytes as it said.
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "broker/transport/ebxml/https/request.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using budstikke::ebxml::RequestReader;
using State = RequestReader::State;

using budstikke::fuzz::must;

using Seen = std::tuple<State, unsigned, std::string, std::size_t>;

/// One request, and how many bytes it took.
Seen read(std::string_view bytes, std::size_t piece, const budstikke::ebxml::HttpsLimits& limits) {
    RequestReader reader("/ebxml", limits);
    std::string waiting;
    std::size_t used = 0;
    for (std::size_t at = 0; at < bytes.size() && reader.status() == 0; at += piece) {
        waiting += bytes.substr(at, piece);
        const std::size_t now = reader.take(waiting);
        must(now <= waiting.size());
        used += now;
        waiting.erase(0, now);
        must(reader.held_bytes() <= limits.package_bytes_max);
        if (reader.state() == State::whole) {
            return {State::whole, 0, reader.take_package(), used};
        }
    }
    return {reader.state(), reader.status(), {}, 0};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    budstikke::ebxml::HttpsLimits limits;
    limits.header_bytes_max = 1000;
    limits.package_bytes_max = 2000;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const Seen whole = read(bytes, size, limits);
    const Seen pieces = read(bytes, std::size_t{data[0]} + 1, limits);
    // A fault may be seen before its line has ended, or not; what is whole is whole for both.
    if (std::get<State>(whole) == State::whole || std::get<State>(pieces) == State::whole) {
        must(whole == pieces);
        const std::string& package = std::get<std::string>(whole);
        must(package.find("\r\n\r\n") != std::string::npos);
        must(package.size() <= limits.package_bytes_max);
    }
    return 0;
}
