// The rows of HITS 1172 5.10: the signature and its certificate.
// rule_table.cpp says which answer a row has where the specification names none.
#include <array>

#include "broker/transport/ebxml/rules/rule_rows.hpp"

namespace budstikke::ebxml {
namespace {

// clang-format off: a table is read by column.
constexpr std::array rows{
    // --- 5.10 Signature --------------------------------------------------------------------------
    Rule{45, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header",
         "[Signature] mangler i SOAP:Header",
         "[Signature] is missing in SOAP:Header"},
    Rule{52, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header",
         "Meldingen har mer enn ett Signature-element",
         "The message has more than one Signature element"},
    Rule{363, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature",
         "[SignedInfo] mangler i Signature",
         "[SignedInfo] is missing in Signature"},
    Rule{42, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature",
         "[SignatureValue] mangler i Signature",
         "[SignatureValue] is missing in Signature"},
    Rule{32, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature",
         "[KeyInfo] mangler i Signature",
         "[KeyInfo] is missing in Signature"},
    Rule{39, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo",
         "Det skal være minst én [Reference] i SignedInfo",
         "There must be at least one [Reference] in SignedInfo"},
    Rule{40, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo",
         "Rotreferansen mangler i SignedInfo (ingen Reference med URI=\"\")",
         "The root reference is missing in SignedInfo (no Reference with URI=\"\")"},
    Rule{34, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo/ds:Reference",
         "Minst én payloadreferanse i SignedInfo begynner ikke med \"cid:\"",
         "At least one payload reference in SignedInfo does not begin with \"cid:\""},
    Rule{33, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo/ds:Reference/ds:DigestMethod",
         "DigestMethod i minst én Reference er ikke tillatt",
         "The DigestMethod of at least one Reference is not allowed"},
    Rule{37, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo/ds:Reference/ds:Transforms",
         "Transform[1] i rotreferansen skal være enveloped-signature",
         "Transform[1] of the root reference must be enveloped-signature"},
    Rule{36, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo/ds:Reference/ds:Transforms",
         "Transform[2] i rotreferansen skal være XPath",
         "Transform[2] of the root reference must be XPath"},
    Rule{35, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo/ds:Reference/ds:Transforms",
         "Transform[3] i rotreferansen skal være inklusiv C14N",
         "Transform[3] of the root reference must be inclusive C14N"},
    Rule{38, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo/ds:Reference/ds:Transforms",
         "Rotreferansen skal ha tre transforms: enveloped-signature, XPath og C14N, i den rekkefølgen",
         "The root reference must have three transforms: enveloped-signature, XPath and C14N, in that order"},
    Rule{41, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:KeyInfo",
         "[X509Data] mangler i KeyInfo",
         "[X509Data] is missing in KeyInfo"},
    Rule{64, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo/ds:Reference",
         "[DigestValue] mangler i Reference",
         "[DigestValue] is missing in Reference"},
    Rule{85, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo/ds:Reference",
         "[@URI] mangler på Reference",
         "[@URI] is missing on Reference"},
    Rule{103, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:KeyInfo/ds:X509Data",
         "[X509Certificate] mangler i X509Data",
         "[X509Certificate] is missing in X509Data"},
    Rule{65, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:KeyInfo/ds:X509Data",
         "Det er mer enn ett X509Certificate i X509Data",
         "There is more than one X509Certificate in X509Data"},
    Rule{46, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:KeyInfo/ds:X509Data/ds:X509Certificate",
         "X509Certificate inneholder ikke et gyldig sertifikat",
         "X509Certificate does not hold a valid certificate"},
    Rule{104, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:MessageData/eb:Timestamp",
         "eb:Timestamp er før signeringssertifikatets gyldighetsperiode",
         "eb:Timestamp is before the signing certificate's period"},
    Rule{105, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:MessageData/eb:Timestamp",
         "eb:Timestamp er etter signeringssertifikatets gyldighetsperiode",
         "eb:Timestamp is after the signing certificate's period"},
    Rule{84, "5.10.1", Response::error, Severity::error, Needs::nothing, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:SignedInfo/ds:SignatureMethod",
         "Metoden i SignatureMethod støttes ikke; bruk rsa-sha256",
         "The method in SignatureMethod is not supported; use rsa-sha256"},
    Rule{50, "5.10.1", Response::error, Severity::error, Needs::signed_parts, "SecurityFailure", "/SOAP:Envelope/SOAP:Header/ds:Signature",
         "Meldingen er ikke riktig signert, eller er endret etter signeringen",
         "The message is not correctly signed, or was changed after signing"},
};
// clang-format on

}  // namespace

std::span<const Rule> signature_rows() {
    return rows;
}

}  // namespace budstikke::ebxml
