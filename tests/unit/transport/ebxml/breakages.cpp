#include "tests/unit/transport/ebxml/breakages.hpp"

#include <map>
#include <string>

#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::ebxml::test {
namespace {

using Ways = std::vector<Spoil>;
using Table = std::multimap<int, Spoil>;

Spoil drop(std::string header) {
    return [header](Draft& draft) { draft.drop(header); };
}
Spoil set(std::string header, std::string value) {
    return [=](Draft& draft) { draft.set(header, value); };
}
Spoil edit(std::string from, std::string to) {
    return [=](Draft& draft) { draft.edit(from, to); };
}
Spoil cut(std::string begin, std::string end) {
    return [=](Draft& draft) { draft.cut(begin, end); };
}
Spoil soap_part(std::string from, std::string to) {
    return [=](Draft& draft) { draft.soap_headers = changed(draft.soap_headers, from, to); };
}
Spoil attachment(std::string from, std::string to) {
    return [=](Draft& draft) {
        draft.attachment_headers = changed(draft.attachment_headers, from, to);
    };
}
Spoil both(Spoil first, Spoil second) {
    return [=](Draft& draft) {
        first(draft);
        second(draft);
    };
}
/// Something about the sender (2001) or the recipient (3001) in the register.
Spoil party(std::string her_id, std::function<void(RegisteredParty&)> change) {
    return [=](Draft& draft) { change(draft.known.parties.at(her_id)); };
}
Spoil forget(std::string her_id) {
    return [=](Draft& draft) { draft.known.parties.erase(her_id); };
}
Spoil agreement(std::function<void(RegisteredAgreement&)> change) {
    return [=](Draft& draft) { change(draft.known.agreements.at(std::string(agreement_id))); };
}
Spoil opened(std::function<void(OpenedPayload&)> change) {
    return [=](Draft& draft) { change(draft.opened.front()); };
}

const std::string from_id = "<eb:From><eb:PartyId eb:type=\"HER\">2001</eb:PartyId>";
const std::string to_id = "<eb:To><eb:PartyId eb:type=\"HER\">3001</eb:PartyId>";

const Table mail_and_mime{
    {18, drop("From")},
    {19, drop("To")},
    {80, set("From", "")},
    {81, set("To", " ")},
    {250, drop("Message-ID")},
    {20, drop("Date")},
    {251, set("Message-ID", "")},
    {83, set("Date", "")},
    {21, drop("MIME-Version")},
    {82, set("MIME-Version", "1.1")},
    {82, set("MIME-Version", "")},
    {22, drop("SOAPAction")},
    {51, set("SOAPAction", "\"ebXML2\"")},
    {51, set("SOAPAction", "")},
    {252, drop("Content-Type")},
    {252, set("Content-Type", "text/plain")},
    {66, set("Content-Type", "application/xml")},
    {66, set("Content-Type", "multipart/mixed; boundary=\"=_b\"")},
    {66, set("Content-Type", "multipart/related; boundary=a; boundary=b")},
    {253, set("Content-Type", "multipart/related; type=\"text/plain\"; boundary=\"=_b\"")},
    {253,
     set("Content-Type", "multipart/related; type=\"text/xml\"; start=\"<x>\"; boundary=\"=_b\"")},
    {67, soap_part("text/xml", "text/plain")},
    {67, set("Content-Type", "multipart/related; type=\"text/xml\"; boundary=\"x\"")},
    {255, soap_part("text/xml", "application/xml")},
    {256, soap_part("UTF-8", "ISO-8859-1")},
    {257, soap_part("Content-Transfer-Encoding: 8bit\r\n", "")},
    {258, soap_part("8bit", "7bit")},
    {258, soap_part("8bit", "x-own")},
    {259, attachment("base64", "binary")},
    {259, attachment("Content-Transfer-Encoding: base64\r\n", "")},
    {260, attachment("application/pkcs7-mime", "application/octet-stream")},
    {260, attachment("enveloped-data", "signed-data")},
    {263, [](Draft& draft) { draft.attachment = "<Message/>"; }},
    {263, [](Draft& draft) { draft.attachment[6] = '\0'; }},
    {264, opened([](OpenedPayload& inside) { inside.has_transfer_encoding = false; })},
};

const Table xml_and_soap{
    {78, edit("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "")},
    {68, edit("encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"")},
    {86, edit("xmlns:SOAP=\"http://schemas.xmlsoap.org/", "xmlns:SOAP=\"http://other.example/")},
    {86, edit("</SOAP:Header>", "")},
    {86, edit("http://www.oasis-open.org/committees/ebxml-msg/", "http://other.example/")},
    {16, edit("<SOAP:Header>", "<SOAP:Header/><SOAP:Header>")},
    {17, edit("<eb:CPAId>", "<eb:Role/><eb:CPAId>")},
    {17, edit("<eb:Timestamp>", "<eb:Timestamp>x")},
    {43, both(edit("<SOAP:Envelope", "<SOAP:Letter"), edit("</SOAP:Envelope", "</SOAP:Letter"))},
    {2, cut("<SOAP:Header>", "</SOAP:Header>")},
    {3, cut("<SOAP:Body>", "</SOAP:Body>")},
    {100, edit("<eb:AckRequested", "<x:B xmlns:x='urn:x' SOAP:mustUnderstand='1'/><eb:AckRequested")
    },
    {100, edit("<eb:AckRequested", "<eb:SyncReply SOAP:mustUnderstand='1'/><eb:AckRequested")},
    {100, edit("<eb:AckRequested", "<eb:Manifest SOAP:mustUnderstand='1'/><eb:AckRequested")},
    {101, edit("<eb:Manifest", "<x:B xmlns:x='urn:x'/><eb:Manifest")},
    {101, edit("<eb:Manifest", "<eb:AckRequested/><eb:Manifest")},
    {101, edit("</SOAP:Body>", "<eb:Manifest/></SOAP:Body>")},
};

const Table message_header{
    {4, cut("<eb:MessageHeader", "</eb:MessageHeader>")},
    {8, edit(" SOAP:mustUnderstand=\"1\" eb:version=\"2.0\">", " SOAP:mustUnderstand=\"1\">")},
    {70, edit("eb:version=\"2.0\">", "eb:version=\"3.0\">")},
    {7, edit(" SOAP:mustUnderstand=\"1\"", "")},
    {69, edit(" SOAP:mustUnderstand=\"1\"", " SOAP:mustUnderstand=\"0\"")},
    {76, cut("<eb:MessageId>", "</eb:MessageId>")},
    {76, cut("<eb:MessageData>", "</eb:MessageData>")},
    {102, edit("955536cb-fb9a-49d9-848d-2baca7b116e1", "955536cb")},
    {102, edit("955536cb-fb9a-49d9-848d-2baca7b116e1", "a@b@c")},
    {102, edit("955536cb-fb9a-49d9-848d-2baca7b116e1", "@host")},
    {77, cut("<eb:Timestamp>", "</eb:Timestamp>")},
    {11, cut("<eb:CPAId>", "</eb:CPAId>")},
    {12, edit(std::string(agreement_id), "KITH-GenericCPAId")},
    {12, edit(std::string(agreement_id), "3001_2001")},
    {12, edit(std::string(agreement_id), "2001_3001_x")},
    {12, edit(std::string(agreement_id), "nav:qass:")},
    {10, cut("<eb:From>", "</eb:From>")},
    {9, cut("<eb:To>", "</eb:To>")},
    {58, edit(from_id, "<eb:From>")},
    {59, edit(to_id, "<eb:To>")},
    {25, edit(">2001<", "><")},
    {55, edit(">3001<", "> <")},
    {60, edit(from_id, "<eb:From><eb:PartyId eb:type=\"ENH\">2001</eb:PartyId>")},
    {60, edit(from_id, "<eb:From><eb:PartyId>2001</eb:PartyId>")},
    {61, edit(to_id, "<eb:To><eb:PartyId eb:type=\"her\">3001</eb:PartyId>")},
    {14, edit(from_id, from_id + "<eb:PartyId eb:type=\"HER\">2002</eb:PartyId>")},
    {13, edit(to_id, to_id + "<eb:PartyId eb:type=\"HER\">3001</eb:PartyId>")},
    {31, edit(">2001<", ">2001A<")},
    {56, edit(">3001<", ">-3001<")},
    {56, edit(">3001<", ">12345678901<")},
    {47, cut("<eb:Service ", "</eb:Service>")},
    {71, edit(">S-SVAR_LAB<", "><")},
    {48, cut("<eb:Action>", "</eb:Action>")},
    {72, edit("<eb:Action>SVAR_LAB<", "<eb:Action> <")},
};

const Table address_register{
    {29, forget("2001")},
    {54, forget("3001")},
    {54, party("3001", [](RegisteredParty& row) { row.addressable = false; })},
    {30, party("2001", [](RegisteredParty& row) { row.addressable = false; })},
    {110, edit(std::string(agreement_id), "00000000-0000-4000-8000-000000000000")},
    {111, agreement([](RegisteredAgreement& row) { row.her_ids = {"3001"}; })},
    {112, agreement([](RegisteredAgreement& row) { row.her_ids = {"2001"}; })},
    {113, agreement([](RegisteredAgreement& row) { row.start = row.end; })},
    {114, agreement([](RegisteredAgreement& row) { row.end = row.start; })},
    {261, set("From", "annen@edi.example")},
    {262, set("To", "annen@edi.example, tredje@edi.example")},
    {79, both(
             party("3001", [](RegisteredParty& row) { row.signing_certificates = {"00"}; }),
             party("2001", [](RegisteredParty& row) { row.signing_certificates.clear(); })
         )},
    {44, party("2001", [](RegisteredParty& row) { row.signing_certificates = {"00"}; })},
};

const Table signature{
    {45, cut("<ds:Signature ", "</ds:Signature>")},
    {52, edit(
             "<ds:Signature ",
             "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/><ds:Signature "
         )},
    {363, cut("<ds:SignedInfo>", "</ds:SignedInfo>")},
    {42, cut("<ds:SignatureValue>", "</ds:SignatureValue>")},
    {32, cut("<ds:KeyInfo>", "</ds:KeyInfo>")},
    {39, both(cut("<ds:Reference ", "</ds:Reference>"), cut("<ds:Reference ", "</ds:Reference>"))},
    {40, cut("<ds:Reference URI=\"\">", "</ds:Reference>")},
    {34, edit("<ds:Reference URI=\"cid:", "<ds:Reference URI=\"#")},
    {33, edit("xmlenc#sha256", "xmldsig-more#md5")},
    {37, edit("xmldsig#enveloped-signature", "xmldsig#base64")},
    {36, edit("REC-xpath-19991116", "REC-xslt-19991116")},
    {35, edit("REC-xml-c14n-20010315\"/></ds:Transforms>", "other\"/></ds:Transforms>")},
    {38, cut("<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"",
             "/>")},
    {38, cut("<ds:Transforms>", "</ds:Transforms>")},
    {41, cut("<ds:X509Data>", "</ds:X509Data>")},
    {64, cut("<ds:DigestValue>", "</ds:DigestValue>")},
    {85, edit("<ds:Reference URI=\"\">", "<ds:Reference>")},
    {103, cut("<ds:X509Certificate>", "</ds:X509Certificate>")},
    {65, edit("</ds:X509Data>", "<ds:X509Certificate>AA==</ds:X509Certificate></ds:X509Data>")},
    {46, edit("<ds:X509Certificate>", "<ds:X509Certificate>AAAA")},
    {104, edit("<eb:Timestamp>20", "<eb:Timestamp>10")},
    {105, edit("<eb:Timestamp>20", "<eb:Timestamp>90")},
    {84, edit("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256")},
    {50, edit("<eb:Action>SVAR_LAB<", "<eb:Action>SVAR_KKL<")},
    {50, [](Draft& draft) { draft.attachment.back() ^= 1; }},
    {50, edit("<ds:SignatureValue>", "<ds:SignatureValue>AAAA")},
};

const std::string acknowledged = "<eb:RefToMessageId>955536cb-fb9a-49d9-848d-2baca7b116e1";

const Table signals{
    {106, edit("urn:oasis:names:tc:ebxml-msg:service<", "S-SVAR_LAB<")},
    {107, edit("<eb:Action>Acknowledgment<", "<eb:Action>Ack<")},
    {108, edit(acknowledged, "<eb:RefToMessageId>1")},
    {109, edit("</eb:MessageData>", "<eb:RefToMessageId>a@b</eb:RefToMessageId></eb:MessageData>")},
    {115, edit("</SOAP:Header>", "<eb:ErrorList/></SOAP:Header>")},
    {116, cut("<ds:Reference ", "</ds:Reference>")},
    {117, [](Draft& draft) { draft.envelope = changed(draft.envelope, "\"cid:", "\"ref:"); }},
    {120, edit("urn:oasis:names:tc:ebxml-msg:service<", "urn:oasis<")},
    {121, edit("<eb:Action>MessageError<", "<eb:Action>Acknowledgment<")},
    {122, edit(acknowledged, "<eb:RefToMessageId>1")},
    {122, cut("<eb:RefToMessageId>", "</eb:RefToMessageId>")},
    {123, edit("</SOAP:Header>", "<eb:Acknowledgment/></SOAP:Header>")},
};

const std::string schema = "eb:location=\"" + std::string(payload_namespace) + "\"";

const Table payload_message{
    {74, edit("<eb:DuplicateElimination/>", "")},
    {75, cut("<eb:AckRequested", "/>")},
    {94, edit("eb:signed=\"true\"", "eb:signed=\"false\"")},
    {94, edit(" eb:signed=\"true\"", "")},
    {94, edit("SOAP:mustUnderstand=\"1\" eb:signed", "eb:signed")},
    {5, edit("<eb:Manifest eb:version=\"2.0\">", "<eb:Manifest eb:version=\"1.0\">")},
    {5, edit("<eb:Manifest eb:version=\"2.0\">", "<eb:Manifest>")},
    {6, cut("<eb:Reference ", "</eb:Reference>")},
    {27, [](Draft& draft) { draft.attached = false; }},
    {23, edit("xlink:href=\"cid:payload-1", "xlink:href=\"cid:payload-2")},
    {23, edit("xlink:href=\"cid:payload-1@nordvik.example\"", "xlink:href=\"\"")},
    {23, edit("xlink:href=\"cid:payload-1@nordvik.example\"", "xlink:href=\"cid:soap\"")},
    {23, attachment("<payload-1@nordvik.example>", "<payload-2@nordvik.example>")},
    {265, edit(schema, "eb:location=\"\"")},
    {266, edit(" eb:version=\"1.4\"", "")},
    {267, edit(schema, "eb:location=\"http://www.kith.no/xmlstds/msghead/2006-05-24\"")},
    {268, edit(" eb:version=\"1.4\"", " eb:version=\"1.3\"")},
    {269, edit("<eb:Action>SVAR_LAB<", "<eb:Action>REQ_LAB<")},
    {269, edit(">S-SVAR_LAB<", ">S-EPIKRISE<")},
    {270, opened([](OpenedPayload& inside) { inside.xml_namespace = "urn:other"; })},
    {271, edit("MSH-system", "system")},
    {271, edit("{", "")},
    {272, edit("MSH-versjon", "versjon")},
    {273, edit("Budstikke", "")},
    {274, edit("&quot;0.1&quot;", "1")},
    {279, cut("<eb:Description", "</eb:Description>")},
    {279, cut("<eb:Schema", "/>")},
};

}  // namespace

std::vector<Spoil> breakages(int rule) {
    Ways ways;
    for (const auto* table :
         {&mail_and_mime, &xml_and_soap, &message_header, &address_register, &signature, &signals,
          &payload_message}) {
        const auto [first, last] = table->equal_range(rule);
        for (auto at = first; at != last; ++at) {
            ways.push_back(at->second);
        }
    }
    return ways;
}

}  // namespace budstikke::ebxml::test
