// The checks that all families share: the message's own id and time, and lengths of codes and ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "broker/message/envelope.hpp"
#include "broker/xml/finding_list.hpp"

namespace budstikke::adapters {

/// Assigns `text` unless it is longer than `most` bytes: then field_too_long.
void take_fact(
    std::string& to, std::string_view text, std::size_t most, const Location& where,
    xml::FindingList& findings
);

/// True for the lexical form of xs:dateTime, with or without a zone; HCP's TS also allows a date.
bool is_date_time(std::string_view text);

struct HeadPlaces {
    Location message_id;
    Location generated_at;
};

/// MsgId present and a UUID, GenDate present and a time. The UUID is a SHALL for messages (E10); an
/// AppRec is answered by nobody, so there it is a warning.
void check_head(const Envelope& envelope, HeadPlaces places, xml::FindingList& findings);

}  // namespace budstikke::adapters
