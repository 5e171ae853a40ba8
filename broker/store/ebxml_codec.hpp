// The values of the ebXML store's rows: records to bytes and back
// (proto/budstikke/v1/ebxml_store.proto). Promises that bytes which are no such record give
// `corrupt`, never a half-filled one. May not know RocksDB; what a key says comes in as a
// parameter.
#pragma once

#include <string>
#include <string_view>

#include "broker/base/result.hpp"
#include "broker/store/ebxml_store.hpp"

namespace budstikke::store {

/// All but the id and the body.
std::string encode(const OutboundEbxml& message);
Result<OutboundEbxml> decode_outbound(std::string_view message_id, std::string_view bytes);

/// All but sender and id.
std::string encode(const InboundEbxml& message);
Result<InboundEbxml> decode_inbound(
    const HerId& from, std::string_view message_id, std::string_view bytes
);

}  // namespace budstikke::store
