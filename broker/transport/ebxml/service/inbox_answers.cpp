// How the inbox's answers go: in the exchange that the message came in, where it may, else by
// themselves.
#include <algorithm>
#include <utility>

#include "broker/transport/ebxml/mime/fields.hpp"
#include "broker/transport/ebxml/service/inbox_impl.hpp"
#include "broker/transport/ebxml/service/mail_answers.hpp"

namespace budstikke::ebxml {
namespace {

/// The mail address of ours that a mail was sent to, which a Fault then comes from.
std::string our_address(const Headers& headers, const Surroundings& known) {
    for (const std::string_view name : {"To", "Cc", "Delivered-To"}) {
        const auto* field = headers.find(name);
        if (field == nullptr) {
            continue;
        }
        for (const auto& given : parse_addresses(*field)) {
            for (const auto& [her_id, party] : known.directory().parties()) {
                if (same_word(party.edi_address, given) && known.identity(her_id) != nullptr) {
                    return party.edi_address;
                }
            }
        }
    }
    return {};
}

bool is_ours(std::string_view address, const Surroundings& known) {
    return std::ranges::any_of(known.directory().parties(), [&](const auto& row) {
        return same_word(row.second.edi_address, address) && known.identity(row.first) != nullptr;
    });
}

/// What goes to one organisation waits for no other, and not for answers to those who only claim to
/// be it.
std::string line_of(const Incoming& incoming) {
    if (incoming.sender.signed_by != Signatory::partner) {
        return std::string(strangers_line);
    }
    const auto* party = incoming.known.directory().find(incoming.from);
    return party == nullptr ? std::string(strangers_line) : party->organisation;
}

std::string new_mail_id(Timestamp now, Random& random, const std::string& domain) {
    return MessageId::make(now, random).text() + "@" + domain;
}

}  // namespace

Reception Inbox::Impl::answer_fault(
    const Arrival& arrival, const Message* message, FaultCode code, std::string_view text
) {
    const auto put_down = [&](std::string_view sent) {
        parts.events.write(
            EventLevel::warning, "ebxml_fault", {{"source", arrival.source}, {"sent", sent}}
        );
    };
    // What came back in an exchange of ours answers a message: it is not answered itself.
    if (!arrival.exchange_of.empty()) {
        put_down("no");
        return {};
    }
    const auto known = around();
    auto package = fault(code, text, is_to_test(message, *known));
    if (arrival.transport == Transport::http) {
        put_down("in_exchange");
        return {.kind = Reception::Kind::done, .reply = std::move(package), .reply_is_fault = true};
    }
    std::string to;
    std::string from;
    std::string mail;
    if (message != nullptr && message->mime) {
        const auto& headers = message->mime->headers;
        to = fault_address(headers);
        from = our_address(headers, *known);
        const auto* id = headers.find("Message-ID");
        mail = id == nullptr ? std::string{} : parse_message_id(*id);
        if (is_ours(to, *known)) {
            to.clear();
        }
    }
    const bool sent =
        !to.empty() && !from.empty() &&
        queue.push(
            {.line = std::string(strangers_line),
             .endpoint = "mailto:" + to,
             .package = std::move(package),
             .from_address = from,
             .mail_id = new_mail_id(parts.clock.now(), parts.random, options.mail_domain),
             .in_reply_to = mail}
        );
    put_down(sent ? "by_mail" : "no");
    return {};
}

std::optional<Package> Inbox::Impl::signal_of(const Incoming& incoming, const Errors& errors)
    const {
    const SignalMaker maker{
        .signer = incoming.identity.signer,
        .now = incoming.now,
        .random = parts.random,
        .description = options.description,
        .test = is_test(incoming.identity),
    };
    const auto& received = incoming.sender.envelope;
    auto package = errors.empty()
                       ? maker.acknowledgment(received, incoming.sender.verification.references)
                       : maker.error(received, errors);
    if (!package) {
        parts.events.write(
            EventLevel::error, "ebxml_signal_not_made",
            {{"to", incoming.from.text()}, {"reason", name(package.error().code)}}
        );
        return std::nullopt;
    }
    return *std::move(package);
}

Reception Inbox::Impl::answer(const Incoming& incoming, const Outcome& outcome) {
    const auto& arrival = incoming.arrival;
    if (outcome.later) {
        return later("not_kept", arrival.source);
    }
    if (!outcome.signal) {
        return {};
    }
    const auto endpoint =
        incoming.known.signal_endpoint(incoming.to, incoming.from, arrival.transport, incoming.now);
    const bool in_exchange = arrival.transport == Transport::http && arrival.exchange_of.empty() &&
                             (incoming.message.envelope->sync_reply || endpoint.empty());
    if (in_exchange) {
        return {.kind = Reception::Kind::done, .reply = outcome.signal, .reply_is_fault = false};
    }
    const bool sent = !endpoint.empty() &&
                      queue.push(
                          {.line = line_of(incoming),
                           .endpoint = endpoint,
                           .package = *outcome.signal,
                           .from_address = incoming.known.mail_address_of(incoming.to),
                           .mail_id = new_mail_id(incoming.now, parts.random, options.mail_domain),
                           .in_reply_to = {}}
                      );
    if (!sent) {
        parts.events.write(
            EventLevel::warning, "ebxml_signal_left_out",
            {{"to", incoming.from.text()}, {"reason", endpoint.empty() ? "no_endpoint" : "full"}}
        );
    }
    return {};
}

}  // namespace budstikke::ebxml
