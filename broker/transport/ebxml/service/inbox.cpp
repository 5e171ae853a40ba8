// See inbox.hpp: what came, and who looks at it.
#include "broker/transport/ebxml/service/inbox.hpp"

#include <algorithm>
#include <utility>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/message/names.hpp"
#include "broker/transport/ebxml/rules/signature_facts.hpp"
#include "broker/transport/ebxml/service/inbox_impl.hpp"
#include "broker/transport/ebxml/service/mail_answers.hpp"

namespace budstikke::ebxml {
namespace {

constexpr std::string_view unreadable_text =
    "Innholdet kan ikke leses som en MIME-melding med ebXML / "
    "The content cannot be read as a MIME message with ebXML";

std::string or_unreadable(std::string text) {
    return text.empty() ? std::string(unreadable_text) : std::move(text);
}

bool is_signal_service(const Envelope& envelope) {
    return envelope.service == signal_service;
}

/// By its Action a signal, or by what it holds; if not, nothing tells what it is (HITS
/// 1172 5.11.1).
bool is_some_signal(const Envelope& envelope) {
    return envelope.acknowledgment || envelope.error_list ||
           envelope.action == action_acknowledgment || envelope.action == action_error;
}

}  // namespace

std::string_view loggable(std::string_view message_id) {
    const auto at = message_id.find('@');
    const bool bounded = message_id.size() <= limits::msg_id_bytes_max;
    const bool printable =
        std::ranges::all_of(message_id, [](char c) { return c > ' ' && c < '\x7F'; });
    return is_uuid(message_id) || (bounded && printable && at != std::string_view::npos)
               ? message_id
               : "not_an_id";
}

Inbox::Impl::Impl(
    InboxOptions given, const InboxParts& of, SignalHandlers to,
    std::shared_ptr<const Surroundings> around
)
    : options(std::move(given)),
      parts(of),
      handlers(std::move(to)),
      surroundings(std::move(around)),
      queue(of.carrier, of.events, of.clock, options.senders) {}

std::shared_ptr<const Surroundings> Inbox::Impl::around() const {
    const std::scoped_lock lock(mutex);
    return surroundings;
}

Reception Inbox::Impl::later(std::string_view reason, std::string_view source) const {
    parts.events.write(
        EventLevel::warning, "ebxml_put_off", {{"reason", reason}, {"source", source}}
    );
    return {.kind = Reception::Kind::later, .reply = {}, .reply_is_fault = false};
}

void Inbox::Impl::store_failed(const Error& error) const {
    parts.events.write(EventLevel::error, "ebxml_store_failed", {{"code", name(error.code)}});
    // A row that does not decode is that message's trouble, and no other's.
    if (error.code == Errc::io && parts.on_failure) {
        parts.on_failure(error);
    }
}

Reception Inbox::Impl::receive(const Arrival& arrival) {
    const auto known = around();
    if (arrival.bytes.size() > limits::mime_bytes_max) {
        return answer_fault(arrival, nullptr, FaultCode::client, unreadable_text);
    }
    const auto message = read_message(arrival.bytes, parts.schemas);
    if (!message) {
        const auto text = fault_text(report_of(unreadable(message.error().detail)));
        return answer_fault(arrival, nullptr, FaultCode::client, text);
    }
    if (is_report(*message)) {
        return take_report(arrival, *message);
    }
    if (!message->envelope) {
        const bool soap = message->tree.root && message->tree.root->name == "Envelope";
        return answer_fault(
            arrival, &*message, soap ? FaultCode::version_mismatch : FaultCode::client,
            or_unreadable(what_is_wrong(arrival, *message, *known))
        );
    }
    const auto& envelope = *message->envelope;
    switch (envelope.kind) {
        case Kind::fault:
            return take_fault(arrival, *message);
        case Kind::acknowledgment:
        case Kind::error:
            return take_signal(arrival, *message, *known);
        case Kind::payload:
            return take_payload(arrival, *message, *known);
        case Kind::unknown:
            // What tries to be a payload message is answered as one, a signal is not.
            if (!is_signal_service(envelope)) {
                return take_payload(arrival, *message, *known);
            }
            if (!is_some_signal(envelope)) {
                return answer_fault(
                    arrival, &*message, FaultCode::client,
                    or_unreadable(what_is_wrong(arrival, *message, *known))
                );
            }
            return ignore_signal(arrival, *message, *known);
        default:
            break;
    }
    return ignored(arrival);
}

Reception Inbox::Impl::ignored(const Arrival& arrival) const {
    parts.events.write(EventLevel::info, "ebxml_ignored", {{"source", arrival.source}});
    return {};
}

std::string Inbox::Impl::what_is_wrong(
    const Arrival& arrival, const Message& message, const Surroundings& known
) const {
    const bool test = is_to_test(&message, known);
    const bool looked_at = test && message.envelope;
    const auto verdict = validate({
        .message = message,
        .transport = arrival.transport,
        .signature = looked_at ? signature_facts(message, verifier, {}) : SignatureFacts{},
        .known = test ? &known.known() : nullptr,
        .validated = parts.schemas != nullptr,
        .opened = std::nullopt,
    });
    // Without an envelope there is nobody's business that could be told too much of.
    return test || !message.envelope ? fault_text(report_of(verdict)) : fault_text(verdict);
}

Inbox::Inbox(
    InboxOptions options, const InboxParts& parts, SignalHandlers handlers,
    std::shared_ptr<const Surroundings> surroundings
)
    : impl_(std::make_unique<Impl>(
          std::move(options), parts, std::move(handlers), std::move(surroundings)
      )) {}

Inbox::~Inbox() = default;

Reception Inbox::receive(const Arrival& arrival) {
    return impl_->receive(arrival);
}

void Inbox::replace(std::shared_ptr<const Surroundings> surroundings) {
    const std::scoped_lock lock(impl_->mutex);
    impl_->surroundings.swap(surroundings);
}

std::shared_ptr<const Surroundings> Inbox::surroundings() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->surroundings;
}

std::vector<PartnerVersion> Inbox::versions() const {
    return impl_->versions.all();
}

void Inbox::tick() {
    impl_->queue.tick();
    const auto before = impl_->parts.clock.now() - limits::ebxml_inbound_memory;
    if (const auto erased = impl_->parts.store.erase_inbound_before(before, limits::tick_rows_max);
        !erased) {
        impl_->store_failed(erased.error());
    }
}

void Inbox::stop() {
    impl_->queue.stop();
}

}  // namespace budstikke::ebxml
