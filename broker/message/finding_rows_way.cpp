// Findings about the way of a message: who hands it in, who may get it, whether the broker can take
// it now. Texts and codes as in finding_rows_content.cpp.
#include "broker/message/finding_catalogue.hpp"

namespace budstikke::finding {

using enum Severity;

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
const FindingSpec recipient_no_service{
    "recipient.no_service", error,
    "Mottakeren nås med ebXML, og meldingstypen har ingen tjeneste der. Bruk en type fra "
    "HISD 1209.",
    "The recipient is reached by ebXML, where the message type has no Service. Use a type of "
    "HISD 1209.",
    ""
};
const FindingSpec recipient_not_agreed{
    "recipient.not_agreed", error,
    "Avtalen (CPA) mellom avsender og mottaker dekker ikke denne meldingen nå. Be drift "
    "kontrollere avtalen.",
    "The agreement (CPA) of sender and recipient does not cover this message now. Ask operations "
    "to check the agreement.",
    ""
};
const FindingSpec recipient_no_certificate{
    "recipient.no_certificate", error,
    "Megleren har ikke noe sertifikat å kryptere til mottakeren med. Be drift registrere det, og "
    "send på nytt etterpå.",
    "The broker has no certificate to encrypt for the recipient with. Ask operations to register "
    "it, then send again.",
    ""
};
const FindingSpec recipient_certificate_not_trusted{
    "recipient.certificate_not_trusted", error,
    "Mottakerens krypteringssertifikat kan ikke brukes: det er utløpt, tilbakekalt eller ikke til "
    "å stole på. Be drift registrere et nytt, og send på nytt etterpå.",
    "The recipient's encryption certificate cannot be used: it has expired, is revoked or is not "
    "believed. Ask operations to register another, then send again.",
    ""
};
const FindingSpec recipient_no_way{
    "recipient.no_way", error,
    "Megleren mangler noe den trenger for å nå mottakeren med ebXML for denne avsenderen. Be "
    "drift spørre med `budstikkectl ebxml way`.",
    "The broker lacks what it needs to reach the recipient by ebXML for this sender. Ask "
    "operations to ask `budstikkectl ebxml way`.",
    ""
};
const FindingSpec recipient_way_not_open{
    "recipient.way_not_open", warning,
    "Veien til mottakeren er ikke åpen nå, men kan åpne seg. Meldingen venter hos megleren så "
    "lenge; følg leveringen.",
    "The way to the recipient is not open now, but may open. The message waits at the broker "
    "until then; follow its delivery.",
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

}  // namespace budstikke::finding
