#include "tests/unit/transport/ebxml/drafts.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "broker/crypto/cms/cms.hpp"
#include "broker/crypto/digest.hpp"
#include "broker/crypto/xmldsig/xmldsig.hpp"
#include "broker/transport/ebxml/message/writer.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "broker/xml/schema_set.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::ebxml::test {
namespace {

using crypto::test::PartyPki;

constexpr std::string_view payload =
    "<Message xmlns='http://www.kith.no/xmlstds/labsvar/2012-02-15'/>";
constexpr std::string_view content_id = "payload-1@nordvik.example";

const crypto::xmldsig::Signer& signer() {
    static const crypto::xmldsig::Signer one(PartyPki::instance().pair("hospital-sign"));
    return one;
}

OutgoingHeader header_of(std::string_view message_id) {
    OutgoingHeader header;
    header.from = {.ids = {{.type = "HER", .value = "2001"}}, .role = "SVAR_LABsender"};
    header.to = {.ids = {{.type = "HER", .value = "3001"}}, .role = "SVAR_LABreceiver"};
    header.cpa_id = agreement_id;
    header.conversation_id = "1c7f8f64-9c9c-4b3d-8f4e-6f6f4f1c2b3a";
    header.service = "S-SVAR_LAB";
    header.service_type = "string";
    header.action = "SVAR_LAB";
    header.message_id = message_id;
    header.timestamp = std::chrono::time_point_cast<Duration>(SystemClock().now());
    header.description = R"({"MSH-system":"Budstikke","MSH-versjon":"0.1"})";
    return header;
}

std::string sign(const EnvelopeText& text, std::span<const crypto::xmldsig::Part> parts) {
    auto signature = signer().sign(text.before, text.after, parts);
    if (!signature) {
        throw std::runtime_error(signature.error().detail);
    }
    return text.with(*signature);
}

Register known_to_the_receiver() {
    const auto fingerprint = crypto::to_hex(signer().certificate().facts().fingerprint);
    const auto now = SystemClock().now();
    Register known;
    known.parties["2001"] = {
        .addressable = true,
        .mail_addresses = {"sykehus@edi.example"},
        .signing_certificates = {fingerprint},
    };
    known.parties["3001"] = {
        .addressable = true,
        .mail_addresses = {"legekontor@edi.example"},
        .signing_certificates = {},
    };
    known.agreements[std::string(agreement_id)] = {
        .her_ids = {"2001", "3001"},
        .start = now - std::chrono::hours(1),
        .end = now + std::chrono::hours(1),
    };
    return known;
}

Draft bare_draft() {
    Draft draft;
    draft.headers = {
        {"From", "sykehus@edi.example"},
        {"To", "legekontor@edi.example"},
        {"Date", "Sun, 22 Nov 2026 12:00:00 +0000"},
        {"Message-ID", "<mail-1@edi.example>"},
        {"MIME-Version", "1.0"},
        {"SOAPAction", "\"ebXML\""},
    };
    draft.known = known_to_the_receiver();
    return draft;
}

Draft make_payload() {
    auto draft = bare_draft();
    draft.headers.emplace_back(
        "Content-Type", "multipart/related; type=\"text/xml\"; start=\"<soap>\"; boundary=\"=_b\""
    );
    draft.soap_headers =
        "Content-Type: text/xml; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: 8bit\r\n"
        "Content-ID: <soap>\r\n";
    draft.attachment_headers =
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n"
        "Content-Transfer-Encoding: base64\r\nContent-ID: <" +
        std::string(content_id) + ">\r\n";
    const auto recipient = PartyPki::instance().pair("clinic-crypt").certificate();
    draft.attachment = crypto::cms::encrypt(crypto::cms::mime_part(payload), recipient).value();
    const std::vector<OutgoingReference> references{
        {.content_id = std::string(content_id),
         .schema = SchemaName{.location = std::string(payload_namespace), .version = "1.4"}}
    };
    const std::vector<crypto::xmldsig::Part> parts{
        {.content_id = content_id, .bytes = draft.attachment}
    };
    draft.envelope =
        sign(write_payload(header_of("955536cb-fb9a-49d9-848d-2baca7b116e1"), references), parts);
    draft.opened = {{.xml_namespace = std::string(payload_namespace)}};
    return draft;
}

/// What a signal answers.
Envelope received() {
    const auto message = read_message(payload_draft().text());
    return message.value().envelope.value();
}

OutgoingHeader signal(Kind kind) {
    auto header = signal_header(received(), kind);
    // The hospital answers itself here: one signing key is enough for the tests.
    std::swap(header.from, header.to);
    header.message_id = "0b7a9d0e-1111-4222-8333-444455556666";
    header.timestamp = SystemClock().now();
    return header;
}

Draft make_signal(const EnvelopeText& text) {
    auto draft = bare_draft();
    draft.headers.emplace_back("Content-Type", "text/xml; charset=UTF-8");
    draft.headers.emplace_back("Content-Transfer-Encoding", "8bit");
    draft.attached = false;
    draft.envelope = sign(text, {});
    return draft;
}

Draft make_acknowledgment() {
    const auto& original = payload_draft();
    const std::vector<crypto::xmldsig::Part> parts{
        {.content_id = content_id, .bytes = original.attachment}
    };
    const auto verification =
        crypto::xmldsig::Verifier().verify(original.envelope, parts, crypto::xmldsig::Policy{});
    std::vector<std::string> references;
    for (const auto& reference : verification.references) {
        references.push_back(reference.xml);
    }
    return make_signal(
        write_acknowledgment(signal(Kind::acknowledgment), received().message_id, references)
    );
}

Draft make_error() {
    const std::vector<EbxmlError> errors{{
        .code = "SecurityFailure",
        .severity = ErrorSeverity::error,
        .context = {},
        .location = "/SOAP:Envelope/SOAP:Header/ds:Signature",
        .description = "Signaturen er ugyldig",
    }};
    return make_signal(write_error(signal(Kind::error), errors));
}

const xml::SchemaSet& official_schemas() {
    static const auto schemas = xml::SchemaSet::load(standards() / "ebms-2.0/schema").value();
    return *schemas;
}

}  // namespace

