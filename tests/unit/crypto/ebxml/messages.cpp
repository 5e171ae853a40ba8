// See messages.hpp.
#include "tests/unit/crypto/ebxml/messages.hpp"

#include <stdexcept>

#include "broker/crypto/xmldsig/node.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"

namespace budstikke::crypto::test {

Message signed_message(const std::string& signer) {
    Message message;
    message.before =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<SOAP:Envelope xmlns:SOAP=\"http://schemas.xmlsoap.org/soap/envelope/\" "
        "xmlns:eb=\"http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd\" "
        "xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n<SOAP:Header>"
        "<eb:MessageHeader eb:version=\"2.0\" SOAP:mustUnderstand=\"1\" eb:id=\"header\">"
        "<eb:Action>DIALOG_NOTAT</eb:Action></eb:MessageHeader>"
        "<eb:SyncReply SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\" "
        "SOAP:mustUnderstand=\"1\" eb:version=\"2.0\"/>";
    message.after =
        "</SOAP:Header>\n<SOAP:Body><eb:Manifest eb:version=\"2.0\">"
        "<eb:Reference xlink:type=\"simple\" xlink:href=\"cid:one@test\"/>"
        "<eb:Reference xlink:type=\"simple\" xlink:href=\"cid:two@test\"/>"
        "</eb:Manifest></SOAP:Body></SOAP:Envelope>";
    message.parts = {
        {.content_id = "one@test", .bytes = payload_one},
        {.content_id = "two@test", .bytes = payload_two},
    };
    const xmldsig::Signer signing(PartyPki::instance().pair(signer));
    auto signature = signing.sign(message.before, message.after, message.parts);
    if (!signature) throw std::runtime_error(signature.error().detail);
    message.signature = std::move(*signature);
    return message;
}

std::string with(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("nothing to replace");
    return text.replace(at, from.size(), to);
}

std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
    const std::size_t from = text.find(begin);
    const std::size_t to = from == std::string::npos ? from : text.find(end, from);
    if (to == std::string::npos) throw std::runtime_error("nothing there");
    return text.substr(from, to + end.size() - from);
}

std::vector<std::string> faults_of(const xmldsig::Verification& result) {
    std::vector<std::string> names;
    for (const xmldsig::Finding& finding : result.findings) {
        names.emplace_back(name(finding.fault));
    }
    return names;
}

std::string mime_part_of(const std::string& message, std::size_t index) {
    const std::string boundary =
        "\n--" + std::string(between(message, "boundary=\"", "\";")).substr(10);
    const std::string mark = boundary.substr(0, boundary.size() - 2);
    std::size_t at = message.find(mark);
    for (std::size_t i = 0; i < index; ++i)
        at = message.find(mark, at + 1);
    const std::size_t from = message.find("\n\n", message.find('\n', at + 1));
    const std::size_t crlf = message.find("\r\n\r\n", at);
    const std::size_t body = std::min(from, crlf);
    if (body == std::string::npos) throw std::runtime_error("no such part");
    const auto decoded =
        xmldsig::from_base64(std::string_view(message).substr(body, message.find(mark, body) - body)
        );
    if (!decoded) throw std::runtime_error("the part is not base64");
    return *decoded;
}

}  // namespace budstikke::crypto::test
