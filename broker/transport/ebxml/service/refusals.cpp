#include "broker/transport/ebxml/service/refusals.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "broker/message/finding_catalogue.hpp"

namespace budstikke::ebxml {
namespace {

constexpr std::string_view security = "SecurityFailure";
constexpr std::string_view signature_path = "/SOAP:Envelope/SOAP:Header/ds:Signature";
constexpr std::string_view header_path = "/SOAP:Envelope/SOAP:Header/eb:MessageHeader";
constexpr std::string_view key_info_path = "/SOAP:Envelope/SOAP:Header/ds:Signature/ds:KeyInfo";
constexpr std::string_view cpa_id_path = "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:CPAId";
constexpr std::string_view time_to_live_path =
    "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:MessageData/eb:TimeToLive";
constexpr std::string_view message_id_path =
    "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:MessageData/eb:MessageId";
constexpr std::string_view manifest_path = "/SOAP:Envelope/SOAP:Body/eb:Manifest";

std::string both(std::string_view text_no, std::string_view text_en) {
    std::string text(text_no);
    text += " / ";
    text += text_en;
    return text;
}

EbxmlError error(
    std::string_view code, std::string_view location, std::string_view text_no,
    std::string_view text_en
) {
    return {
        .code = std::string(code),
        .severity = ErrorSeverity::error,
        .context = {},
        .location = std::string(location),
        .description = both(text_no, text_en),
    };
}

/// Where a finding has no row the message itself is what cannot be taken: Unknown says too little.
struct CodeOf {
    const FindingSpec* spec;
    std::string_view code;
};

std::string_view code_of(const FindingSpec& spec) {
    static const std::array codes{
        CodeOf{&finding::sender_not_allowed, "SecurityFailure"},
        CodeOf{&finding::sender_unknown, "DeliveryFailure"},
        CodeOf{&finding::sender_not_valid_now, "DeliveryFailure"},
        CodeOf{&finding::sender_held, "DeliveryFailure"},
        CodeOf{&finding::declared_mismatch, "Inconsistent"},
        CodeOf{&finding::recipient_not_named, "Inconsistent"},
        CodeOf{&finding::identity_conflict, "Inconsistent"},
        CodeOf{&finding::type_mismatch, "Inconsistent"},
        CodeOf{&finding::format_unknown, "NotSupported"},
        CodeOf{&finding::standard_unknown, "NotSupported"},
        CodeOf{&finding::type_unknown, "NotSupported"},
        CodeOf{&finding::content_type_unsupported, "NotSupported"},
        CodeOf{&finding::recipient_refuses_type, "NotSupported"},
        CodeOf{&finding::recipient_refuses_version, "NotSupported"},
        CodeOf{&finding::recipient_refuses_format, "NotSupported"},
        CodeOf{&finding::recipient_unknown, "DeliveryFailure"},
        CodeOf{&finding::recipient_not_valid_now, "DeliveryFailure"},
        CodeOf{&finding::recipient_held, "DeliveryFailure"},
        CodeOf{&finding::recipient_redirect_loop, "DeliveryFailure"},
        CodeOf{&finding::recipient_unreachable, "DeliveryFailure"},
        CodeOf{&finding::recipient_no_service, "NotSupported"},
        CodeOf{&finding::recipient_not_agreed, "DeliveryFailure"},
        CodeOf{&finding::recipient_no_certificate, "DeliveryFailure"},
        CodeOf{&finding::recipient_certificate_not_trusted, "DeliveryFailure"},
        CodeOf{&finding::recipient_no_way, "DeliveryFailure"},
        CodeOf{&finding::broker_full, "DeliveryFailure"},
        CodeOf{&finding::broker_draining, "DeliveryFailure"},
    };
    const auto* const at = std::ranges::find(codes, &spec, &CodeOf::spec);
    return at == codes.end() ? "OtherXml" : at->code;
}

EbxmlError error_of(const Finding& found) {
    // Two findings speak of a submission's own words, which here are those of the ebXML header.
    if (found.spec == &finding::declared_mismatch) {
        return error(
            code_of(*found.spec), "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:From",
            "Avsenderen i meldingen er en annen enn eb:From.",
            "The sender of the message is another than eb:From."
        );
    }
    if (found.spec == &finding::recipient_not_named) {
        return error(
            code_of(*found.spec), "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:To",
            "Mottakeren i eb:To er ikke blant mottakerne som meldingen nevner.",
            "The recipient in eb:To is not among those that the message names."
        );
    }
    const auto place = found.location.text();
    auto made = error(
        code_of(*found.spec), place.empty() ? "payload" : "payload: " + place, found.spec->text_no,
        found.spec->text_en
    );
    made.description = std::string(found.spec->code) + ": " + made.description;
    return made;
}

bool is_said(const Errors& errors, const EbxmlError& error) {
    return std::ranges::any_of(errors, [&error](const EbxmlError& said) {
        return said.location == error.location && said.description == error.description;
    });
}

bool has(const Findings& findings, const FindingSpec& spec) {
    return std::ranges::any_of(findings, [&spec](const Finding& found) {
        return found.spec == &spec;
    });
}

void add(const Findings& findings, Errors& errors) {
    for (const auto& found : findings) {
        // That nobody is left follows from there being no such recipient.
        const bool follows =
            found.spec == &finding::receiver_missing && has(findings, finding::recipient_not_named);
        if (found.spec->severity != Severity::error || follows) {
            continue;
        }
        auto made = error_of(found);
        if (!is_said(errors, made)) {
            errors.push_back(std::move(made));
        }
    }
}

}  // namespace

EbxmlError error_of(const Violation& violation) {
    const auto& rule = *violation.rule;
    auto made = error(
        rule.error_code.empty() ? "Unknown" : rule.error_code, violation.location, rule.text_no,
        rule.text_en
    );
    if (violation.response() < Response::error) {
        made.severity = ErrorSeverity::warning;
    }
    made.description = "HITS 1172 regel " + std::to_string(rule.id) + ": " + made.description;
    return made;
}

Errors errors_of(const Verdict& verdict) {
    Errors errors;
    for (const auto& violation : verdict.violations) {
        if (violation.response() != Response::log_only) {
            errors.push_back(error_of(violation));
        }
    }
    return errors;
}

Errors report_of(const Verdict& verdict) {
    Errors errors;
    for (const auto& violation : verdict.violations) {
        errors.push_back(error_of(violation));
    }
    return errors;
}

std::string fault_text(const Verdict& verdict) {
    std::string text;
    for (const auto& violation : verdict.violations) {
        if (violation.response() == Response::fault) {
            text += (text.empty() ? "" : "; ") + error_of(violation).description;
        }
    }
    return text;
}

std::string fault_text(const Errors& errors) {
    std::string text;
    for (const auto& error : errors) {
        text += (text.empty() ? "" : "; ") + error.description;
        text += error.location.empty() ? "" : " [" + error.location + ']';
    }
    return text;
}

Errors errors_of(const pipeline::Receipt& receipt) {
    Errors errors;
    add(receipt.findings, errors);
    for (const auto& recipient : receipt.recipients) {
        add(recipient.findings, errors);
    }
    if (errors.empty()) {
        errors.push_back(error(
            "DeliveryFailure", "payload", "Meldingen ble ikke tatt imot.",
            "The message was not accepted."
        ));
    }
    return errors;
}

EbxmlError error_of(crypto::cms::Fault fault, std::string_view content_id) {
    auto made = error(
        security, "cid:" + std::string(content_id), "Innholdet kan ikke dekrypteres",
        "The content cannot be decrypted"
    );
    made.description +=
        " (" + std::string(crypto::cms::name(crypto::cms::for_strangers(fault))) + ")";
    return made;
}

EbxmlError error_of(crypto::TrustFault fault) {
    auto made = error(
        security, key_info_path, "Signeringssertifikatet godtas ikke",
        "The signing certificate is not accepted"
    );
    made.description += " (" + std::string(crypto::name(fault)) + ")";
    return made;
}

EbxmlError error_of(const crypto::xmldsig::Verification& verification) {
    auto made =
        error(security, signature_path, "Signaturen er ikke gyldig", "The signature is not valid");
    made.description += " (" + fault_names(verification) + ")";
    return made;
}

std::string fault_names(const crypto::xmldsig::Verification& verification) {
    if (verification.status == crypto::xmldsig::Status::absent) {
        return "absent";
    }
    std::string names;
    for (const auto& found : verification.findings) {
        names += (names.empty() ? "" : ", ") + std::string(crypto::xmldsig::name(found.fault));
    }
    return names;
}

EbxmlError error_of(Obstacle obstacle) {
    // ebMS 3.1.2: a message that contradicts the agreement is Inconsistent.
    auto made = error(
        "Inconsistent", cpa_id_path, "Avtalen tillater ikke denne meldingen",
        "The agreement does not allow this message"
    );
    made.description += " (" + std::string(name(obstacle)) + ")";
    return made;
}

EbxmlError error_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::unknown_certificate:
            return error(
                security, key_info_path,
                "Sertifikatet i signaturen er ikke avsenderens signeringssertifikat i registeret",
                "The certificate in the signature is not the sender's in the register"
            );
        case Refusal::time_to_live_expired:
            return error(
                "TimeToLiveExpired", time_to_live_path, "Meldingens levetid var over da den kom",
                "The message came after its time to live"
            );
        case Refusal::false_duplicate:
            return error(
                "Inconsistent", message_id_path,
                "Samme MessageId er brukt før med annet innhold; gi meldingen en ny",
                "The same MessageId was used before with other content; give the message a new one"
            );
        case Refusal::several_payloads:
            return error(
                "NotSupported", manifest_path, "Meldingen har mer enn ett vedlegg; send ett",
                "The message has more than one payload; send one"
            );
        case Refusal::no_payload:
            return error(
                "MimeProblem", manifest_path, "Meldingen har ikke noe innhold",
                "The message has no payload"
            );
        case Refusal::not_encrypted:
            return error(
                security, manifest_path, "Innholdet er ikke kryptert",
                "The payload is not encrypted"
            );
        case Refusal::too_large:
            return error(
                "NotSupported", manifest_path, "Innholdet er for stort", "The payload is too large"
            );
    }
    return {};
}

std::string_view name(Refusal refusal) {
    switch (refusal) {
        case Refusal::unknown_certificate:
            return "unknown_certificate";
        case Refusal::time_to_live_expired:
            return "time_to_live_expired";
        case Refusal::false_duplicate:
            return "false_duplicate";
        case Refusal::several_payloads:
            return "several_payloads";
        case Refusal::no_payload:
            return "no_payload";
        case Refusal::not_encrypted:
            return "not_encrypted";
        case Refusal::too_large:
            return "too_large";
    }
    return {};
}

}  // namespace budstikke::ebxml
