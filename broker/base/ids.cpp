#include "broker/base/ids.hpp"

#include <algorithm>
#include <span>

#include "broker/base/limits.hpp"

namespace budstikke {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t uuid_text_bytes = 36;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<std::uint8_t> hex_value(char c) {
    if (is_digit(c)) {
        return static_cast<std::uint8_t>(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return static_cast<std::uint8_t>(c - 'a' + 10);
    }
    if (c >= 'A' && c <= 'F') {
        return static_cast<std::uint8_t>(c - 'A' + 10);
    }
    return std::nullopt;
}

bool is_dash_position(std::size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

}  // namespace

std::optional<HerId> HerId::parse(std::string_view text) {
    if (text.empty() || text.size() > limits::her_id_digits_max ||
        !std::ranges::all_of(text, is_digit)) {
        return std::nullopt;
    }
    return HerId(text);
}

MessageId MessageId::make(Timestamp now, Random& random) {
    Bytes bytes{};
    random.fill(std::as_writable_bytes(std::span(bytes)));
    auto milliseconds = static_cast<std::uint64_t>(now.time_since_epoch().count());
    for (std::size_t i = 6; i-- > 0;) {
        bytes[i] = static_cast<std::uint8_t>(milliseconds & 0xffU);
        milliseconds >>= 8U;
    }
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x70U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
    return MessageId(bytes);
}

std::optional<MessageId> MessageId::parse(std::string_view text) {
    if (!is_uuid(text)) {
        return std::nullopt;
    }
    Bytes bytes{};
    std::size_t at = 0;
    for (auto& byte : bytes) {
        if (is_dash_position(at)) {
            ++at;
        }
        byte = static_cast<std::uint8_t>(*hex_value(text[at]) * 16U + *hex_value(text[at + 1]));
        at += 2;
    }
    return MessageId(bytes);
}

std::optional<MessageId> MessageId::from_raw(std::string_view raw) {
    Bytes bytes{};
    if (raw.size() != bytes.size()) {
        return std::nullopt;
    }
    std::ranges::copy(raw, reinterpret_cast<char*>(bytes.data()));
    return MessageId(bytes);
}

std::string MessageId::text() const {
    std::string text;
    text.reserve(uuid_text_bytes);
    for (const auto byte : bytes_) {
        if (is_dash_position(text.size())) {
            text += '-';
        }
        text += hex_digits[byte >> 4U];
        text += hex_digits[byte & 0x0fU];
    }
    return text;
}

Timestamp MessageId::time() const {
    std::int64_t milliseconds = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        milliseconds = milliseconds * 256 + bytes_[i];
    }
    return Timestamp(Duration(milliseconds));
}

std::string DeliveryId::text() const {
    return message.text() + "/" + recipient.text();
}

std::optional<DeliveryId> DeliveryId::parse(std::string_view text) {
    if (text.size() <= uuid_text_bytes || text[uuid_text_bytes] != '/') {
        return std::nullopt;
    }
    const auto message = MessageId::parse(text.substr(0, uuid_text_bytes));
    const auto recipient = HerId::parse(text.substr(uuid_text_bytes + 1));
    if (!message || !recipient) {
        return std::nullopt;
    }
    return DeliveryId{.message = *message, .recipient = *recipient};
}

bool is_uuid(std::string_view text) {
    if (text.size() != uuid_text_bytes) {
        return false;
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_dash_position(at) ? text[at] != '-' : !hex_value(text[at])) {
            return false;
        }
    }
    return true;
}

}  // namespace budstikke
