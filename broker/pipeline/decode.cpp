// The first stage: bytes to facts. XML goes to the adapter that recognises it; a payload for
// another's eyes keeps the facts that its sender declares.
#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "broker/base/limits.hpp"
#include "broker/crypto/digest.hpp"
#include "broker/message/finding_catalogue.hpp"
#include "broker/pipeline/stages.hpp"

namespace budstikke::pipeline {
namespace {

constexpr std::string_view opaque_format = "opaque";

enum class ContentKind { xml, opaque, unsupported };

std::string trimmed_lower(std::string_view text) {
    const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
    while (!text.empty() && is_space(static_cast<unsigned char>(text.front()))) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_space(static_cast<unsigned char>(text.back()))) {
        text.remove_suffix(1);
    }
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return lower;
}

ContentKind kind_of(std::string_view content_type) {
    const std::string type = trimmed_lower(content_type.substr(0, content_type.find(';')));
    if (type == "application/xml" || type == "text/xml") {
        return ContentKind::xml;
    }
    return type == "application/pkcs7-mime" ? ContentKind::opaque : ContentKind::unsupported;
}

void add(Findings& findings, const FindingSpec& spec, std::string path = {}) {
    findings.push_back({.spec = &spec, .location = {.line = 0, .path = std::move(path)}});
}

Envelope declared_envelope(const DeclaredFacts& facts) {
    Envelope envelope;
    envelope.format = opaque_format;
    envelope.version = facts.version;
    envelope.type = facts.type;
    envelope.action = facts.type;
    envelope.message_id = facts.message_id;
    envelope.sender.her_id = facts.sender;
    envelope.receivers = facts.recipients;
    envelope.ref_to_conversation = facts.conversation;
    envelope.ref_to_parent = facts.parent;
    envelope.is_apprec = facts.type == "APPREC";
    envelope.opaque = true;
    return envelope;
}

bool too_long(const DeclaredFacts& facts) {
    return std::max({facts.message_id.size(), facts.conversation.size(), facts.parent.size()}) >
               limits::msg_id_bytes_max ||
           std::max(facts.type.size(), facts.version.size()) > limits::type_code_bytes_max;
}

void decode_opaque(Draft& draft) {
    const auto& declared = draft.submission.declared;
    if (!declared || declared->message_id.empty() || declared->sender.empty() ||
        declared->recipients.empty() || declared->type.empty()) {
        add(draft.findings, finding::declared_missing, "declared");
        return;
    }
    if (too_long(*declared)) {
        add(draft.findings, finding::field_too_long, "declared");
        return;
    }
    draft.envelope = declared_envelope(*declared);
    draft.readable = true;
}

/// Before anything is compared with them: who names that many names no message's recipients.
bool names_too_many(Draft& draft) {
    const auto& declared = draft.submission.declared;
    if (draft.submission.recipients.size() > limits::receivers_max) {
        add(draft.findings, finding::receivers_too_many, "recipients");
    } else if (declared && declared->recipients.size() > limits::receivers_max) {
        add(draft.findings, finding::receivers_too_many, "declared/recipients");
    }
    return !draft.findings.empty();
}

/// What stands twice where it counts once is refused whatever the level of validation: another
/// reader of the message may see another sender or receiver in it than the one that was checked.
bool is_ambiguous(const Findings& findings) {
    return std::ranges::any_of(findings, [](const Finding& found) {
        return found.spec == &finding::ambiguous;
    });
}

bool names_receiver(const Envelope& envelope, const MessageReceiver& receiver) {
    return std::ranges::any_of(envelope.receivers, [&](const MessageReceiver& named) {
        return named.party.her_id == receiver.party.her_id && named.role == receiver.role;
    });
}

/// What the sender declares beside a payload that names it too must agree with it.
void compare_declared(Draft& draft) {
    const auto& declared = draft.submission.declared;
    if (!declared) {
        return;
    }
    const auto disagrees = [&](std::string_view given, std::string_view read, const char* path) {
        if (!given.empty() && given != read) {
            add(draft.findings, finding::declared_mismatch, path);
        }
    };
    const Envelope& read = draft.envelope;
    disagrees(declared->message_id, read.message_id, "declared/message_id");
    disagrees(declared->sender, read.sender.her_id.value_or(""), "declared/sender");
    disagrees(declared->type, read.action.empty() ? read.type : read.action, "declared/type");
    disagrees(declared->version, read.version, "declared/version");
    disagrees(declared->conversation, read.ref_to_conversation, "declared/conversation");
    disagrees(declared->parent, read.ref_to_parent, "declared/parent");
    for (const auto& recipient : declared->recipients) {
        if (!names_receiver(read, recipient)) {
            add(draft.findings, finding::declared_mismatch, "declared/recipients");
        }
    }
}

}  // namespace

Stage decode(const View& view, Submission submission) {
    auto draft = std::make_unique<Draft>();
    draft->submission = std::move(submission);
    const std::string_view bytes = draft->submission.payload.bytes();
    if (bytes.empty()) {
        add(draft->findings, finding::payload_empty);
        return std::unexpected(refusal(std::move(*draft)));
    }
    if (bytes.size() > view.settings.payload_bytes_max) {
        add(draft->findings, finding::payload_too_large);
        return std::unexpected(refusal(std::move(*draft)));
    }
    if (names_too_many(*draft)) {
        return std::unexpected(refusal(std::move(*draft)));
    }
    // It is kept with the message and goes into every frame that offers it.
    if (draft->submission.content_type.size() > limits::fact_bytes_max) {
        add(draft->findings, finding::field_too_long, "content_type");
        return std::unexpected(refusal(std::move(*draft)));
    }
    switch (kind_of(draft->submission.content_type)) {
        case ContentKind::unsupported:
            add(draft->findings, finding::content_type_unsupported);
            break;
        case ContentKind::opaque:
            decode_opaque(*draft);
            break;
        case ContentKind::xml: {
            auto decoded = decode_payload(view, *draft);
            draft->readable = decoded.well_formed && !decoded.envelope.format.empty() &&
                              !is_ambiguous(decoded.findings);
            draft->envelope = std::move(decoded.envelope);
            draft->findings = std::move(decoded.findings);
            if (draft->readable) {
                compare_declared(*draft);
            }
            break;
        }
    }
    if (!draft->readable) {
        return std::unexpected(refusal(std::move(*draft)));
    }
    draft->digest = crypto::sha256(bytes);
    return draft;
}

}  // namespace budstikke::pipeline
