// The broker as a test partner for vendors: every violation of HITS 1172 is reported, nothing is
// delivered or remembered, and the same message gets the same answer (HITS 1172 4.2.5).
#include <utility>

#include "broker/transport/ebxml/message/timestamp.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "broker/transport/ebxml/service/inbox_impl.hpp"
#include "broker/xml/sniff.hpp"

namespace budstikke::ebxml {
namespace {

/// Of a MsgHead the first document decides, which its adapter would have to find.
std::string namespace_of(std::string_view payload) {
    const auto root = xml::sniff_root(payload);
    return root && root->name != "MsgHead" ? root->xml_namespace : std::string{};
}

}  // namespace

Reception Inbox::Impl::answer_as_test_partner(Incoming& incoming) {
    Errors own = incoming.sender.errors;
    std::optional<std::vector<OpenedPayload>> opened;
    const auto policy = incoming.known.policy(incoming.from.text()).encryption;
    for (const auto* part : incoming.message.attachments()) {
        const OpeningRoom::Share room(opening);
        const auto payload = incoming.identity.decryptor.open(part->content, policy);
        if (!payload) {
            if (!is_clear_service(*incoming.message.envelope)) {
                own.push_back(error_of(payload.error(), part->content_id));
            }
            continue;
        }
        const bool mime = payload->inside == crypto::cms::Inside::mime;
        opened.emplace().push_back({
            .has_transfer_encoding = !mime || !payload->transfer_encoding.empty(),
            .known_transfer_encoding = true,
            .xml_namespace = namespace_of(payload->payload),
        });
    }
    incoming.verdict = validate({
        .message = incoming.message,
        .transport = incoming.arrival.transport,
        .signature = signature_facts(incoming.sender.verification),
        .known = &incoming.known.known(),
        .validated = parts.schemas != nullptr,
        .opened = std::move(opened),
    });
    auto errors = report_of(incoming.verdict);
    errors.insert(errors.end(), own.begin(), own.end());
    const auto time_to_live = parse_date_time(incoming.sender.envelope.time_to_live);
    if (time_to_live && incoming.now > *time_to_live) {
        errors.push_back(error_of(Refusal::time_to_live_expired));
    }
    if (const auto error = obstacle(incoming)) {
        errors.push_back(*error);
    }
    parts.events.write(
        EventLevel::info, "ebxml_test_answer",
        {{"from", incoming.from.text()}, {"errors", std::to_string(errors.size())}}
    );
    if (incoming.sender.envelope.message_id.empty()) {
        return answer_fault(
            incoming.arrival, &incoming.message, FaultCode::client, errors.front().description
        );
    }
    return answer(incoming, {.later = false, .signal = signal_of(incoming, errors)});
}

}  // namespace budstikke::ebxml
