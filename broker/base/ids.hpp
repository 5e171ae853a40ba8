// The identifiers of the broker as strong types: a HER-id is not a MsgId is not a broker id.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/random.hpp"

namespace budstikke {

/// A HER-id of either level, as Adresseregisteret writes it: 1 to limits::her_id_digits_max digits.
/// The only address in the broker. Compared as text: "012" and "12" are two.
class HerId {
 public:
    HerId() = default;  ///< empty: no party has it
    /// Nothing where the text is not only digits, or too long.
    static std::optional<HerId> parse(std::string_view text);

    const std::string& text() const { return digits_; }
    bool empty() const { return digits_.empty(); }
    auto operator<=>(const HerId&) const = default;

 private:
    explicit HerId(std::string_view digits) : digits_(digits) {}
    std::string digits_;
};

/// A message's id inside the broker: a version 7 UUID (RFC 9562), so ids sort by time of arrival.
class MessageId {
 public:
    using Bytes = std::array<std::uint8_t, 16>;

    MessageId() = default;  ///< all zero: no message has it
    explicit MessageId(const Bytes& bytes) : bytes_(bytes) {}
    static MessageId make(Timestamp now, Random& random);
    /// 36 characters, either case.
    static std::optional<MessageId> parse(std::string_view text);
    /// Exactly 16 bytes, as `raw()` gives them.
    static std::optional<MessageId> from_raw(std::string_view raw);

    std::string text() const;  ///< 36 characters, lower case
    std::string_view raw() const {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }
    const Bytes& bytes() const { return bytes_; }
    Timestamp time() const;  ///< the millisecond that the id carries
    auto operator<=>(const MessageId&) const = default;

 private:
    Bytes bytes_{};
};

/// A delivery: the message and the one recipient that the message names, before any redirect.
struct DeliveryId {
    MessageId message;
    HerId recipient;

    std::string text() const;  ///< `<message id>/<HER-id>`
    static std::optional<DeliveryId> parse(std::string_view text);
    auto operator<=>(const DeliveryId&) const = default;
};

/// True for the 8-4-4-4-12 form of a UUID, any version, either case.
bool is_uuid(std::string_view text);

}  // namespace budstikke

template <>
struct std::hash<budstikke::HerId> {
    std::size_t operator()(const budstikke::HerId& id) const noexcept {
        return std::hash<std::string>{}(id.text());
    }
};

template <>
struct std::hash<budstikke::MessageId> {
    std::size_t operator()(const budstikke::MessageId& id) const noexcept {
        // Random bits already; nobody but the broker makes ids that are kept.
        std::uint64_t random = 0;
        std::memcpy(&random, id.bytes().data() + sizeof(random), sizeof(random));
        return static_cast<std::size_t>(random);
    }
};

template <>
struct std::hash<budstikke::DeliveryId> {
    std::size_t operator()(const budstikke::DeliveryId& id) const noexcept {
        const std::size_t first = std::hash<budstikke::MessageId>{}(id.message);
        return first * 31 + std::hash<budstikke::HerId>{}(id.recipient);
    }
};
