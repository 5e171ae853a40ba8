// The wording of answer.hpp.
#include "broker/transport/ebxml/https/answer.hpp"

#include <string_view>

namespace budstikke::ebxml {

namespace {

/// Shorter than any interval between attempts that the profile knows of.
constexpr std::string_view retry_after = "Retry-After: 30\r\n";

std::string_view reason_of(unsigned status) {
    switch (status) {
        case 200:
            return "OK";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Bad Request";
    }
}

std::string answer(
    unsigned status, std::string_view fields, std::string_view body, bool keep_alive
) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
    text.append(reason_of(status)).append("\r\n").append(fields);
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    text.append(keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
    text.append(body);
    return text;
}

std::string text_answer(unsigned status, std::string_view fields, bool keep_alive) {
    std::string body(reason_of(status));
    body += "\r\n";
    return answer(
        status, std::string(fields) + "Content-Type: text/plain; charset=us-ascii\r\n", body,
        keep_alive
    );
}

}  // namespace

std::string package_answer(const Package& package, bool is_fault, bool keep_alive) {
    std::string fields = "SOAPAction: \"ebXML\"\r\nContent-Type: " + package.content_type + "\r\n";
    if (!package.transfer_encoding.empty()) {
        fields += "Content-Transfer-Encoding: " + package.transfer_encoding + "\r\n";
    }
    return answer(is_fault ? 500 : 200, fields, package.body, keep_alive);
}

std::string empty_answer(bool keep_alive) {
    return answer(200, {}, {}, keep_alive);
}

std::string later_answer(bool keep_alive) {
    return text_answer(503, retry_after, keep_alive);
}

std::string refusal_answer(unsigned status) {
    return text_answer(status, status == 405 ? "Allow: POST\r\n" : "", false);
}

std::string continue_answer() {
    return "HTTP/1.1 100 Continue\r\n\r\n";
}

}  // namespace budstikke::ebxml
