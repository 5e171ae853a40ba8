// What goes to partners: takes deliveries from the broker, sends each as one message until its
// signal has come, and settles it. Promises that a resend repeats the bytes, that every delivery
// ends in one stated outcome whatever is lost or comes twice, and that no partner holds up another.
// May not know how a package travels, nor how a signal is read and its signature verified.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/random.hpp"
#include "broker/base/result.hpp"
#include "broker/pipeline/broker.hpp"
#include "broker/store/ebxml_store.hpp"
#include "broker/transport/ebxml/message/envelope.hpp"
#include "broker/transport/ebxml/service/carrier.hpp"
#include "broker/transport/ebxml/service/receiver.hpp"
#include "broker/transport/ebxml/service/surroundings.hpp"

namespace budstikke::ebxml {

/// Who signed a signal.
enum class Signatory : std::uint8_t {
    nobody,    ///< it is not signed; a Fault never is
    invalid,   ///< the signature does not verify
    stranger,  ///< not the certificate that the register has for eb:From, or it is not believed
    partner,   ///< the party that eb:From names
};
std::string_view name(Signatory signatory);

/// An Acknowledgment, a MessageError or a Fault that came.
struct VerifiedSignal {
    const Envelope& envelope;  ///< read from the very bytes that were signed, where it is signed
    Signatory signed_by = Signatory::nobody;
    /// As in Arrival: the message that a Fault in the same exchange answers.
    std::string_view exchange_of = {};
    /// In-Reply-To and References of its mail, without angle brackets: what a Fault answers.
    std::span<const std::string> answered_mails = {};
};

/// What a signal did. Each but `applied` has been written to the log.
enum class SignalEffect : std::uint8_t {
    applied,   ///< the message has its outcome
    repeated,  ///< it had one already: a doubled or a late signal
    unknown,   ///< no message of ours
    refused,   ///< it is not from the partner, or does not say what we sent
};

/// All outlive the outbox.
struct OutboxParts {
    pipeline::Broker& broker;
    store::EbxmlStore& store;
    Carrier& carrier;
    const Clock& clock;
    Random& random;
    EventLog& events;
    /// The store failed, and nothing more can be promised: end the process. Any thread.
    std::function<void(const Error&)> on_failure = {};
};

struct OutboxOptions {
    std::size_t senders = 4;  ///< attempts at once; one organisation has at most half of them
    std::string mail_domain = "budstikke.invalid";
    std::string description = {};  ///< eb:Description of what we send (HITS 1210); may be empty
};

/// `<eb:MessageId>.<attempt>@<domain>`: what a bounce or a Fault repeats, so that its message is
/// known without asking anybody.
std::string mail_id(std::string_view message_id, std::uint64_t attempt, std::string_view domain);
/// The eb:MessageId in such an id; empty where it is none of that domain.
std::string_view message_of_mail(std::string_view mail_id, std::string_view domain);

class Outbox {
 public:
    Outbox(OutboxOptions options, OutboxParts parts);
    ~Outbox();  ///< stop()
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// Subscribes to the deliveries of all partners and begins. `answers` gets what came back in
    /// the exchange of an attempt; it outlives the outbox.
    Result<void> start(std::shared_ptr<const Surroundings> surroundings, Receiver& answers);
    /// New partners are served; what is under way to those that are gone returns to the queue.
    void replace(std::shared_ptr<const Surroundings> surroundings);
    /// Attempts that are due, messages that are over: about once a second, always from one thread.
    void tick();
    /// Waits for the attempts under way and ends; what waits is sent after the next start.
    void stop();

    /// Any thread. When it returns, what the signal did is durable; an error is that of the store,
    /// and then nothing was done: let the signal come again.
    Result<SignalEffect> signal(const VerifiedSignal& signal);
    /// A mail of ours came back (multipart/report) with its Message-ID `mail_id`; `permanent` where
    /// the report says that it failed for good (RFC 3463 class 5). As signal().
    Result<SignalEffect> bounced(std::string_view mail_id, bool permanent);

    struct Impl;

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::ebxml
