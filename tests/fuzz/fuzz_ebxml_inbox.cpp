// Any bytes as what a partner sends, from MIME to the register: the reader, the verifier, the
// rules, who sent it and whether that is believed. The parties are known, the certificate in any
// signature is not theirs, so that nothing may ever pass for theirs.
#include <array>
#include <cstdint>
#include <string_view>

#include "broker/transport/ebxml/message/monitoring.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "broker/transport/ebxml/service/authentication.hpp"
#include "broker/transport/ebxml/service/mail_answers.hpp"
#include "broker/transport/ebxml/service/refusals.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace budstikke;

using budstikke::fuzz::must;

/// The two parties of the corpus.
const ebxml::Register& known() {
    static const ebxml::Register parties = [] {
        ebxml::Register made;
        for (const auto* her_id : {"2001", "3001"}) {
            made.parties[her_id] = {
                .addressable = true,
                .mail_addresses = {"sykehus@edi.example"},
                .signing_certificates = {std::string(64, 'a')},
            };
        }
        return made;
    }();
    return parties;
}

void check_mail(const ebxml::Message& message) {
    if (!message.mime) {
        return;
    }
    const auto address = ebxml::fault_address(message.mime->headers);
    must(address.empty() || ebxml::is_plain_address(address));
    for (const auto& id : ebxml::answered_mails(message.mime->headers)) {
        must(id.find('>') == std::string::npos);
    }
    if (ebxml::is_report(message)) {
        (void)ebxml::read_bounce(message);
    }
}

void check_errors(const ebxml::Errors& errors) {
    for (const auto& error : errors) {
        must(!error.code.empty() && !error.location.empty() && !error.description.empty());
    }
}

void check_sender(const ebxml::Message& message, ebxml::Transport transport) {
    static const crypto::xmldsig::Verifier verifier;
    const auto signature = ebxml::verify(message, {}, verifier);
    const auto verdict = ebxml::validate({
        .message = message,
        .transport = transport,
        .signature = ebxml::signature_facts(signature.verification),
        .known = &known(),
        .opened = std::nullopt,
    });
    // Rule 44: nobody here has the certificate of another.
    must(verdict.answer != ebxml::Answer::acknowledgment);
    must(verdict.answer != ebxml::Answer::warning);
    check_errors(ebxml::errors_of(verdict));
    check_errors(ebxml::report_of(verdict));
    if (signature.envelope) {
        must(signature.envelope->message_id == message.envelope->message_id);
        must(signature.envelope->to.her_id() == message.envelope->to.her_id());
    }
    for (const auto& description : message.envelope->descriptions) {
        must(ebxml::read_description(description).size() <= 6);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto message = ebxml::read_message(bytes);
    if (!message) {
        return 0;
    }
    check_mail(*message);
    if (message->envelope) {
        check_sender(*message, ebxml::Transport::http);
        check_sender(*message, ebxml::Transport::mail);
    }
    return 0;
}