void Draft::drop(std::string_view header) {
    const auto gone =
        std::erase_if(headers, [header](const auto& field) { return field.first == header; });
    EXPECT_EQ(gone, 1U) << header;
}

void Draft::set(std::string_view header, std::string_view value) {
    const auto at = std::ranges::find(headers, header, &std::pair<std::string, std::string>::first);
    ASSERT_NE(at, headers.end()) << header;
    at->second = value;
}

void Draft::edit(std::string_view from, std::string_view to) {
    envelope = changed(envelope, from, to);
}

void Draft::cut(std::string_view begin, std::string_view end) {
    const auto from = envelope.find(begin);
    ASSERT_NE(from, std::string::npos) << begin;
    const auto until = envelope.find(end, from);
    ASSERT_NE(until, std::string::npos) << end;
    envelope.erase(from, until + end.size() - from);
}

std::string Draft::text() const {
    std::string out;
    for (const auto& [name, value] : headers) {
        out += name + ": " + value + "\r\n";
    }
    out += "\r\n";
    if (soap_headers.empty()) {
        return out + envelope;
    }
    out += "--=_b\r\n" + soap_headers + "\r\n" + envelope;
    if (attached) {
        const bool base64 = attachment_headers.find("base64") != std::string::npos;
        out += "\r\n--=_b\r\n" + attachment_headers + "\r\n" +
               (base64 ? encode_base64(attachment) : attachment);
    }
    return out + "\r\n--=_b--\r\n";
}

const Draft& payload_draft() {
    static const Draft draft = make_payload();
    return draft;
}

const Draft& acknowledgment_draft() {
    static const Draft draft = make_acknowledgment();
    return draft;
}

const Draft& error_draft() {
    static const Draft draft = make_error();
    return draft;
}

Verdict verdict_of(const Draft& draft) {
    const auto message = read_message(draft.text(), &official_schemas());
    if (!message) {
        return unreadable(message.error().detail);
    }
    static const crypto::xmldsig::Verifier verifier;
    return validate({
        .message = *message,
        .transport = Transport::mail,
        .signature = signature_facts(*message, verifier, crypto::xmldsig::Policy{}),
        .known = &draft.known,
        .validated = true,
        .opened = draft.opened,
    });
}

std::vector<int> broken_rules(const Verdict& verdict) {
    std::vector<int> ids;
    for (const auto& violation : verdict.violations) {
        ids.push_back(violation.rule->id);
    }
    return ids;
}

}  // namespace budstikke::ebxml::test
