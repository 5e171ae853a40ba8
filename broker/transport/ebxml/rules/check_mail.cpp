// HITS 1172 section 5.5: the headers of the mail and of MIME, and of the SOAP part and the
// attachments. What is not given is not judged: a bare envelope has no MIME.
#include <algorithm>
#include <string>

#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/rules/report.hpp"
#include "broker/xml/encoding.hpp"

namespace budstikke::ebxml {
namespace {

/// One rule where the field is missing, another where it is empty.
void check_field(
    const Headers& headers, std::string_view name, int missing, int empty, Report& report
) {
    const auto* value = headers.find(name);
    if (value == nullptr) {
        report.broken(missing);
    } else if (value->empty()) {
        report.broken(empty);
    }
}

std::string_view without_quotes(std::string_view text) {
    if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
        return text.substr(1, text.size() - 2);
    }
    return text;
}

/// RFC 2045 section 4 allows a comment: `1.0 (produced by X)`.
std::string_view without_comment(std::string_view text) {
    return xml::trim(text.substr(0, text.find('(')));
}

void check_top_level(const Entity& mime, Transport transport, Report& report) {
    if (const auto* version = mime.headers.find("MIME-Version")) {
        report.expect(without_comment(*version) == "1.0", 82);
    } else if (transport == Transport::mail) {
        report.broken(21);
    }
    if (const auto* action = mime.headers.find("SOAPAction")) {
        // SEEN: `SOAPACTION: "ebxml"`, also without quotes.
        report.expect(same_word(without_quotes(*action), soap_action), 51);
    } else {
        report.broken(22);
    }
    const auto& type = mime.content_type;
    report.expect(type && !type->is("text", "plain"), 252);
    if (type && !type->is("text", "plain")) {
        report.expect(type->is("multipart", "related") || type->is("text", "xml"), 66);
    }
}

void check_multipart(const Message& message, Report& report) {
    const auto& type = message.mime->content_type;
    if (!type || !type->is("multipart", "related")) {
        return;
    }
    const auto root_type = type->parameter("type");
    if (root_type.empty()) {
        report.tolerated(253);  // SEEN from NAV and its vendors
    } else {
        report.expect(same_word(root_type, "text/xml"), 253);
    }
    report.expect(!message.start_contradicts, 253, "start");
}

bool is_text_xml(const Part& part) {
    return part.content_type && part.content_type->is("text", "xml");
}

/// The name that the declaration of such an envelope would have, in small letters.
bool is_charset_of(std::string_view charset, xml::Encoding encoding) {
    switch (encoding) {
        case xml::Encoding::latin1:
            return same_word(charset, "iso-8859-1") || same_word(charset, "iso_8859-1");
        case xml::Encoding::utf16_le:
            return same_word(charset, "utf-16") || same_word(charset, "utf-16le");
        case xml::Encoding::utf16_be:
            return same_word(charset, "utf-16") || same_word(charset, "utf-16be");
        default:
            return false;
    }
}

void check_charset(const Message& message, std::string_view charset, Report& report) {
    // SEEN: without a charset the XML declaration decides. Where it agrees with the charset on
    // another encoding, rule 68 says so, and the message is read (HITS 1171 8.4).
    if (charset.empty() || is_charset_of(charset, xml::detect_encoding(message.soap)) ||
        (is_utf8_charset(charset) && !same_word(charset, "utf-8"))) {
        report.tolerated(256);
    } else {
        report.expect(is_utf8_charset(charset), 256);
    }
}

void check_soap_part(const Message& message, Transport transport, Report& report) {
    const auto& parts = message.mime->parts;
    report.expect(std::ranges::any_of(parts, is_text_xml), 67);
    const auto* leaf = message.soap_leaf();
    // Where nothing calls itself or looks like the SOAP part, there is none to judge.
    if (leaf == nullptr || (!is_text_xml(*leaf) && !message.envelope)) {
        return;
    }
    report.expect(is_text_xml(*leaf), 255);
    check_charset(message, charset_of(*leaf), report);
    switch (leaf->encoding) {
        case TransferEncoding::absent:
            // HTTP carries every byte as it is and has no such field (RFC 9110 section 8.4).
            report.expect(transport == Transport::http && !message.mime->multipart, 257);
            break;
        case TransferEncoding::eight_bit:
        case TransferEncoding::binary:
        case TransferEncoding::quoted_printable:
        case TransferEncoding::base64:
            break;
        default:
            report.broken(258);
            break;
    }
}

bool is_enveloped_data(const Part& part) {
    return part.content_type && part.content_type->is("application", "pkcs7-mime") &&
           same_word(part.content_type->parameter("smime-type"), "enveloped-data");
}

/// A CMS ContentInfo of type enveloped-data (RFC 5652 sections 3 and 6), as far as its first bytes
/// say; whether it can be opened is for whoever has the key.
bool looks_like_cms(std::string_view bytes) {
    constexpr std::string_view enveloped_data = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03";
    if (bytes.size() < 2 || bytes[0] != '\x30') {
        return false;
    }
    const auto length = static_cast<unsigned char>(bytes[1]);
    const std::size_t more = length > 0x80 ? length - 0x80U : 0;
    return more <= 4 && bytes.substr(std::min(bytes.size(), 2 + more)).starts_with(enveloped_data);
}

void check_attachment(const Part& part, std::size_t number, bool clear, Report& report) {
    const auto where = "attachment " + std::to_string(number);
    const auto found = part.content.find_first_not_of(" \t\r\n");
    const bool is_xml = found != std::string::npos && part.content[found] == '<';
    // NAV's services for a citizen's own payments send clear XML, some with the type of CMS.
    const bool allowed = clear && is_xml;
    if (!allowed) {
        report.expect(part.encoding == TransferEncoding::base64, 259, where);
        report.expect(is_enveloped_data(part), 260, where);
        report.expect(looks_like_cms(part.content), 263, where);
    } else if (!is_enveloped_data(part)) {
        report.tolerated(260, where);
    }
}

void check_opened(const std::vector<OpenedPayload>& opened, Report& report) {
    for (const auto& payload : opened) {
        report.expect(payload.has_transfer_encoding, 264);
        // The header was read: whoever cannot read the rest answers with an error, no Fault.
        if (!payload.decoded) {
            report.refused(259, Response::error, "payload part");
        } else if (!payload.listed_transfer_encoding) {
            report.noted(259, "payload part");
        }
    }
}

}  // namespace

std::string_view charset_of(const Part& part) {
    return part.content_type ? part.content_type->parameter("charset") : std::string_view{};
}

bool is_utf8_charset(std::string_view charset) {
    return same_word(charset, "utf-8") || same_word(charset, "utf8");
}

void check_mail_header(const Subject& subject, Report& report) {
    if (!subject.message.mime || subject.transport != Transport::mail) {
        return;
    }
    const auto& headers = subject.message.mime->headers;
    check_field(headers, "From", 18, 80, report);
    check_field(headers, "To", 19, 81, report);
    check_field(headers, "Message-ID", 250, 251, report);
    check_field(headers, "Date", 20, 83, report);
}

void check_mime(const Subject& subject, Report& report) {
    const auto& message = subject.message;
    if (message.mime) {
        check_top_level(*message.mime, subject.transport, report);
        check_multipart(message, report);
        check_soap_part(message, subject.transport, report);
        std::size_t number = 0;
        const bool clear = message.envelope && is_clear_service(*message.envelope);
        for (const auto* part : message.attachments()) {
            check_attachment(*part, ++number, clear, report);
        }
    }
    if (subject.opened) {
        check_opened(*subject.opened, report);
    }
}

}  // namespace budstikke::ebxml
