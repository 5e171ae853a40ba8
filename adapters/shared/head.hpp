// The checks that all families share: the message's own id and time.
#pragma once

#include <string_view>

#include "broker/message/envelope.hpp"
#include "broker/xml/finding_list.hpp"

namespace budstikke::adapters {

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
