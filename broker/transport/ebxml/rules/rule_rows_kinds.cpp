// The rows of HITS 1172 5.12 to 5.15: what each kind of message must hold, and its content.
// rule_table.cpp says which answer a row has where the specification names none.
#include <array>

#include "broker/transport/ebxml/rules/rule_rows.hpp"

namespace budstikke::ebxml {
namespace {

// clang-format off: a table is read by column.
constexpr std::array rows{
    // --- 5.12 Acknowledgment ---------------------------------------------------------------------
    Rule{106, "5.12", Response::log_only, Severity::error, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Service",
         "Service i en Acknowledgment skal være \"urn:oasis:names:tc:ebxml-msg:service\"",
         "Service of an Acknowledgment must be \"urn:oasis:names:tc:ebxml-msg:service\""},
    Rule{107, "5.12", Response::log_only, Severity::error, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Action",
         "Action i en Acknowledgment skal være \"Acknowledgment\"",
         "Action of an Acknowledgment must be \"Acknowledgment\""},
    Rule{108, "5.12", Response::log_only, Severity::error, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:Acknowledgment/eb:RefToMessageId",
         "Acknowledgment/RefToMessageId skal være en UUID eller følge RFC 2822",
         "Acknowledgment/RefToMessageId must be a UUID or follow RFC 2822"},
    Rule{109, "5.12", Response::log_only, Severity::error, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:MessageData/eb:RefToMessageId",
         "MessageData/RefToMessageId skal ikke ha verdi i en transportkvittering",
         "MessageData/RefToMessageId must have no value in an Acknowledgment"},
    Rule{115, "5.12", Response::log_only, Severity::error, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:ErrorList",
         "En transportkvittering skal ikke inneholde eb:ErrorList",
         "An Acknowledgment must not contain eb:ErrorList"},
    Rule{116, "5.12", Response::log_only, Severity::error, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:Acknowledgment",
         "Acknowledgment/ds:Reference med URI=\"\" mangler",
         "Acknowledgment/ds:Reference with URI=\"\" is missing"},
    Rule{117, "5.12", Response::log_only, Severity::error, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:Acknowledgment",
         "Acknowledgment/ds:Reference med URI=\"cid:...\" mangler",
         "Acknowledgment/ds:Reference with URI=\"cid:...\" is missing"},
    // --- 5.13 MessageError -----------------------------------------------------------------------
    Rule{120, "5.13", Response::log_only, Severity::error, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Service",
         "Service i en feilmelding skal være \"urn:oasis:names:tc:ebxml-msg:service\"",
         "Service of a MessageError must be \"urn:oasis:names:tc:ebxml-msg:service\""},
    Rule{121, "5.13", Response::log_only, Severity::error, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Action",
         "Action i en feilmelding skal være \"MessageError\"",
         "Action of a MessageError must be \"MessageError\""},
    Rule{122, "5.13", Response::log_only, Severity::error, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:MessageData/eb:RefToMessageId",
         "MessageData/RefToMessageId i en feilmelding skal være en UUID eller følge RFC 2822",
         "MessageData/RefToMessageId of a MessageError must be a UUID or follow RFC 2822"},
    Rule{123, "5.13", Response::log_only, Severity::error, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:Acknowledgment",
         "En feilmelding skal ikke inneholde eb:Acknowledgment",
         "A MessageError must not contain eb:Acknowledgment"},
    // --- 5.14 Payload messages -------------------------------------------------------------------
    Rule{74, "5.14.1", Response::warning, Severity::warning, Needs::nothing, "ValueNotRecognized", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader",
         "[eb:DuplicateElimination] mangler i MessageHeader",
         "[eb:DuplicateElimination] is missing in MessageHeader"},
    Rule{75, "5.14.2", Response::warning, Severity::warning, Needs::nothing, "ValueNotRecognized", "/SOAP:Envelope/SOAP:Header",
         "[eb:AckRequested] mangler i SOAP:Header",
         "[eb:AckRequested] is missing in SOAP:Header"},
    Rule{94, "5.14.2", Response::error, Severity::error, Needs::nothing, "ValueNotRecognized", "/SOAP:Envelope/SOAP:Header/eb:AckRequested/@eb:signed",
         "AckRequested/@signed skal finnes og være true eller 1, og mustUnderstand skal være \"1\"",
         "AckRequested/@signed must be there and be true or 1, and mustUnderstand must be \"1\""},
    Rule{5, "5.14.3", Response::error, Severity::error, Needs::nothing, "ValueNotRecognized", "/SOAP:Envelope/SOAP:Body/eb:Manifest/@eb:version",
         "eb:Manifest/@version skal være \"2.0\"",
         "eb:Manifest/@version must be \"2.0\""},
    Rule{6, "5.14.3", Response::error, Severity::error, Needs::nothing, "ValueNotRecognized", "/SOAP:Envelope/SOAP:Body/eb:Manifest",
         "[eb:Reference] mangler i eb:Manifest",
         "[eb:Reference] is missing in eb:Manifest"},
    Rule{27, "5.14.3", Response::error, Severity::error, Needs::package, "MimeProblem", "/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference",
         "eb:Manifest/eb:Reference er oppgitt, men meldingen har ikke noe vedlegg",
         "eb:Manifest/eb:Reference is given, but the message has no attachment"},
    Rule{23, "5.14.3", Response::error, Severity::error, Needs::package, "MimeProblem", "/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference/@xlink:href",
         "Ingen del av meldingen har den Content-ID-en som eb:Manifest viser til",
         "No part of the message has the Content-ID that eb:Manifest refers to"},
    // --- 5.14.4 Version monitoring (HITS 1210) ---------------------------------------------------
    Rule{265, "5.14.4", Response::log_only, Severity::warning, Needs::nothing, "", "/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference/eb:Schema/@eb:location",
         "eb:Schema/@location har ikke verdi",
         "eb:Schema/@location has no value"},
    Rule{266, "5.14.4", Response::log_only, Severity::warning, Needs::nothing, "", "/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference/eb:Schema/@eb:version",
         "eb:Schema/@version har ikke verdi eller er ugyldig",
         "eb:Schema/@version has no value or is invalid"},
    Rule{267, "5.14.4", Response::log_only, Severity::warning, Needs::nothing, "", "/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference/eb:Schema/@eb:location",
         "eb:Schema/@location er ikke et kjent skjema",
         "eb:Schema/@location is no known schema"},
    Rule{268, "5.14.4", Response::log_only, Severity::warning, Needs::nothing, "", "/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference/eb:Schema/@eb:version",
         "eb:Schema/@version stemmer ikke med skjemaet",
         "eb:Schema/@version does not agree with the schema"},
    Rule{269, "5.14.4", Response::log_only, Severity::warning, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Action",
         "Service og Action stemmer ikke med skjemaet",
         "Service and Action do not agree with the schema"},
    Rule{270, "5.14.4", Response::log_only, Severity::warning, Needs::keys, "", "/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference/eb:Schema",
         "Skjemaet i forretningsdokumentet stemmer ikke med eb:Schema",
         "The schema of the business document does not agree with eb:Schema"},
    Rule{271, "5.14.4", Response::log_only, Severity::warning, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Description",
         "MSH-system mangler (påkrevd)",
         "MSH-system is missing (required)"},
    Rule{272, "5.14.4", Response::log_only, Severity::warning, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Description",
         "MSH-versjon mangler (påkrevd)",
         "MSH-versjon is missing (required)"},
    Rule{273, "5.14.4", Response::log_only, Severity::warning, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Description",
         "MSH-system har ikke verdi eller er ugyldig",
         "MSH-system has no value or is invalid"},
    Rule{274, "5.14.4", Response::log_only, Severity::warning, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:Description",
         "MSH-versjon har ikke verdi eller er ugyldig",
         "MSH-versjon has no value or is invalid"},
    Rule{279, "5.14.4", Response::log_only, Severity::warning, Needs::nothing, "", "/SOAP:Envelope/SOAP:Header/eb:MessageHeader",
         "Meldingen skal ha både MSH-informasjon og skjemainformasjon",
         "The message must have both MSH information and schema information"},
    // --- 5.15 Encrypted content ------------------------------------------------------------------
    Rule{263, "5.15.1", Response::error, Severity::error, Needs::package, "SecurityFailure", "attachment",
         "Vedlegget skal være et CMS-objekt",
         "The attachment must be a CMS object"},
    Rule{264, "5.15.1", Response::log_only, Severity::error, Needs::keys, "", "payload part",
         "Content-Transfer-Encoding mangler i payload-delen",
         "Content-Transfer-Encoding is missing in the payload part"},
};
// clang-format on

}  // namespace

std::span<const Rule> kinds_rows() {
    return rows;
}

}  // namespace budstikke::ebxml
