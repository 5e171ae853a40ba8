#include "tests/bench/load/wire.hpp"

#include <budstikke/v1/exchange.pb.h>

namespace budstikke::bench {
namespace {

constexpr std::size_t prefix_bytes = 4;
constexpr std::size_t number_bytes = 4;
/// Of a field of bytes; the rest of its number, 1, is in the next byte.
constexpr auto settle_tag = static_cast<char>(((kind::settle << 3U) & 0x7fU) | 0x82U);

unsigned char byte(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

}  // namespace

std::optional<std::uint64_t> Fields::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
        const auto next = byte(rest_, 0);
        rest_.remove_prefix(1);
        value |= static_cast<std::uint64_t>(next & 0x7fU) << shift;
        if ((next & 0x80U) == 0) {
            return value;
        }
    }
    return std::nullopt;
}

std::string_view Fields::first_of(std::string_view frame) {
    Fields fields(frame.substr(prefix_bytes));
    return fields.next() ? fields.bytes() : std::string_view();
}

bool Fields::next() {
    const auto tag = varint();
    if (!tag) {
        return false;
    }
    number_ = static_cast<std::uint32_t>(*tag >> 3U);
    const auto value = varint();  // of this protocol's wire types: a number, or a length
    value_ = value.value_or(0);
    bytes_ = {};
    if (!value || (*tag & 7U) == 0) {
        return value.has_value();
    }
    if ((*tag & 7U) != 2 || value_ > rest_.size()) {
        return false;
    }
    bytes_ = rest_.substr(0, value_);
    rest_.remove_prefix(value_);
    return true;
}

std::optional<RawFrame> first_frame(std::string_view bytes) {
    if (bytes.size() < prefix_bytes) {
        return std::nullopt;
    }
    std::size_t length = 0;
    for (std::size_t at = 0; at < prefix_bytes; ++at) {
        length = length << 8U | byte(bytes, at);
    }
    if (bytes.size() < prefix_bytes + length) {
        return std::nullopt;
    }
    RawFrame frame{.kind = 0, .body = {}, .bytes = prefix_bytes + length};
    Fields fields(bytes.substr(prefix_bytes, length));
    if (fields.next()) {
        frame.kind = fields.number();
        frame.body = fields.bytes();
    }
    return frame;
}

void write_number(char* at, std::uint64_t number) {
    for (std::size_t i = 0; i < number_bytes; ++i) {
        const bool last = i + 1 == number_bytes;
        at[i] = static_cast<char>((number & 0x7fU) | (last ? 0U : 0x80U));
        number >>= 7U;
    }
}

void append_frame(std::string& out, const v1::Frame& frame) {
    const std::string body = frame.SerializeAsString();
    for (unsigned shift = prefix_bytes * 8; shift > 0; shift -= 8) {
        out += static_cast<char>(body.size() >> (shift - 8) & 0xffU);
    }
    out += body;
}

void append_settle(std::string& out, std::uint64_t number, std::string_view delivery_id) {
    // Settle: request, delivery_id, outcome ACCEPTED. Ids are short, so lengths are one byte.
    const std::size_t body = 1 + number_bytes + 2 + delivery_id.size() + 2;
    const std::size_t frame = 2 + 1 + body;
    out.append({0, 0, 0, static_cast<char>(frame)});
    out.append({settle_tag, 1, static_cast<char>(body)});
    out.append({0x08, 0, 0, 0, 0});
    write_number(out.data() + out.size() - number_bytes, number);
    out.append({0x12, static_cast<char>(delivery_id.size())});
    out.append(delivery_id);
    out.append({0x18, 1});
}

}  // namespace budstikke::bench
