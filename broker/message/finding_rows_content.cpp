// Findings about what a message is and says. Each text says what is wrong and what to do about it,
// in bokmål and in English, and quotes nothing of the message. The AppRec codes are of codesystem
// 8221 (HIS 80415).
#include "broker/message/finding_catalogue.hpp"

namespace budstikke::finding {

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

}  // namespace budstikke::finding
