#include "broker/app/ebxml_way_texts.hpp"

#include <algorithm>
#include <array>

namespace budstikke::app {

namespace {

constexpr std::array<WayText, 28> texts{{
    {"sender_unknown", "the sender is not in the directory", "avsenderen står ikke i katalogen"},
    {"recipient_unknown", "the recipient is not in the directory",
     "mottakeren står ikke i katalogen"},
    {"recipient_not_ebxml",
     "the recipient is not reached by ebXML: its endpoint in the directory is another",
     "mottakeren nås ikke med ebXML: den har et annet endepunkt i katalogen"},
    {"recipient_not_acted_for",
     "the organisation of the recipient does not act for it: see `acts_for` in the directory",
     "virksomheten til mottakeren handler ikke for den: se `acts_for` i katalogen"},
    {"no_identity",
     "the configuration has no [[ebxml.identity]] of the organisation that owns the sender",
     "konfigurasjonen har ingen [[ebxml.identity]] for virksomheten som eier avsenderen"},
    {"no_endpoint",
     "the recipient has no address: neither an agreement, nor `ebxml_url`, nor `edi_address`",
     "mottakeren har ingen adresse: verken avtale, `ebxml_url` eller `edi_address`"},
    {"no_certificate",
     "the recipient has no encryption certificate, neither in an agreement nor in the directory",
     "mottakeren har ikke noe krypteringssertifikat, verken i en avtale eller i katalogen"},
    {"no_mail_address",
     "the recipient is reached by mail, and the sender has no `edi_address` to send it from",
     "mottakeren nås med e-post, og avsenderen har ingen `edi_address` å sende fra"},
    {"clear_by_mail",
     "the agreement asks for no encryption and the recipient is reached by mail: nothing goes but "
     "what its sender has encrypted",
     "avtalen krever ikke kryptering og mottakeren nås med e-post: bare det avsenderen selv har "
     "kryptert, går"},
    {"no_signing_certificate",
     "the directory names no signing certificate of the partner: what it sends is not believed",
     "katalogen nevner ikke noe signeringssertifikat for partneren: det den sender, blir ikke "
     "trodd"},
    // The agreement.
    {"sender_no_party", "the sender is no party of the agreement",
     "avsenderen er ikke part i avtalen"},
    {"recipient_no_party", "the recipient is no party of the agreement",
     "mottakeren er ikke part i avtalen"},
    {"not_yet_valid", "the agreement, or the certificate of the recipient, is not valid yet",
     "avtalen, eller mottakerens sertifikat, er ikke gyldig ennå"},
    {"expired", "the agreement, or the certificate of the recipient, has expired",
     "avtalen, eller mottakerens sertifikat, er utløpt"},
    {"service_unknown", "the agreement does not name the service", "avtalen nevner ikke tjenesten"},
    {"sender_may_not", "the agreement gives the sender no role that sends this",
     "avtalen gir ikke avsenderen en rolle som sender dette"},
    {"recipient_takes_not", "the agreement gives the recipient no role that receives this",
     "avtalen gir ikke mottakeren en rolle som tar imot dette"},
    // The encryption certificate.
    {"self_signed", "its certificate is self-signed", "sertifikatet er selvsignert"},
    {"unknown_issuer", "its certificate leads to no CA of `trust`",
     "sertifikatet leder ikke til noen CA i `trust`"},
    {"path_invalid", "the path of its certificate breaks a rule of RFC 5280",
     "sertifikatkjeden bryter en regel i RFC 5280"},
    {"authority_expired", "a CA above its certificate is not valid now",
     "en CA over sertifikatet er ikke gyldig nå"},
    {"weak_signature", "its certificate is signed too weakly, or its key is too small",
     "sertifikatet er for svakt signert, eller nøkkelen er for liten"},
    {"before_validity", "its certificate was not valid yet when the message was signed",
     "sertifikatet var ikke gyldig ennå da meldingen ble signert"},
    {"after_validity", "its certificate was over when the message was signed",
     "sertifikatet var utløpt da meldingen ble signert"},
    {"wrong_use", "its certificate is for another use", "sertifikatet er til annen bruk"},
    {"revoked", "its certificate is revoked", "sertifikatet er tilbakekalt"},
    {"revocation_stale", "the revocation list is too old to tell: fetch a new one, then reload",
     "sperrelisten er for gammel til å svare: hent en ny, og last inn på nytt"},
    {"revocation_unknown", "there is no revocation list of the CA of its certificate",
     "det finnes ingen sperreliste fra sertifikatets CA"},
}};

}  // namespace

WayText way_text(std::string_view code) {
    const auto found = std::ranges::find(texts, code, &WayText::code);
    return found == texts.end() ? WayText{code, code, code} : *found;
}

}  // namespace budstikke::app
