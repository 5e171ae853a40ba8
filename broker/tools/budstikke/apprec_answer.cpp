// The receipts of apprec_answer.hpp (HIS 80415).
#include "broker/tools/budstikke/apprec_answer.hpp"

#include <algorithm>
#include <utility>

#include <budstikke/v1/exchange.pb.h>

#include "broker/base/clock.hpp"
#include "broker/base/ids.hpp"
#include "broker/crypto/system_random.hpp"

namespace budstikke::tools {

namespace {

AppRecParty party(const MessageParty& from, const std::string& given_name) {
    AppRecParty to;
    to.her_id = from.her_id.value_or("");
    to.parent_her_id = from.parent_her_id.value_or("");
    // The schema wants names; who gives none is named by the number that identifies it.
    to.name = given_name.empty() ? "HER-id " + to.her_id : given_name;
    if (!to.parent_her_id.empty()) {
        to.parent_name = "HER-id " + to.parent_her_id;
    }
    return to;
}

}  // namespace

Result<std::optional<std::string>> answer_with_apprec(
    const v1::Delivery& delivery, const AdapterRegistry& adapters, const ReceiveOptions& options
) {
    const v1::MessageFacts& facts = delivery.message();
    const Adapter* encoder = adapters.find("apprec");
    if (facts.opaque() || facts.format() == "apprec" || encoder == nullptr) {
        return std::nullopt;
    }
    const Decoded decoded = adapters.decode(delivery.payload(), nullptr);
    const Envelope& message = decoded.envelope;
    const auto receiver = std::ranges::find_if(message.receivers, [&](const MessageReceiver& each) {
        return each.party.her_id == facts.recipient();
    });
    if (!decoded.well_formed || receiver == message.receivers.end()) {
        return fail(Errc::malformed, "the message does not name the recipient that it came to");
    }
    crypto::SystemRandom random;
    const Timestamp now = SystemClock().now();
    AppRecDraft draft;
    draft.version = message.apprec_version.empty() ? "1.1" : message.apprec_version;
    draft.id = MessageId::make(now, random).text();
    draft.generated_at = to_rfc3339(now);
    draft.sender = party(receiver->party, options.name);
    draft.receiver = party(message.sender, {});
    draft.role = receiver->role;
    draft.original_type = message.type;
    draft.original_issued_at = message.generated_at;
    draft.original_id = message.message_id;
    if (options.apprec == "reject") {
        draft.status = AppRecStatus::rejected;
        draft.error_codes = {options.apprec_code};
        draft.error_text = options.apprec_text;
    }
    auto encoded = encoder->encode(draft);
    if (!encoded) {
        return std::unexpected(encoded.error());
    }
    return std::optional(std::move(*encoded));
}

}  // namespace budstikke::tools
