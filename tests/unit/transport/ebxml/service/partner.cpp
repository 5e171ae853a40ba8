#include "tests/unit/transport/ebxml/service/partner.hpp"

#include <stdexcept>
#include <utility>

#include "broker/crypto/cms/cms.hpp"
#include "broker/transport/ebxml/message/names.hpp"
#include "tests/unit/adapters/messages.hpp"
#include "tests/unit/crypto/ebxml/party_pki.hpp"
#include "tests/unit/crypto/test_pki.hpp"
#include "tests/unit/transport/ebxml/packages.hpp"

namespace budstikke::ebxml::test {
namespace {

using crypto::test::PartyPki;

std::string party(std::string_view her_id) {
    return "<Organisation><OrganisationName>Invented</OrganisationName><Organisation>"
           "<OrganisationName>Unit</OrganisationName>" +
           adapters::ident(her_id, "HER") + "</Organisation></Organisation>";
}

OutgoingHeader header_of(const PartnerMessage& message) {
    OutgoingHeader header;
    header.from = {
        .ids = {{.type = "HER", .value = message.from}}, .role = message.action + "sender"
    };
    header.to = {
        .ids = {{.type = "HER", .value = message.to}}, .role = message.action + "receiver"
    };
    header.cpa_id = message.cpa_id;
    header.conversation_id = message.conversation_id;
    header.service = message.service;
    header.service_type = "string";
    header.action = message.action;
    header.message_id = message.message_id;
    header.timestamp = message.timestamp;
    header.time_to_live = message.time_to_live;
    header.description = message.description;
    return header;
}

std::string encrypted(const std::string& payload, const std::string& recipient) {
    const auto certificate = PartyPki::instance().pair(recipient).certificate();
    return crypto::cms::encrypt(crypto::cms::mime_part(payload), certificate).value();
}

std::string signed_envelope(
    const PartnerMessage& message, const EnvelopeText& text, const std::string& attachment
) {
    if (message.sign) {
        return message.sign(text, attachment);
    }
    const crypto::xmldsig::Signer signer(PartyPki::instance().pair(message.signer));
    const std::vector<crypto::xmldsig::Part> parts{{.content_id = content_id, .bytes = attachment}};
    return text.with(signer.sign(text.before, text.after, parts).value());
}

std::vector<crypto::xmldsig::Part> parts_of(const Message& message) {
    std::vector<crypto::xmldsig::Part> parts;
    for (const auto* part : message.attachments()) {
        parts.push_back({.content_id = part->content_id, .bytes = part->content});
    }
    return parts;
}

}  // namespace

std::string dialogue(
    std::string_view from, std::string_view to, std::string_view msg_id, std::string_view more_to
) {
    adapters::MsgHead message;
    message.id = msg_id;
    message.sender = party(from);
    message.receiver = party(to);
    if (!more_to.empty()) {
        message.copies =
            "<OtherReceiver><RoleReceiver V=\"COP\"/>" + party(more_to) + "</OtherReceiver>";
    }
    return message.xml();
}

std::string PartnerMessage::bytes() const {
    const std::vector<OutgoingReference> references{
        {.content_id = std::string(content_id),
         .schema =
             SchemaName{
                 .location = "http://www.kith.no/xmlstds/dialog/2013-01-23", .version = "1.1"
             }}
    };
    auto text = write_payload(header_of(*this), references);
    if (sync_reply) {
        text.before +=
            "<eb:SyncReply SOAP:actor=\"http://schemas.xmlsoap.org/soap/actor/next\" "
            "SOAP:mustUnderstand=\"1\" eb:version=\"2.0\"/>";
    }
    if (before_signing) {
        before_signing(text);
    }
    const auto attachment = pack ? pack(payload) : encrypted(payload, recipient);
    auto envelope = signed_envelope(*this, text, attachment);
    if (after_signing) {
        envelope = after_signing(envelope);
    }
    std::vector<OutgoingPart> parts{{.content_id = std::string(content_id), .bytes = attachment}};
    if (before_packing) {
        before_packing(parts);
    }
    const auto package = package_payload(envelope, parts);
    if (transport == Transport::http) {
        return as_arrival(package, transport);
    }
    std::string more;
    for (const auto& line : mail_headers) {
        more += line + "\r\n";
    }
    return more + mail_of(
                      package, {.from = mail_from,
                                .to = "legekontor@edi.example",
                                .date = timestamp,
                                .message_id = "mail-1@edi.example",
                                .in_reply_to = {}}
                  );
}

std::string sign_with_sha1(const EnvelopeText& text, const std::string& attachment) {
    const auto& pki = PartyPki::instance();
    const crypto::xmldsig::Signer signer(pki.pair("hospital-sign"));
    const std::vector<crypto::xmldsig::Part> parts{{.content_id = content_id, .bytes = attachment}};
    auto signature = signer.sign(text.before, text.after, parts).value();
    const auto replace = [&signature](std::string_view from, std::string_view to) {
        for (auto at = signature.find(from); at != std::string::npos;
             at = signature.find(from, at + to.size())) {
            signature.replace(at, from.size(), to);
        }
    };
    const auto empty = [&signature](const std::string& element) {
        const auto end = "</" + element + ">";
        for (auto at = signature.find("<" + element + ">"); at != std::string::npos;
             at = signature.find("<" + element + ">", at + 1)) {
            const auto from = at + element.size() + 2;
            signature.erase(from, signature.find(end, from) - from);
        }
    };
    using namespace crypto::xmldsig;
    replace(uri_of(SignatureMethod::rsa_sha256), uri_of(SignatureMethod::rsa_sha1));
    replace(uri_of(DigestMethod::sha256), uri_of(DigestMethod::sha1));
    empty("ds:SignatureValue");
    empty("ds:DigestValue");
    empty("ds:X509Data");
    const crypto::test::TempFolder folder;
    crypto::test::write_file(folder.path("template"), text.with(signature));
    crypto::test::write_file(folder.path("part"), attachment);
    crypto::test::output_of(
        "/usr/bin/python3 " BUDSTIKKE_SOURCE_DIR "/tests/unit/crypto/ebxml/xmlsec_peer.py sign " +
        folder.path("template").string() + " " + pki.key("hospital-sign").string() + " " +
        pki.certificate("hospital-sign").string() + " " + folder.path("signed").string() + " " +
        std::string(content_id) + "=" + folder.path("part").string()
    );
    return crypto::test::read_all(folder.path("signed"));
}

std::string encrypt_by_openssl(const std::string& content, const std::string& options) {
    const crypto::test::TempFolder folder;
    crypto::test::write_file(folder.path("in"), content);
    crypto::test::output_of(
        "openssl cms -encrypt -binary -outform DER " + options + " -in " +
        folder.path("in").string() + " -out " + folder.path("out").string() + " -recip " +
        PartyPki::instance().certificate("clinic-crypt").string()
    );
    return crypto::test::read_all(folder.path("out"));
}

std::string as_arrival(const Package& package, Transport transport) {
    if (transport == Transport::mail) {
        return mail_of(
            package, {.from = "sykehus@edi.example",
                      .to = "legekontor@edi.example",
                      .date = SystemClock().now(),
                      .message_id = "mail-2@edi.example",
                      .in_reply_to = {}}
        );
    }
    std::string bytes = "SOAPAction: \"ebXML\"\r\nContent-Type: " + package.content_type + "\r\n";
    if (!package.transfer_encoding.empty()) {
        bytes += "Content-Transfer-Encoding: " + package.transfer_encoding + "\r\n";
    }
    return bytes + "\r\n" + package.body;
}

ReadSignal read_signal(const Package& package) {
    const auto message = read_message(as_arrival(package, Transport::http));
    if (!message || !message->envelope) {
        throw std::runtime_error("no ebXML was answered");
    }
    ReadSignal read;
    read.soap = message->soap;
    read.envelope = *message->envelope;
    read.verification = crypto::xmldsig::Verifier().verify(message->soap, {}, {});
    read.signed_by_clinic =
        read.verification.status == crypto::xmldsig::Status::valid &&
        read.verification.certificate == PartyPki::instance().pair("clinic-sign").certificate();
    return read;
}

std::vector<std::string> ReadSignal::codes() const {
    std::vector<std::string> codes;
    for (const auto& error : envelope.error_list.value_or(ErrorList{}).errors) {
        codes.push_back(error.code);
    }
    return codes;
}

std::string ReadSignal::text() const {
    std::string text;
    for (const auto& error : envelope.error_list.value_or(ErrorList{}).errors) {
        text += error.description + "\n";
    }
    return text;
}

std::vector<std::string> references_of(const std::string& message_bytes) {
    const auto message = read_message(message_bytes).value();
    std::vector<std::string> references;
    for (const auto& reference :
         crypto::xmldsig::Verifier().verify(message.soap, parts_of(message), {}).references) {
        references.push_back(reference.xml);
    }
    return references;
}

}  // namespace budstikke::ebxml::test
