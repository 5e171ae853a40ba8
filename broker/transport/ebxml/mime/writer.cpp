#include "broker/transport/ebxml/mime/writer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "broker/crypto/digest.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"

namespace budstikke::ebxml {
namespace {

constexpr std::string_view soap_content_id = "soap-part";
constexpr std::string_view soap_content_type = "text/xml; charset=\"UTF-8\"";
constexpr std::size_t boundary_digits = 32;
/// To the letter (HITS 1172 5.15.2.2), in UTF-8 as the comment in the envelope: no reader decodes a
/// preamble.
constexpr std::string_view test_preamble =
    "TEST. TEST. Sendt i testøyemed. Har ingen andre formål.\r\n";

/// A header line without anything that would begin another one.
void add_header(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    std::ranges::copy_if(value, std::back_inserter(out), [](char c) {
        return static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
    });
    out += "\r\n";
}

void add_part(
    std::string& out, std::string_view boundary, std::string_view content_type,
    std::string_view content_id, std::string_view bytes
) {
    out += "--";
    out += boundary;
    out += "\r\n";
    add_header(out, "Content-Type", content_type);
    add_header(out, "Content-Transfer-Encoding", "base64");
    add_header(out, "Content-ID", '<' + std::string(content_id) + '>');
    out += "\r\n";
    out += encode_base64(bytes);
}

/// RFC 5322 section 3.3, in UTC.
std::string mail_date(Timestamp time) {
    using namespace std::chrono;
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = floor<std::chrono::days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<seconds>(time - day));
    std::array<char, 64> text{};
    const int size = std::snprintf(
        text.data(), text.size(), "%s, %u %s %d %02d:%02d:%02d +0000",
        days[weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
        months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count())
    );
    return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

}  // namespace

Package package_payload(std::string_view envelope, std::span<const OutgoingPart> parts, bool test) {
    // `=_` stands in no base64, so no part can hold the delimiter.
    const auto boundary =
        "=_budstikke_" + crypto::to_hex(crypto::sha256(envelope)).substr(0, boundary_digits);
    Package package;
    package.content_type = "multipart/related; type=\"text/xml\"; start=\"<" +
                           std::string(soap_content_id) + ">\"; boundary=\"" + boundary + '"';
    if (test) {
        package.body = test_preamble;
    }
    add_part(package.body, boundary, soap_content_type, soap_content_id, envelope);
    for (const auto& part : parts) {
        add_part(package.body, boundary, part.content_type, part.content_id, part.bytes);
    }
    package.body += "--" + boundary + "--\r\n";
    return package;
}

Package package_signal(std::string_view envelope) {
    return {
        .content_type = std::string(soap_content_type),
        .transfer_encoding = "base64",
        .body = encode_base64(envelope),
    };
}

std::string mail_of(const Package& package, const MailHeaders& headers) {
    std::string out;
    out.reserve(package.body.size() + 1024);
    add_header(out, "Date", mail_date(headers.date));
    add_header(out, "From", headers.from);
    add_header(out, "To", headers.to);
    add_header(out, "Message-ID", '<' + headers.message_id + '>');
    if (!headers.in_reply_to.empty()) {
        const auto id = '<' + headers.in_reply_to + '>';
        add_header(out, "In-Reply-To", id);
        add_header(out, "References", id);
    }
    add_header(out, "MIME-Version", "1.0");
    add_header(out, "SOAPAction", "\"ebXML\"");
    add_header(out, "Content-Type", package.content_type);
    if (!package.transfer_encoding.empty()) {
        add_header(out, "Content-Transfer-Encoding", package.transfer_encoding);
    }
    out += "\r\n";
    out += package.body;
    return out;
}

}  // namespace budstikke::ebxml
