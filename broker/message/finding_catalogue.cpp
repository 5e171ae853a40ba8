// The rows of the catalogue. Each text says what is wrong and what to do about it, in bokmål and in
// English, and quotes nothing of the message. The AppRec codes are of codesystem 8221 (HIS 80415).
#include "broker/message/finding_catalogue.hpp"

#include <algorithm>
#include <array>

namespace budstikke {
namespace finding {

using enum Severity;

const FindingSpec xml_not_well_formed{
    "xml.not_well_formed", error,
    "Meldingen er ikke velformet XML. Rett feilen på den angitte linjen og send "
    "meldingen på nytt med ny MsgId.",
    "The message is not well-formed XML. Correct the error at the given line and "
    "send the message again with a new MsgId.",
    "T01"
};
const FindingSpec xml_doctype{
    "xml.doctype", error,
    "Meldingen inneholder en DOCTYPE (DTD), og det tillates aldri. Fjern "
    "DOCTYPE-linjen og send på nytt.",
    "The message contains a DOCTYPE (DTD), which is never allowed. Remove the "
    "DOCTYPE and send it again.",
    "T01"
};
const FindingSpec xml_limit{
    "xml.limit", error,
    "XML-en overskrider en grense for dybde, antall attributter eller navnerom, "
    "eller lengden på et navn eller en attributtverdi. Forenkle meldingen; grensene "
    "står i dokumentasjonen.",
    "The XML exceeds a limit on depth, number of attributes or namespaces, or the "
    "length of a name or attribute value. Simplify the message; the documentation "
    "lists the limits.",
    "T01"
};
const FindingSpec xml_encoding{
    "xml.encoding", error,
    "Tegnsettet er ukjent, eller innholdet stemmer ikke med det tegnsettet som er "
    "oppgitt. Bruk UTF-8 (eller ISO-8859-1) og oppgi det i XML-deklarasjonen.",
    "The encoding is unknown, or the content does not agree with the declared one. "
    "Use UTF-8 (or ISO-8859-1) and declare it in the XML declaration.",
    "T01"
};
const FindingSpec payload_too_large{
    "payload.too_large", error,
    "Meldingen er større enn det som tas imot. Gjør vedleggene mindre eller del opp "
    "meldingen.",
    "The message is larger than what is accepted. Make the attachments smaller or "
    "split the message.",
    "T99"
};
const FindingSpec payload_empty{
    "payload.empty", error,
    "Meldingen er tom. Kontroller at avsendersystemet legger ved innholdet, og send "
    "på nytt.",
    "The message is empty. Check that the sending system includes the content, and "
    "send it again.",
    "T01"
};
const FindingSpec content_type_unsupported{
    "payload.content_type_unsupported", error,
    "Innholdstypen støttes ikke. Send meldingen som application/xml, eller som "
    "application/pkcs7-mime når den er kryptert.",
    "The content type is not supported. Send the message as application/xml, or as "
    "application/pkcs7-mime when it is encrypted.",
    "T10"
};
const FindingSpec format_unknown{
    "format.unknown", error,
    "Meldingsformatet er ukjent for megleren. Kontroller rotelementet og "
    "navnerommet, eller be drift om å få formatet lagt til.",
    "The broker does not know this message format. Check the root element and its "
    "namespace, or ask operations to add the format.",
    "T10"
};
const FindingSpec standard_unknown{
    "format.standard_unknown", error,
    "Innholdet i hodemeldingen følger en standard som megleren ikke formidler. "
    "Kontroller navnerommet til det første dokumentet.",
    "The content of the MsgHead follows a standard that the broker does not carry. "
    "Check the namespace of the first document.",
    "T10"
};
const FindingSpec type_unknown{
    "format.type_unknown", error,
    "Meldingstypen er ukjent, så det finnes ingen ebXML Action for den. Bruk en "
    "kode fra kodeverk 8279 som hører til standarden.",
    "The message type is unknown, so no ebXML Action follows from it. Use a code of "
    "codesystem 8279 that belongs to the standard.",
    "T10"
};
const FindingSpec type_mismatch{
    "format.type_mismatch", error,
    "Meldingstypen og innholdet hører ikke sammen. Rett MsgInfo/Type, eller legg "
    "ved dokumentet som typen krever.",
    "The message type and the content do not belong together. Correct MsgInfo/Type, "
    "or include the document that the type requires.",
    "T02"
};
const FindingSpec schema_invalid{
    "schema.invalid", error,
    "Meldingen følger ikke XML-skjemaet til standarden. Rett det angitte elementet "
    "og send meldingen på nytt med ny MsgId.",
    "The message does not follow the XML schema of the standard. Correct the given "
    "element and send the message again with a new MsgId.",
    "T02"
};
const FindingSpec schema_missing{
    "schema.missing", warning,
    "Det er ikke installert noe XML-skjema for dette navnerommet, så innholdet er "
    "ikke kontrollert. Drift kan installere den offisielle skjemapakken.",
    "No XML schema is installed for this namespace, so the content was not checked. "
    "Operations can install the official schema pack.",
    ""
};
const FindingSpec field_missing{
    "envelope.field_missing", error,
    "Et felt som standarden krever, mangler eller er tomt. Fyll ut feltet og send på nytt.",
    "A field that the standard requires is missing or empty. Fill it in and send "
    "the message again.",
    "T02"
};
const FindingSpec field_too_long{
    "envelope.field_too_long", error,
    "Et felt i meldingshodet er lengre enn tillatt. Kort det ned og send på nytt.",
    "A field of the message's head is longer than allowed. Shorten it and send the "
    "message again.",
    "T02"
};
const FindingSpec ambiguous{
    "envelope.ambiguous", error,
    "Et felt som skal stå én gang, står flere ganger, så det er uklart hvilket som gjelder. "
    "Fjern gjentakelsen og send på nytt.",
    "A field that stands once stands several times, so it is unclear which of them counts. "
    "Remove the repetition and send again.",
    "T02"
};
const FindingSpec message_id_missing{
    "envelope.message_id_missing", error,
    "Meldingen mangler MsgId. Gi hver melding en ny UUID som MsgId.",
    "The message has no MsgId. Give each message a new UUID as its MsgId.", "E10"
};
const FindingSpec message_id_not_uuid{
    "envelope.message_id_not_uuid", error,
    "MsgId er ikke en UUID. Standarden krever en UUID på formen 8-4-4-4-12; rett "
    "avsendersystemet og send på nytt.",
    "MsgId is not a UUID. The standard requires a UUID in the form 8-4-4-4-12; "
    "correct the sending system and send again.",
    "E10"
};
const FindingSpec apprec_id_not_uuid{
    "envelope.apprec_id_not_uuid", warning,
    "Id i applikasjonskvitteringen er ikke en UUID. Den behandles likevel; rett "
    "systemet som lager kvitteringene.",
    "The Id of the AppRec is not a UUID. It is processed all the same; correct the "
    "system that makes the receipts.",
    ""
};
const FindingSpec generated_at_invalid{
    "envelope.generated_at_invalid", error,
    "Tidspunktet i GenDate er ugyldig. Bruk dato og klokkeslett på formen "
    "2026-01-31T12:00:00, gjerne med tidssone.",
    "The time in GenDate is invalid. Use date and time in the form "
    "2026-01-31T12:00:00, preferably with a time zone.",
    "T02"
};
const FindingSpec sender_her_missing{
    "envelope.sender_her_missing", error,
    "Avsenderen mangler HER-id. Oppgi HER-id for tjenesten eller personen (nivå 2) "
    "og for virksomheten (nivå 1).",
    "The sender has no HER-id. State the HER-id of the service or person (level 2) "
    "and of the organisation (level 1).",
    "T02"
};
const FindingSpec sender_her_not_digits{
    "envelope.sender_her_not_digits", error,
    "Avsenderens HER-id er ikke et gyldig tall. Bruk HER-id slik den står i "
    "Adresseregisteret, bare siffer.",
    "The sender's HER-id is not a valid number. Use the HER-id as it stands in the "
    "Address Register, digits only.",
    "T02"
};
const FindingSpec receiver_missing{
    "envelope.receiver_missing", error,
    "Meldingen har ingen mottaker. Fyll ut mottakeren med HER-id og send på nytt.",
    "The message has no receiver. Fill in the receiver with a HER-id and send it again.", "E21"
};
const FindingSpec receiver_her_missing{
    "envelope.receiver_her_missing", error,
    "Mottakeren mangler HER-id, så meldingen kan ikke rutes. Slå opp HER-id i "
    "Adresseregisteret og send på nytt.",
    "The receiver has no HER-id, so the message cannot be routed. Look up the "
    "HER-id in the Address Register and send again.",
    "E21"
};
const FindingSpec receiver_her_not_digits{
    "envelope.receiver_her_not_digits", error,
    "Mottakerens HER-id er ikke et gyldig tall. Bruk HER-id slik den står i "
    "Adresseregisteret, bare siffer.",
    "The receiver's HER-id is not a valid number. Use the HER-id as it stands in "
    "the Address Register, digits only.",
    "E21"
};
const FindingSpec address_unroutable{
    "envelope.address_unroutable", warning,
    "Avsenderen eller mottakeren har ingen HER-id som bare er siffer, så megleren kan ikke rute "
    "meldingen. Slå opp HER-id i Adresseregisteret.",
    "The sender or the receiver has no HER-id of digits only, so the broker cannot route the "
    "message. Look up the HER-id in the Address Register.",
    ""
};
const FindingSpec copy_her_missing{
    "envelope.copy_her_missing", warning,
    "En kopimottaker mangler HER-id og får ikke meldingen elektronisk. Oppgi "
    "HER-id, eller send kopien på annen måte.",
    "A copy recipient has no HER-id and does not get the message electronically. "
    "State its HER-id, or send the copy by other means.",
    ""
};
const FindingSpec receivers_too_many{
    "envelope.receivers_too_many", error,
    "Meldingen har flere mottakere enn tillatt. Fordel mottakerne på flere meldinger.",
    "The message has more receivers than allowed. Spread them over several messages.", "T02"
};
const FindingSpec attachments_too_many{
    "envelope.attachments_too_many", error,
    "Meldingen har flere vedlegg enn tillatt. Fordel vedleggene på flere meldinger.",
    "The message has more attachments than allowed. Spread them over several messages.", "T02"
};
const FindingSpec receiver_duplicate{
    "envelope.receiver_duplicate", warning,
    "Samme HER-id er mottaker mer enn én gang. Mottakeren får meldingen én gang; "
    "fjern gjentakelsen.",
    "The same HER-id is a receiver more than once. It gets the message once; remove "
    "the repetition.",
    ""
};
const FindingSpec patient_insufficient{
    "envelope.patient_insufficient", error,
    "Pasienten er ikke tilstrekkelig identifisert. Oppgi navn sammen med "
    "fødselsnummer, D-nummer eller felles hjelpenummer, eller navn, fødselsdato og "
    "kjønn.",
    "The patient is not sufficiently identified. State the name with fødselsnummer, "
    "D-number or the common assistance number, or name, date of birth and sex.",
    "E36"
};
const FindingSpec apprec_original_missing{
    "envelope.apprec_original_missing", error,
    "Applikasjonskvitteringen sier ikke hvilken melding den gjelder. Fyll ut "
    "OriginalMsgId med Id fra meldingen.",
    "The AppRec does not say which message it answers. Fill in OriginalMsgId with "
    "the Id of the message.",
    "T02"
};
const FindingSpec apprec_status_unknown{
    "envelope.apprec_status_unknown", error,
    "Statusen i applikasjonskvitteringen er ukjent. Bruk 1 (OK), 2 (Avvist) eller 3 "
    "(OK, feil i delmelding) fra kodeverk 8258.",
    "The status of the AppRec is unknown. Use 1 (OK), 2 (rejected) or 3 (OK, error "
    "in a part) of codesystem 8258.",
    "T02"
};
const FindingSpec more_findings{
    "message.more_findings", info,
    "Meldingen har flere feil enn de som er listet. Rett disse først og kontroller på nytt.",
    "The message has more errors than those listed. Correct these first and check again.", ""
};
const FindingSpec sender_not_allowed{
    "submission.sender_not_allowed", error,
    "Organisasjonen i sertifikatet kan ikke opptre for avsenderens HER-id. "
    "Kontroller avsenderen, eller be drift registrere fullmakten.",
    "The organisation of the certificate may not act for the sender's HER-id. Check "
    "the sender, or ask operations to register the authority.",
    ""
};
const FindingSpec sender_unknown{
    "submission.sender_unknown", error,
    "Avsenderens HER-id finnes ikke i katalogen. Kontroller HER-id, eller be drift "
    "registrere parten.",
    "The sender's HER-id is not in the directory. Check the HER-id, or ask "
    "operations to register the party.",
    ""
};
const FindingSpec sender_not_valid_now{
    "submission.sender_not_valid_now", error,
    "Avsenderen er ikke gyldig nå. Kontroller gyldighetsperioden med drift.",
    "The sender is not valid at this time. Check its period of validity with "
    "operations.",
    ""
};
const FindingSpec sender_held{
    "submission.sender_held", error,
    "Avsenderen er stanset av drift. Ta kontakt med drift før du sender mer.",
    "The sender is held by operations. Contact operations before sending more.", ""
};
const FindingSpec declared_mismatch{
    "submission.declared_mismatch", error,
    "Opplysningene i innsendingen stemmer ikke med meldingen. La dem være like, "
    "eller la dem stå tomme når meldingen kan leses.",
    "The declared facts do not agree with the message. Make them agree, or leave "
    "them out where the message can be read.",
    ""
};
const FindingSpec declared_missing{
    "submission.declared_missing", error,
    "En kryptert melding krever at avsender, mottakere, type og MsgId oppgis i "
    "innsendingen.",
    "An opaque message requires that sender, recipients, type and MsgId are "
    "declared in the submission.",
    ""
};
const FindingSpec recipient_not_named{
    "submission.recipient_not_named", error,
    "En oppgitt mottaker står ikke i meldingen. Velg blant mottakerne som meldingen "
    "selv nevner.",
    "An explicit recipient is not named in the message. Choose among the receivers "
    "that the message names.",
    ""
};
const FindingSpec expiry_invalid{
    "submission.expiry_invalid", error,
    "Utløpstiden er passert eller ligger for langt fram. Velg et tidspunkt innenfor "
    "grensen som er dokumentert.",
    "The expiry has passed or lies too far ahead. Choose a time within the "
    "documented limit.",
    ""
};
const FindingSpec identity_conflict{
    "submission.identity_conflict", error,
    "Samme avsender og MsgId er brukt før med annet innhold. Gi den rettede "
    "meldingen en ny MsgId.",
    "The same sender and MsgId were used before with other content. Give the "
    "corrected message a new MsgId.",
    ""
};
const FindingSpec recipient_unknown{
    "recipient.unknown", error,
    "Mottakerens HER-id finnes ikke i katalogen. Slå den opp i Adresseregisteret, "
    "eller be drift registrere parten.",
    "The recipient's HER-id is not in the directory. Look it up in the Address "
    "Register, or ask operations to register the party.",
    "E21"
};
const FindingSpec recipient_not_valid_now{
    "recipient.not_valid_now", error,
    "Mottakeren er ikke gyldig nå. Slå opp hvem som har tatt over, i "
    "Adresseregisteret.",
    "The recipient is not valid at this time. Look up its successor in the Address "
    "Register.",
    "E21"
};
const FindingSpec recipient_held{
    "recipient.held", error,
    "Mottakeren er stanset av drift. Send på nytt senere, eller ta kontakt på annen "
    "måte hvis det haster.",
    "The recipient is held by operations. Send again later, or make contact by "
    "other means if it is urgent.",
    ""
};
const FindingSpec recipient_redirect_loop{
    "recipient.redirect_loop", error,
    "Viderekoblingen av mottakeren går i ring eller er for lang. Be drift rette "
    "katalogen.",
    "The recipient's redirects go in a circle or are too many. Ask operations to "
    "correct the directory.",
    ""
};
const FindingSpec recipient_refuses_type{
    "recipient.refuses_type", error,
    "Mottakeren tar ikke imot denne meldingstypen. Velg en annen tjeneste hos "
    "mottakeren, eller bruk en annen type.",
    "The recipient does not accept this message type. Choose another service of the "
    "recipient, or use another type.",
    ""
};
const FindingSpec recipient_refuses_version{
    "recipient.refuses_version", error,
    "Mottakeren tar ikke imot denne versjonen av standarden. Send i en versjon som "
    "mottakeren støtter.",
    "The recipient does not accept this version of the standard. Send in a version "
    "that the recipient supports.",
    ""
};
const FindingSpec recipient_refuses_format{
    "recipient.refuses_format", error,
    "Mottakeren tar ikke imot dette formatet. Send i et format som mottakeren "
    "støtter.",
    "The recipient does not accept this format. Send in a format that the recipient "
    "supports.",
    ""
};
const FindingSpec recipient_unreachable{
    "recipient.unreachable", error,
    "Katalogen har ingen endepunkt for mottakeren. Be drift registrere hvordan "
    "mottakeren nås.",
    "The directory has no endpoint for the recipient. Ask operations to register "
    "how it is reached.",
    ""
};
const FindingSpec broker_full{
    "broker.full", error,
    "Megleren er full og tar ikke imot mer nå. Vent litt og send den samme "
    "meldingen på nytt.",
    "The broker is full and accepts no more now. Wait a while and send the same "
    "message again.",
    ""
};
const FindingSpec broker_draining{
    "broker.draining", error,
    "Megleren er på vei ned for vedlikehold. Send den samme meldingen på nytt om "
    "litt.",
    "The broker is going down for maintenance. Send the same message again in a "
    "while.",
    ""
};

}  // namespace finding

namespace {

constexpr std::array<const FindingSpec*, 53> catalogue{
    &finding::xml_not_well_formed,
    &finding::xml_doctype,
    &finding::xml_limit,
    &finding::xml_encoding,
    &finding::payload_too_large,
    &finding::payload_empty,
    &finding::content_type_unsupported,
    &finding::format_unknown,
    &finding::standard_unknown,
    &finding::type_unknown,
    &finding::type_mismatch,
    &finding::schema_invalid,
    &finding::schema_missing,
    &finding::field_missing,
    &finding::field_too_long,
    &finding::ambiguous,
    &finding::message_id_missing,
    &finding::message_id_not_uuid,
    &finding::apprec_id_not_uuid,
    &finding::generated_at_invalid,
    &finding::sender_her_missing,
    &finding::sender_her_not_digits,
    &finding::receiver_missing,
    &finding::receiver_her_missing,
    &finding::receiver_her_not_digits,
    &finding::address_unroutable,
    &finding::copy_her_missing,
    &finding::receivers_too_many,
    &finding::attachments_too_many,
    &finding::receiver_duplicate,
    &finding::patient_insufficient,
    &finding::apprec_original_missing,
    &finding::apprec_status_unknown,
    &finding::more_findings,
    &finding::sender_not_allowed,
    &finding::sender_unknown,
    &finding::sender_not_valid_now,
    &finding::sender_held,
    &finding::declared_mismatch,
    &finding::declared_missing,
    &finding::recipient_not_named,
    &finding::expiry_invalid,
    &finding::identity_conflict,
    &finding::recipient_unknown,
    &finding::recipient_not_valid_now,
    &finding::recipient_held,
    &finding::recipient_redirect_loop,
    &finding::recipient_refuses_type,
    &finding::recipient_refuses_version,
    &finding::recipient_refuses_format,
    &finding::recipient_unreachable,
    &finding::broker_full,
    &finding::broker_draining,
};

}  // namespace

std::span<const FindingSpec* const> finding_catalogue() {
    return catalogue;
}

const FindingSpec* find_finding(std::string_view code) {
    const auto* const row =
        std::ranges::find(catalogue, code, [](const FindingSpec* spec) { return spec->code; });
    return row == catalogue.end() ? nullptr : *row;
}

}  // namespace budstikke
