// What single header fields mean, by GMime: media types, transfer encodings, message ids, mail
// addresses. Takes the unfolded value of a field; promises a value or nothing, never a guess.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/transport/ebxml/mime/entity.hpp"

namespace budstikke::ebxml {

/// RFC 2045 section 5.1. `malformed` where it is none, or names a parameter twice: then two readers
/// could see two different packages.
Result<ContentType> parse_content_type(std::string_view value);

TransferEncoding parse_transfer_encoding(std::string_view value);

/// The id of `<id>`; without brackets the value itself (SEEN in practice), without white space.
std::string parse_message_id(std::string_view value);

/// The addresses of From, To, Reply-To: `local@domain`, in order, without names and comments.
std::vector<std::string> parse_addresses(std::string_view value);

/// One that can stand in a command of SMTP and in a field of a mail without quotes: no white space,
/// no specials of RFC 5322, one `@` inside, at most limits::mail_address_bytes_max.
bool is_plain_address(std::string_view address);

/// Undoes a transfer encoding; 7bit, 8bit, binary and unknown ones leave the bytes as they are.
std::string decode_content(std::string_view raw, TransferEncoding encoding);

/// Base64 in lines of 76 characters that end with CRLF (RFC 2045 section 6.8).
std::string encode_base64(std::string_view bytes);

}  // namespace budstikke::ebxml
