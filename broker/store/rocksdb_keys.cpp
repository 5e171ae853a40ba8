// Hand-rolled on purpose: keys are on the path of every message, and their order is part of the
// format.
#include "broker/store/rocksdb_keys.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace budstikke::store::keys {
namespace {

constexpr std::size_t message_bytes = 16;
constexpr std::uint64_t sign_bit = 1ULL << 63U;

template <typename Number>
void append_number(std::string& key, Number value) {
    std::array<char, sizeof(Number)> bytes{};
    for (std::size_t i = sizeof(Number); i-- > 0;) {
        bytes[i] = static_cast<char>(value & 0xffU);
        value = static_cast<Number>(value >> 8U);
    }
    key.append(bytes.data(), bytes.size());
}

// Flipping the sign makes times before 1970 sort before those after it.
std::uint64_t sortable(Timestamp time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count()) ^ sign_bit;
}

std::optional<Position> read_numbered(std::string_view key, char prefix) {
    if (key.empty() || key.front() != prefix) {
        return std::nullopt;
    }
    return read_u64(key.substr(1));
}

std::optional<DeliveryId> read_pair(std::string_view message, std::string_view recipient) {
    const auto id = MessageId::from_raw(message);
    const auto her_id = HerId::parse(recipient);
    if (!id || !her_id) {
        return std::nullopt;
    }
    return DeliveryId{.message = *id, .recipient = *her_id};
}

}  // namespace

void set_message(std::string& key, const MessageId& message) {
    key.assign(message.raw());
    key += message_row;
}

void set_delivery(std::string& key, const DeliveryId& delivery) {
    set_deliveries_of(key, delivery.message);
    key += delivery.recipient.text();
}

void set_deliveries_of(std::string& key, const MessageId& message) {
    key.assign(message.raw());
    key += delivery_row;
}

void set_wrap(std::string& key, const MessageId& message) {
    key.assign(message.raw());
}

void set_chunk(std::string& key, const MessageId& message, std::uint32_t index) {
    key.assign(message.raw());
    append_number(key, index);
}

void set_identity(std::string& key, const HerId& sender, std::string_view msg_id) {
    key.assign(sender.text());
    key += separator;
    key += msg_id;
}

void set_dead(std::string& key, const DeliveryId& delivery) {
    key.assign(1, dead_prefix);
    key += delivery.message.raw();
    key += delivery.recipient.text();
}

void set_open(std::string& key, Position position) {
    key.assign(1, open_prefix);
    append_u64(key, position);
}

void set_timer(std::string& key, const Timer& timer) {
    key.assign(1, timer_prefix);
    append_u64(key, sortable(timer.due));
    key += timer.delivery.message.raw();
    key += timer.delivery.recipient.text();
}

void set_after_timers(std::string& key, Timestamp until) {
    const std::uint64_t last = sortable(until);
    if (last == ~0ULL) {
        key.assign(1, timer_prefix + 1);
        return;
    }
    key.assign(1, timer_prefix);
    append_u64(key, last + 1);
}

void set_feed(std::string& key, const HerId& sender, Position position) {
    key.assign(sender.text());
    key += separator;
    append_u64(key, position);
}

void set_audit(std::string& key, Position position) {
    key.assign(1, audit_prefix);
    append_u64(key, position);
}

void set_setting(std::string& key, std::string_view setting) {
    key.assign(1, setting_prefix);
    key += setting;
}

void append_u64(std::string& key, std::uint64_t value) {
    append_number(key, value);
}

std::string after_prefix(std::string_view prefix) {
    std::string after(prefix);
    while (!after.empty() && after.back() == '\xff') {
        after.pop_back();
    }
    if (!after.empty()) {
        after.back() = static_cast<char>(static_cast<unsigned char>(after.back()) + 1);
    }
    return after;
}

std::optional<std::uint64_t> read_u64(std::string_view bytes) {
    if (bytes.size() != sizeof(std::uint64_t)) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (const char byte : bytes) {
        value = value << 8U | static_cast<unsigned char>(byte);
    }
    return value;
}

std::optional<MessageId> read_message(std::string_view key) {
    if (key.size() != message_bytes + 1 || key.back() != message_row) {
        return std::nullopt;
    }
    return MessageId::from_raw(key.substr(0, message_bytes));
}

std::optional<DeliveryId> read_delivery(std::string_view key) {
    if (key.size() <= message_bytes || key[message_bytes] != delivery_row) {
        return std::nullopt;
    }
    return read_pair(key.substr(0, message_bytes), key.substr(message_bytes + 1));
}

std::optional<DeliveryId> read_dead(std::string_view key) {
    if (key.size() <= 1 + message_bytes || key.front() != dead_prefix) {
        return std::nullopt;
    }
    return read_pair(key.substr(1, message_bytes), key.substr(1 + message_bytes));
}

std::optional<Position> read_open(std::string_view key) {
    return read_numbered(key, open_prefix);
}

std::optional<Timer> read_timer(std::string_view key) {
    constexpr std::size_t due_bytes = sizeof(std::uint64_t);
    if (key.size() <= 1 + due_bytes + message_bytes || key.front() != timer_prefix) {
        return std::nullopt;
    }
    const auto due = read_u64(key.substr(1, due_bytes));
    const auto delivery = read_pair(
        key.substr(1 + due_bytes, message_bytes), key.substr(1 + due_bytes + message_bytes)
    );
    if (!due || !delivery) {
        return std::nullopt;
    }
    const auto count = static_cast<std::int64_t>(*due ^ sign_bit);
    return Timer{.due = Timestamp(Duration(count)), .delivery = *delivery};
}

std::optional<Position> read_feed(std::string_view key) {
    const auto at = key.find(separator);
    return at == std::string_view::npos ? std::nullopt : read_u64(key.substr(at + 1));
}

std::optional<Position> read_audit(std::string_view key) {
    return read_numbered(key, audit_prefix);
}

}  // namespace budstikke::store::keys
