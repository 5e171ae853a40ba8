// Frames of the exchange protocol as bytes: the few fields that a load generator looks at, found
// without making an object of a frame, and the one frame that it writes for each delivery.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace budstikke::v1 {
class Frame;
}

namespace budstikke::bench {

// Numbers of proto/budstikke/v1/exchange.proto, which are frozen.
namespace kind {
inline constexpr std::uint32_t go_away = 3;
inline constexpr std::uint32_t settle = 17;
inline constexpr std::uint32_t welcome = 40;
inline constexpr std::uint32_t receipt = 41;
inline constexpr std::uint32_t subscribed = 43;
inline constexpr std::uint32_t delivery = 45;
inline constexpr std::uint32_t settled = 47;
inline constexpr std::uint32_t problem = 52;
}  // namespace kind

/// Walks the fields of one serialised message.
class Fields {
 public:
    explicit Fields(std::string_view bytes) : rest_(bytes) {}

    /// The value of the only field of the body of a frame, which begins with its length.
    static std::string_view first_of(std::string_view frame);

    /// False at the end, and at bytes that are no field.
    bool next();
    std::uint32_t number() const { return number_; }
    std::uint64_t value() const { return value_; }
    std::string_view bytes() const { return bytes_; }

 private:
    std::optional<std::uint64_t> varint();

    std::string_view rest_;
    std::uint32_t number_ = 0;
    std::uint64_t value_ = 0;
    std::string_view bytes_;
};

struct RawFrame {
    std::uint32_t kind = 0;
    std::string_view body;
    std::size_t bytes = 0;  ///< with its length
};
/// The first whole frame of these bytes.
std::optional<RawFrame> first_frame(std::string_view bytes);

/// Numbers from here on, up to 2^28, have four bytes as a varint, and can be patched in place.
inline constexpr std::uint64_t first_number = 1U << 21U;
void write_number(char* at, std::uint64_t number);

/// Appends length and body.
void append_frame(std::string& out, const v1::Frame& frame);
void append_settle(std::string& out, std::uint64_t number, std::string_view delivery_id);

}  // namespace budstikke::bench
