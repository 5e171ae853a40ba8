// The rows of HITS 1172 5.5 to 5.7: mail headers, MIME, XML and the SOAP envelope.
// rule_table.cpp says which answer a row has where the specification names none.
#include <array>

#include "broker/transport/ebxml/rules/rule_rows.hpp"

namespace budstikke::ebxml {
namespace {

// clang-format off: a table is read by column.
constexpr std::array rows{
    // --- 5.5.1 Mail headers ----------------------------------------------------------------------
    Rule{18, "5.5.1.1", Response::log_only, Severity::error, Needs::nothing, "", "From",
         "[From:] mangler i MIME-hodet",
         "[From:] is missing in the MIME header"},
    Rule{19, "5.5.1.1", Response::log_only, Severity::error, Needs::nothing, "", "To",
         "[To:] mangler i MIME-hodet",
         "[To:] is missing in the MIME header"},
    Rule{80, "5.5.1.1", Response::log_only, Severity::error, Needs::nothing, "", "From",
         "[From:] er tom i MIME-hodet",
         "[From:] is empty in the MIME header"},
    Rule{81, "5.5.1.1", Response::log_only, Severity::error, Needs::nothing, "", "To",
         "[To:] er tom i MIME-hodet",
         "[To:] is empty in the MIME header"},
    Rule{250, "5.5.1.1", Response::log_only, Severity::error, Needs::nothing, "", "Message-ID",
         "[Message-ID:] mangler i MIME-hodet",
         "[Message-ID:] is missing in the MIME header"},
    Rule{20, "5.5.1.1", Response::log_only, Severity::error, Needs::nothing, "", "Date",
         "[Date:] mangler i MIME-hodet",
         "[Date:] is missing in the MIME header"},
    Rule{251, "5.5.1.1", Response::log_only, Severity::error, Needs::nothing, "", "Message-ID",
         "[Message-ID:] er tom i MIME-hodet",
         "[Message-ID:] is empty in the MIME header"},
    Rule{83, "5.5.1.1", Response::log_only, Severity::error, Needs::nothing, "", "Date",
         "[Date:] er tom i MIME-hodet",
         "[Date:] is empty in the MIME header"},
    // --- 5.5.2 MIME ------------------------------------------------------------------------------
    Rule{21, "5.5.2.1", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "MIME-Version",
         "[MIME-Version:] mangler i MIME-hodet",
         "[MIME-Version:] is missing in the MIME header"},
    Rule{82, "5.5.2.1", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "MIME-Version",
         "MIME-Version skal være \"1.0\"",
         "MIME-Version must be \"1.0\""},
    Rule{22, "5.5.2.1", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "SOAPAction",
         "[SOAPAction:] mangler i MIME-hodet",
         "[SOAPAction:] is missing in the MIME header"},
    Rule{51, "5.5.2.1", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "SOAPAction",
         "SOAPAction skal være \"ebXML\"",
         "SOAPAction must be \"ebXML\""},
    Rule{252, "5.5.2.1", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "Content-Type",
         "[Content-Type:] mangler eller er text/plain",
         "[Content-Type:] is missing or text/plain"},
    Rule{66, "5.5.2.1", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "Content-Type",
         "Meldingen er verken multipart/related eller text/xml, eller kan ikke deles opp entydig",
         "The message is neither multipart/related nor text/xml, or cannot be taken apart unambiguously"},
    Rule{253, "5.5.2.2", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "Content-Type",
         "Attributtet type i multipart/related skal være \"text/xml\"; start skal peke på SOAP-delen",
         "The type attribute of multipart/related must be \"text/xml\"; start must name the SOAP part"},
    Rule{67, "5.5.2.3", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "MIME",
         "Meldingen mangler en text/xml-del",
         "The message has no text/xml part"},
    Rule{255, "5.5.2.3", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "SOAP part",
         "Content-Type i SOAP-delen skal være text/xml",
         "The Content-Type of the SOAP part must be text/xml"},
    Rule{256, "5.5.2.3", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "SOAP part",
         "Charset i SOAP-delen skal være UTF-8",
         "The charset of the SOAP part must be UTF-8"},
    Rule{257, "5.5.2.3", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "SOAP part",
         "Content-Transfer-Encoding mangler i SOAP-delen",
         "Content-Transfer-Encoding is missing in the SOAP part"},
    Rule{258, "5.5.2.3", Response::fault, Severity::error, Needs::nothing, "MimeProblem", "SOAP part",
         "Content-Transfer-Encoding i SOAP-delen skal være 8bit, binary, quoted-printable eller base64",
         "The Content-Transfer-Encoding of the SOAP part must be 8bit, binary, quoted-printable or base64"},
    Rule{259, "5.5.2.4, 5.15.1", Response::fault, Severity::error, Needs::package, "MimeProblem", "attachment",
         "Content-Transfer-Encoding i vedlegget skal være base64",
         "The Content-Transfer-Encoding of the attachment must be base64"},
    Rule{260, "5.5.2.4", Response::fault, Severity::error, Needs::package, "MimeProblem", "attachment",
         "Content-Type i vedlegget skal være application/pkcs7-mime; smime-type=enveloped-data",
         "The Content-Type of the attachment must be application/pkcs7-mime; smime-type=enveloped-data"},
    // --- 5.6 XML ---------------------------------------------------------------------------------
    Rule{78, "5.6.1", Response::log_only, Severity::warning, Needs::nothing, "OtherXml", "XML declaration",
         "XML-deklarasjonen <?xml version=\"1.0\" encoding=\"UTF-8\"?> mangler, eller versjonen er en annen",
         "The XML declaration <?xml version=\"1.0\" encoding=\"UTF-8\"?> is missing, or the version is another"},
    Rule{68, "5.6.1", Response::warning, Severity::warning, Needs::nothing, "OtherXml", "XML declaration",
         "XML-en er ikke kodet som UTF-8",
         "The XML is not encoded as UTF-8"},
    Rule{86, "5.6.1", Response::fault, Severity::error, Needs::nothing, "OtherXml", "/",
         "Innholdet kan ikke gjenkjennes som ebXML",
         "The content cannot be recognised as ebXML"},
    Rule{16, "5.6.1", Response::fault, Severity::error, Needs::schemas, "OtherXml", "/SOAP:Envelope",
         "XML-en følger ikke SOAP-skjemaet",
         "The XML does not follow the SOAP schema"},
    Rule{17, "5.6.1", Response::error, Severity::error, Needs::schemas, "OtherXml", "/SOAP:Envelope/SOAP:Header",
         "XML-en følger ikke ebXML-skjemaet",
         "The XML does not follow the ebXML schema"},
    // --- 5.7 SOAP envelope -----------------------------------------------------------------------
    Rule{43, "5.7.1", Response::fault, Severity::error, Needs::nothing, "OtherXml", "/",
         "[SOAP:Envelope] mangler i meldingen",
         "[SOAP:Envelope] is missing in the message"},
    Rule{2, "5.7.1", Response::fault, Severity::error, Needs::nothing, "OtherXml", "/SOAP:Envelope",
         "[SOAP:Header] mangler i SOAP:Envelope",
         "[SOAP:Header] is missing in SOAP:Envelope"},
    Rule{3, "5.7.1", Response::fault, Severity::error, Needs::nothing, "OtherXml", "/SOAP:Envelope",
         "[SOAP:Body] mangler i SOAP:Envelope",
         "[SOAP:Body] is missing in SOAP:Envelope"},
    Rule{100, "5.7.2", Response::error, Severity::error, Needs::nothing, "NotSupported", "/SOAP:Envelope/SOAP:Header",
         "Ukjent eller feilplassert blokk med mustUnderstand=\"1\" i SOAP:Header",
         "An unknown or misplaced block with mustUnderstand=\"1\" in SOAP:Header"},
    Rule{101, "5.7.2", Response::error, Severity::error, Needs::nothing, "NotSupported", "/SOAP:Envelope/SOAP:Body",
         "Ukjent eller feilplassert blokk i SOAP:Body",
         "An unknown or misplaced block in SOAP:Body"},
};
// clang-format on

}  // namespace

std::span<const Rule> package_rows() {
    return rows;
}

}  // namespace budstikke::ebxml
