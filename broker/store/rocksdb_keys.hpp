// The keys of the RocksDB store, byte by byte. Numbers are big-endian, so that keys sort as
// numbers; message ids are their 16 raw bytes, which sort by time. A key ends where RocksDB says
// so: only the last part of a key has a length of its own.
//
//   family      key                                         value
//   default     'f'                                         format version, decimal text
//               'p'                                         highest position, u64
//               's' setting                                 as given
//               'a' position                                StoredAudit
//   messages    message 0x00                                StoredMessage
//               message 0x01 recipient                      StoredDelivery
//   wraps       message                                     wrapped key
//   payloads    message index(u32)                          sealed piece
//   identities  sender '/' MsgId                            StoredIdentity
//   queue       'd' message recipient                       StoredDeadLetter
//               'o' position                                StoredOpen
//               't' due(i64, sign flipped) message recipient  empty
//   feed        sender '/' position                         StoredFeedRow
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/ids.hpp"
#include "broker/store/records.hpp"

namespace budstikke::store::keys {

inline constexpr std::string_view format_row = "f";
inline constexpr std::string_view position_row = "p";
inline constexpr char audit_prefix = 'a';
inline constexpr char dead_prefix = 'd';
inline constexpr char open_prefix = 'o';
inline constexpr char setting_prefix = 's';
inline constexpr char timer_prefix = 't';
inline constexpr char message_row = '\x00';
inline constexpr char delivery_row = '\x01';
inline constexpr char separator = '/';

/// Each `set_` overwrites `key`, whose capacity is reused: the batch encodes up to eight a message.
void set_message(std::string& key, const MessageId& message);
void set_delivery(std::string& key, const DeliveryId& delivery);
/// The part that all deliveries of a message share.
void set_deliveries_of(std::string& key, const MessageId& message);
void set_wrap(std::string& key, const MessageId& message);
void set_chunk(std::string& key, const MessageId& message, std::uint32_t index);
void set_identity(std::string& key, const HerId& sender, std::string_view msg_id);
void set_dead(std::string& key, const DeliveryId& delivery);
void set_open(std::string& key, Position position);
void set_timer(std::string& key, const Timer& timer);
/// The first key after all timers due at `until`.
void set_after_timers(std::string& key, Timestamp until);
void set_feed(std::string& key, const HerId& sender, Position position);
void set_audit(std::string& key, Position position);
void set_setting(std::string& key, std::string_view setting);

void append_u64(std::string& key, std::uint64_t value);
/// The first key after all keys that begin with `prefix`, which must not be all 0xff.
std::string after_prefix(std::string_view prefix);

/// Nothing where the bytes are no such key.
std::optional<std::uint64_t> read_u64(std::string_view bytes);
std::optional<MessageId> read_message(std::string_view key);  ///< of a message's row only
std::optional<DeliveryId> read_delivery(std::string_view key);
std::optional<DeliveryId> read_dead(std::string_view key);
std::optional<Position> read_open(std::string_view key);
std::optional<Timer> read_timer(std::string_view key);
std::optional<Position> read_feed(std::string_view key);
std::optional<Position> read_audit(std::string_view key);

}  // namespace budstikke::store::keys
