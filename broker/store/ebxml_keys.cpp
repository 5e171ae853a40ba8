#include "broker/store/ebxml_keys.hpp"

#include <cstdint>

#include "broker/store/rocksdb_keys.hpp"

namespace budstikke::store::ebxml_keys {
namespace {

constexpr char delivery_prefix = 'd';
constexpr char inbound_prefix = 'i';
constexpr char business_prefix = 'b';
constexpr std::uint64_t sign_bit = 1ULL << 63U;
constexpr std::size_t timed_bytes = 1 + sizeof(std::uint64_t);

// Flipping the sign makes times before 1970 sort before those after it.
std::uint64_t sortable(Timestamp time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count()) ^ sign_bit;
}

std::string timed(char prefix, Timestamp at) {
    std::string key(1, prefix);
    keys::append_u64(key, sortable(at));
    return key;
}

std::string of_sender(char prefix, const HerId& from, std::string_view id) {
    std::string key(1, prefix);
    key += from.text();
    key += keys::separator;
    key += id;
    return key;
}

}  // namespace

std::string outbound(std::string_view message_id) {
    return outbound_prefix + std::string(message_id);
}

std::string delivery(const DeliveryId& delivery) {
    std::string key(1, delivery_prefix);
    key += delivery.message.raw();
    key += delivery.recipient.text();
    return key;
}

std::string inbound(const HerId& from, std::string_view message_id) {
    return of_sender(inbound_prefix, from, message_id);
}

std::string business(const HerId& from, std::string_view business_id) {
    return of_sender(business_prefix, from, business_id);
}

std::string received(Timestamp at, const HerId& from, std::string_view message_id) {
    std::string key = timed(received_prefix, at);
    key += from.text();
    key += keys::separator;
    key += message_id;
    return key;
}

std::string after_time(char prefix, Timestamp until) {
    const std::uint64_t last = sortable(until);
    if (last == ~0ULL) {
        return std::string(1, static_cast<char>(prefix + 1));
    }
    std::string key(1, prefix);
    keys::append_u64(key, last + 1);
    return key;
}

std::optional<std::string> read_outbound(std::string_view key) {
    if (key.empty() || key.front() != outbound_prefix) {
        return std::nullopt;
    }
    return std::string(key.substr(1));
}

std::optional<Received> read_received(std::string_view key) {
    if (key.size() < timed_bytes || key.front() != received_prefix) {
        return std::nullopt;
    }
    const auto rest = key.substr(timed_bytes);
    const auto end = rest.find(keys::separator);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const auto from = HerId::parse(rest.substr(0, end));
    if (!from) {
        return std::nullopt;
    }
    return Received{.from = *from, .message_id = std::string(rest.substr(end + 1))};
}

}  // namespace budstikke::store::ebxml_keys
