// A message and its copies: the first one goes to the broker, and those that come until that is
// over wait for what becomes of it. Promises that no copy is judged while the broker is still
// writing the message, however long that takes: it is not to be seen there yet, and a refusal would
// contradict the delivery.
#include <future>
#include <utility>

#include "broker/transport/ebxml/service/inbox_impl.hpp"

namespace budstikke::ebxml {

Outcome Inbox::Impl::process(const Incoming& incoming) {
    auto outcome = join_or_process(incoming);
    // It is written by now, and this copy finds it where the first did not wait for it.
    return outcome.unheard ? join_or_process(incoming) : outcome;
}

Outcome Inbox::Impl::join_or_process(const Incoming& incoming) {
    const InProgress::Key key{incoming.from, incoming.sender.envelope.message_id};
    auto entered = in_progress.enter(key, incoming.sender.digests);
    if (auto* joined = std::get_if<InProgress::Joined>(&entered)) {
        parts.events.write(
            EventLevel::info, "ebxml_copy_joined",
            {{"from", incoming.from.text()}, {"message_id", loggable(key.second)}}
        );
        const auto waited = joined->wait_for(incoming.arrival.wait_max);
        return waited == std::future_status::ready ? joined->get() : Outcome{};
    }
    if (std::holds_alternative<InProgress::Contradiction>(entered)) {
        return refuse_false_duplicate(incoming);
    }
    std::optional<Claim> claim(std::get<Claim>(std::move(entered)));
    auto outcome = process_first(incoming, claim);
    if (claim) {
        claim->finish(outcome);
    }
    return outcome;
}

std::optional<pipeline::Receipt> Inbox::Impl::submit(
    const Incoming& incoming, std::string payload, std::optional<Claim>& claim
) const {
    auto prepared = parts.broker.prepare(submission_of(incoming, std::move(payload)));
    if (!prepared) {
        return std::move(prepared.error());
    }
    struct Ended {
        pipeline::Receipt receipt;
        Claim claim;
    };
    std::promise<Ended> promise;
    auto answered = promise.get_future();
    // Where nobody waits any more the claim ends with the promise, when the message is written.
    parts.broker.commit(
        *std::move(prepared),
        [promise = std::move(promise),
         claim = *std::exchange(claim, std::nullopt)](pipeline::Receipt receipt) mutable {
            claim.heard_by_nobody();
            promise.set_value({.receipt = std::move(receipt), .claim = std::move(claim)});
        }
    );
    // A broker that ends answers nobody; what it stored then, the next copy of the message finds.
    if (answered.wait_for(incoming.arrival.wait_max) != std::future_status::ready) {
        return std::nullopt;
    }
    try {
        Ended ended = answered.get();
        claim.emplace(std::move(ended.claim));
        return std::move(ended.receipt);
    } catch (const std::future_error&) {
        return std::nullopt;
    }
}

}  // namespace budstikke::ebxml
