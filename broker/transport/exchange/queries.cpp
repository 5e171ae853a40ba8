// The queries of queries.hpp.
#include "broker/transport/exchange/queries.hpp"

#include <utility>
#include <vector>

#include <budstikke/v1/exchange.pb.h>

#include "broker/base/limits.hpp"

namespace budstikke::transport {

void Queries::status(const v1::StatusRequest& from) {
    auto ref = read_ref(from.message());
    if (!ref) {
        session_.problem(from.request(), {Errc::invalid_argument, "message"});
        return;
    }
    ++pending_;
    asked_.push_back({.request = from.request(), .ref = std::move(*ref)});
    pump();
}

void Queries::pump() {
    if (session_.outbox.closed()) {
        pending_ -= static_cast<std::uint32_t>(asked_.size());
        asked_.clear();
    }
    while (!asked_.empty() && reading_ < limits::status_reads_max && !session_.outbox.full()) {
        Asked next = std::move(asked_.front());
        asked_.pop_front();
        read(std::move(next));
    }
}

void Queries::read(Asked asked) {
    using Status = Result<pipeline::MessageStatus>;
    ++reading_;
    auto answer = [this, request = asked.request, sender = asked.ref.sender](const Status& status) {
        --reading_;
        --pending_;
        if (status) {
            v1::Frame frame;
            write(*status, request, *frame.mutable_status());
            session_.outbox.send(frame);
        } else {
            refuse("status", request, sender, status.error());
        }
        pump();
    };
    session_.parts.workers.post(
        session_.organisation, [&broker = std::as_const(session_.parts.broker),
                                ref = std::move(asked.ref), organisation = session_.organisation,
                                back = session_.inbox.answer<Status>(std::move(answer))](
                               ) mutable { back(broker.status(organisation, ref)); }
    );
}

void Queries::refuse(
    std::string_view action, std::uint64_t request, const std::optional<HerId>& sender,
    const Error& error
) {
    if (error.code != Errc::denied) {
        session_.problem(request, error);
        return;
    }
    // The sender as the peer named it; of the message itself the log says nothing.
    session_.parts.events.write(
        EventLevel::warning, "message_denied",
        {{"organisation", session_.organisation},
         {"address", session_.address},
         {"action", action},
         {"code", name(error.code)},
         {"her_id", sender ? std::string_view(sender->text()) : "none"}}
    );
    session_.problem(request, {Errc::not_found, "no such message"});
}

void Queries::may_i_send(const v1::MayISend& from) {
    const auto verdict = session_.parts.broker.may_send(
        session_.organisation, from.sender(), from.recipient(), from.type(), from.version(),
        from.format()
    );
    const bool is_foreign =
        verdict ? says_sender_not_allowed(verdict->findings) : verdict.error().code == Errc::denied;
    if (is_foreign) {
        session_.warn("query_denied", from.sender());
    }
    if (!verdict) {
        session_.problem(from.request(), verdict.error());
        return;
    }
    v1::Frame frame;
    write(*verdict, from.request(), *frame.mutable_verdict());
    session_.outbox.send(frame);
}

void Queries::withdraw(v1::Withdraw& from) {
    using Verdicts = Result<std::vector<pipeline::Broker::WithdrawVerdict>>;
    const std::uint64_t request = from.request();
    auto ref = read_ref(from.message());
    std::vector<HerId> recipients;
    for (const std::string& text : from.recipients()) {
        const auto recipient = HerId::parse(text);
        if (!recipient || recipients.size() >= limits::receivers_max) {
            ref.reset();
            break;
        }
        recipients.push_back(*recipient);
    }
    if (!ref || from.reason().size() > limits::reason_bytes_max) {
        session_.problem(request, {Errc::invalid_argument, "withdraw"});
        return;
    }
    ++pending_;
    auto answer = [this, request, sender = ref->sender](const Verdicts& verdicts) {
        --pending_;
        if (!verdicts) {
            refuse("withdraw", request, sender, verdicts.error());
            return;
        }
        v1::Frame frame;
        write(*verdicts, request, *frame.mutable_withdrawn());
        session_.outbox.send(frame);
    };
    session_.parts.broker.withdraw(
        session_.organisation, std::move(*ref), std::move(recipients),
        std::move(*from.mutable_reason()), session_.inbox.answer<Verdicts>(std::move(answer))
    );
}

}  // namespace budstikke::transport
