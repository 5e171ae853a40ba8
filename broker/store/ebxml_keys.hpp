// The keys of the ebXML store's rows. All numbers are big-endian, so that keys sort as numbers. A
// HER-id is digits, so the separator ends it; only the last part of a key has a length of its own.
//
//   family    key                                            value
//   default   'f'                                            format version, decimal text
//             'o' eb:MessageId                               StoredOutbound
//             'd' message(16) recipient                      eb:MessageId
//             'i' sender '/' eb:MessageId                    StoredInbound
//             'b' sender '/' business id                     eb:MessageId, of the last one
//             'r' received at(i64) sender '/' eb:MessageId   empty
//   bodies    eb:MessageId                                   body of what we sent, sealed
//   wraps     eb:MessageId                                   wrapped key of that body
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"

namespace budstikke::store::ebxml_keys {

inline constexpr char outbound_prefix = 'o';
inline constexpr char received_prefix = 'r';
inline constexpr std::string_view format_row = "f";

std::string outbound(std::string_view message_id);
std::string delivery(const DeliveryId& delivery);
std::string inbound(const HerId& from, std::string_view message_id);
std::string business(const HerId& from, std::string_view business_id);
std::string received(Timestamp at, const HerId& from, std::string_view message_id);

/// The first key after all of that prefix whose time is `until` or before.
std::string after_time(char prefix, Timestamp until);

struct Received {
    HerId from;
    std::string message_id;

    bool operator==(const Received&) const = default;
};

/// Nothing where the bytes are no such key.
std::optional<std::string> read_outbound(std::string_view key);
std::optional<Received> read_received(std::string_view key);

}  // namespace budstikke::store::ebxml_keys
