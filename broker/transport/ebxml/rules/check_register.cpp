// HITS 1172 section 5.9: what the address register says of the parties, their agreement, their mail
// addresses and the sender's certificate.
#include <algorithm>
#include <string>

#include "broker/base/ids.hpp"
#include "broker/transport/ebxml/message/timestamp.hpp"
#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/rules/report.hpp"

namespace budstikke::ebxml {
namespace {

const RegisteredParty* find_party(const Register& known, std::string_view her_id) {
    const auto at = known.parties.find(her_id);
    return at == known.parties.end() ? nullptr : &at->second;
}

void check_parties(const Register& known, const Envelope& envelope, Report& report) {
    if (const auto her_id = envelope.from.her_id(); HerId::parse(her_id)) {
        const auto* sender = find_party(known, her_id);
        report.expect(sender != nullptr, 29);
        report.expect(sender == nullptr || sender->addressable, 30);
    }
    if (const auto her_id = envelope.to.her_id(); HerId::parse(her_id)) {
        const auto* recipient = find_party(known, her_id);
        report.expect(recipient != nullptr && recipient->addressable, 54);
    }
}

bool names(const RegisteredAgreement& agreement, std::string_view her_id) {
    return std::ranges::find(agreement.her_ids, her_id) != agreement.her_ids.end();
}

void check_agreement(const Register& known, const Envelope& envelope, Report& report) {
    // Any other CPAId says that the parties go by the defaults of the profile (5.9.2).
    if (!is_uuid(envelope.cpa_id)) {
        return;
    }
    const auto at = known.agreements.find(lower(envelope.cpa_id));
    if (at == known.agreements.end()) {
        report.broken(110);
        return;
    }
    const auto& agreement = at->second;
    // Who cannot be read has rules of his own (5.8.4).
    const auto is_no_party = [&agreement](std::string_view her_id) {
        return HerId::parse(her_id).has_value() && !names(agreement, her_id);
    };
    report.expect(!is_no_party(envelope.from.her_id()), 111);
    report.expect(!is_no_party(envelope.to.her_id()), 112);
    if (const auto time = parse_date_time(envelope.timestamp)) {
        report.expect(!agreement.start || *time >= *agreement.start, 113);
        report.expect(!agreement.end || *time <= *agreement.end, 114);
    }
}

bool knows_addresses(const Register& known) {
    return std::ranges::any_of(known.parties, [](const auto& party) {
        return !party.second.mail_addresses.empty();
    });
}

/// True where one of the addresses in the field is one of the party's.
bool agrees(const std::string* field, const RegisteredParty* party) {
    if (field == nullptr || field->empty() || party == nullptr || party->mail_addresses.empty()) {
        return true;  // nothing to compare: missing fields have rules of their own
    }
    return std::ranges::any_of(parse_addresses(*field), [party](const std::string& given) {
        return std::ranges::any_of(party->mail_addresses, [&given](const std::string& known) {
            return same_word(given, known);
        });
    });
}

void check_addresses(
    const Register& known, const Envelope& envelope, const Headers& headers, Report& report
) {
    const auto* sender = find_party(known, envelope.from.her_id());
    const auto* recipient = find_party(known, envelope.to.her_id());
    const bool unreachable = sender != nullptr && sender->mail_addresses.empty() &&
                             !sender->has_other_endpoint && knows_addresses(known);
    if (unreachable) {
        // No signal could be sent there (4.2.2.3).
        report.refused(261, Response::fault);
    }
    report.expect(agrees(headers.find("From"), sender), 261);
    report.expect(agrees(headers.find("To"), recipient), 262);
}

void check_certificate(
    const Register& known, const Envelope& envelope, const SignatureFacts& signature, Report& report
) {
    const auto* sender = find_party(known, envelope.from.her_id());
    if (sender == nullptr) {
        return;
    }
    if (sender->signing_certificates.empty()) {
        report.broken(79);
    } else if (signature.signer) {
        const auto& listed = sender->signing_certificates;
        report.expect(std::ranges::find(listed, signature.signer->fingerprint) != listed.end(), 44);
    }
}

}  // namespace

void check_register(const Subject& subject, Report& report) {
    const auto& envelope = subject.message.envelope;
    if (subject.known == nullptr || !envelope) {
        return;
    }
    const auto& known = *subject.known;
    check_parties(known, *envelope, report);
    if (!known.agreements.empty()) {
        check_agreement(known, *envelope, report);
    }
    if (subject.message.mime && subject.transport == Transport::mail) {
        check_addresses(known, *envelope, subject.message.mime->headers, report);
    }
    const bool certificates = std::ranges::any_of(known.parties, [](const auto& party) {
        return !party.second.signing_certificates.empty();
    });
    if (certificates) {
        check_certificate(known, *envelope, subject.signature, report);
    }
}

}  // namespace budstikke::ebxml
