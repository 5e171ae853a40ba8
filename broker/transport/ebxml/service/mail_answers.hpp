// What a mail says of other mails: which ones it answers, whether it is a bounce and of what, and
// whether it may be answered itself without making a loop (RFC 3464, RFC 3834).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/transport/ebxml/message/message.hpp"

namespace budstikke::ebxml {

/// In-Reply-To and References, without angle brackets.
std::vector<std::string> answered_mails(const Headers& headers);

/// A report of a mail server (multipart/report).
bool is_report(const Message& message);

struct Bounce {
    std::vector<std::string> mails;  ///< ids of what may have come back, without angle brackets
    bool permanent = false;          ///< RFC 3463 class 5
};
/// Nothing where the report says of no mail that it failed or is late.
std::optional<Bounce> read_bounce(const Message& message);

/// Where a Fault on this mail goes: Reply-To, From or Sender. Empty where it must not be answered:
/// it was sent by a machine that says so, or to nobody.
std::string fault_address(const Headers& headers);

}  // namespace budstikke::ebxml
