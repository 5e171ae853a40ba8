// The broker as a test partner for vendors (HITS 1172 4.2, 5.15): it answers as any receiver does,
// reports every violation, and neither delivers nor remembers anything; the same message gets the
// same answer (4.2.5). It opens what nobody has proved to have sent, and says what is inside: its
// keys must be for tests only.
#include <algorithm>
#include <utility>

#include "broker/transport/ebxml/message/timestamp.hpp"
#include "broker/transport/ebxml/rules/opened_payload.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "broker/transport/ebxml/service/inbox_impl.hpp"

namespace budstikke::ebxml {
namespace {

bool has(const Verdict& verdict, int rule) {
    return std::ranges::find(verdict.violations, find_rule(rule), &Violation::rule) !=
           verdict.violations.end();
}

/// `12 94 94 272`, for the log: what each says, `budstikke ebxml rules` tells.
std::string numbers_of(const Verdict& verdict) {
    std::string numbers;
    for (const auto& violation : verdict.violations) {
        numbers += (numbers.empty() ? "" : " ") + std::to_string(violation.rule->id);
    }
    return numbers;
}

/// Whether rule 263 has said why the attachment at this place could not be opened.
bool is_no_cms(const Incoming& incoming, std::string_view place) {
    const auto attachments = incoming.message.attachments();
    const auto part = std::ranges::find_if(attachments, [place](const Part* attachment) {
        return "cid:" + attachment->content_id == place;
    });
    const auto where = "attachment " + std::to_string(part - attachments.begin() + 1);
    const auto& violations = incoming.verdict.violations;
    return std::ranges::any_of(violations, [&where](const Violation& violation) {
        return violation.rule == find_rule(263) && violation.location == where;
    });
}

/// Every violation; of the signature also what exactly is wrong with it.
Errors violations_of(const Incoming& incoming) {
    Errors errors;
    for (const auto& violation : incoming.verdict.violations) {
        auto& made = errors.emplace_back(error_of(violation));
        const auto names = fault_names(incoming.sender.verification);
        if (violation.rule->id == 50 && !names.empty()) {
            made.description += " (" + names + ')';
        }
    }
    return errors;
}

/// What authentication found that no rule has said already.
Errors beyond_rules(const Incoming& incoming) {
    const auto& verdict = incoming.verdict;
    const auto& sender = incoming.sender;
    const bool valid = sender.verification.status == crypto::xmldsig::Status::valid;
    const bool unsigned_said = !valid && (has(verdict, 45) || has(verdict, 50));
    const bool stranger_said =
        has(verdict, 44) && sender.signed_by == Signatory::stranger &&
        !incoming.known.signs_with(incoming.from.text(), *sender.verification.certificate);
    return unsigned_said || stranger_said ? Errors{} : sender.errors;
}

}  // namespace

bool Inbox::Impl::is_to_test(const Message* message, const Surroundings& known) const {
    const bool addressed = message != nullptr && message->envelope;
    const auto to =
        addressed ? HerId::parse(message->envelope->to.her_id()) : std::optional<HerId>();
    const auto* identity = to ? known.identity(*to) : nullptr;
    return identity != nullptr ? is_test(*identity) : options.test_partner || known.is_all_test();
}

/// Nothing where one of them stays closed: then the rules of what is inside stay unchecked.
std::optional<std::vector<OpenedPayload>> Inbox::Impl::open_all(
    const Incoming& incoming, Errors& errors
) {
    const auto policy = incoming.known.policy(incoming.from.text()).encryption;
    std::vector<OpenedPayload> all;
    bool whole = true;
    for (const auto* part : incoming.message.attachments()) {
        const OpeningRoom::Share room(opening);
        const auto opened = incoming.identity.decryptor.open(part->content, policy);
        if (auto payload = opened_payload(opened, parts.adapters)) {
            all.push_back(*std::move(payload));
            continue;
        }
        whole = false;
        if (!is_clear_service(*incoming.message.envelope)) {
            errors.push_back(error_of(opened.error(), part->content_id));
        }
    }
    return whole ? std::optional(std::move(all)) : std::nullopt;
}

Reception Inbox::Impl::answer_as_test_partner(Incoming& incoming) {
    Errors own;
    judge(incoming, open_all(incoming, own));
    std::erase_if(own, [&incoming](const EbxmlError& error) {
        return is_no_cms(incoming, error.location);
    });
    const auto authentication = beyond_rules(incoming);
    own.insert(own.begin(), authentication.begin(), authentication.end());
    const auto time_to_live = parse_date_time(incoming.sender.envelope.time_to_live);
    if (time_to_live && incoming.now > *time_to_live) {
        own.push_back(error_of(Refusal::time_to_live_expired));
    }
    if (const auto error = obstacle(incoming)) {
        own.push_back(*error);
    }
    // Whatever no rule says, a receiver answers with an error.
    const bool none = incoming.verdict.answer == Answer::none && own.empty();
    auto errors = violations_of(incoming);
    errors.insert(errors.end(), own.begin(), own.end());
    parts.events.write(
        EventLevel::info, "ebxml_test_answer",
        {{"from", incoming.from.text()},
         {"errors", std::to_string(errors.size())},
         {"rules", numbers_of(incoming.verdict)}}
    );
    if (incoming.verdict.answer == Answer::fault) {
        return answer_fault(
            incoming.arrival, &incoming.message, FaultCode::client, fault_text(errors)
        );
    }
    return none ? Reception{}
                : answer(incoming, {.later = false, .signal = signal_of(incoming, errors)});
}

std::optional<std::string> Inbox::Impl::judge_signal(
    const Arrival& arrival, const Message& message, const Surroundings& known,
    const Authentication& sender
) {
    const auto to = HerId::parse(message.envelope->to.her_id());
    const auto* identity = to ? known.identity(*to) : nullptr;
    if (identity == nullptr || !is_test(*identity)) {
        return std::nullopt;
    }
    const auto verdict = validate({
        .message = message,
        .transport = arrival.transport,
        .signature = signature_facts(sender.verification),
        .known = &known.known(),
        .validated = parts.schemas != nullptr,
        .opened = std::nullopt,
    });
    const auto from = HerId::parse(message.envelope->from.her_id());
    parts.events.write(
        EventLevel::info, "ebxml_test_answer",
        {{"from", from ? from->text() : std::string("not_an_id")},
         {"errors", std::to_string(verdict.violations.size())},
         {"rules", numbers_of(verdict)}}
    );
    return verdict.answer == Answer::fault ? std::optional(fault_text(report_of(verdict)))
                                           : std::nullopt;
}

}  // namespace budstikke::ebxml
