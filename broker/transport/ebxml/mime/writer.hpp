// Packs an envelope and its payloads for the way: MIME as the profile wants it (HIS 1037 5, HITS
// 1172 5.5). The package is the same bytes for the same content; only the headers of one mail
// differ from those of the next (HITS 1172 4.2.3.2).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"

namespace budstikke::ebxml {

struct OutgoingPart {
    std::string content_id;  ///< without angle brackets
    std::string content_type = "application/pkcs7-mime; smime-type=enveloped-data";
    std::string bytes;  ///< before base64
};

struct Package {
    std::string content_type;
    std::string transfer_encoding;  ///< of the body; empty for a multipart
    std::string body;               ///< lines that end with CRLF; 7 bit but for a test's mark
};

/// multipart/related with the SOAP part first. Every part is base64: nothing on the way rewrites
/// it. The preamble of a `test` says that it is one (HITS 1172 5.15.2.2).
Package package_payload(
    std::string_view envelope, std::span<const OutgoingPart> parts, bool test = false
);

/// text/xml alone, which is how a signal or a Fault goes.
Package package_signal(std::string_view envelope);

struct MailHeaders {
    std::string from;
    std::string to;
    Timestamp date;
    std::string message_id;   ///< without angle brackets; new for every attempt
    std::string in_reply_to;  ///< of a Fault: the id of the mail that it answers; else empty
};

/// The whole mail. `from`, `to` and the ids are addresses and ids, not text of a stranger: line
/// ends in them are left out.
std::string mail_of(const Package& package, const MailHeaders& headers);

}  // namespace budstikke::ebxml
