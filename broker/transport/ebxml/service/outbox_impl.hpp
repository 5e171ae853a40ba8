// What stands behind Outbox: the deliveries that it holds, and the threads that send them. Private
// to this folder.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/transport/ebxml/service/compose.hpp"
#include "broker/transport/ebxml/service/fair_queue.hpp"
#include "broker/transport/ebxml/service/outbox.hpp"

namespace budstikke::ebxml {

inline pipeline::MessageRef by_id(const MessageId& id) {
    return {.id = id, .message_id = {}, .sender = std::nullopt};
}

struct Outbox::Impl {
    /// The consumer of the deliveries of one organisation's parties.
    struct Consumer final : pipeline::Endpoint {
        Consumer(Impl& owner, std::string number)
            : outbox(owner), organisation(std::move(number)) {}
        void offer(std::span<const pipeline::Offer> offers) override;
        void subscription_ended(const HerId& queue, pipeline::SubscriptionEnd why) override;

        Impl& outbox;
        const std::string organisation;
        pipeline::ConsumerId id = 0;
        std::set<HerId> wanted;      ///< its partners
        std::set<HerId> subscribed;  ///< of those, the ones that the broker gives us
    };

    /// A delivery that is ours to settle.
    struct Open {
        Consumer* consumer = nullptr;
        HerId queue;
        std::uint32_t offer = 0;  ///< the broker's number of it: tells it from later ones
        std::string message_id;   ///< empty until it is composed
        std::optional<Timestamp> scheduled;  ///< nothing while a job of its has it
    };

    using OpenDeliveries = std::unordered_map<DeliveryId, Open>;

    Impl(OutboxOptions given, OutboxParts stands_on);

    // outbox_partners.cpp
    void follow(std::shared_ptr<const Surroundings> next);
    void subscribe(Consumer& consumer, const HerId& partner);
    /// The broker took its deliveries back: they are not ours until they are offered again.
    void forget(Consumer& consumer, const HerId& partner);
    void give_up(const HerId& partner);
    void resubscribe();
    void detach_all();

    // outbox_compose.cpp
    void begin(const pipeline::Offer& offer);
    /// The message of an earlier run, or of an offer that came before.
    void resume(const pipeline::Offer& offer, const std::string& message_id);
    void compose_and_send(const pipeline::Offer& offer);
    enum class Kept : std::uint8_t { yes, failed, not_ours };
    /// Writes it down, unless the broker took the delivery back in the meantime.
    Kept keep_new(const pipeline::Offer& offer, const store::OutboundEbxml& message);
    std::expected<store::OutboundEbxml, NoRoute> composed(
        const pipeline::Offer& offer, const Surroundings& around, std::string_view payload
    );
    Result<std::string> payload_of(const pipeline::Offer& offer) const;
    std::expected<ServiceAction, NoRoute> service(
        const store::MessageRecord& message, const HerId& to
    ) const;
    /// The way may have changed since: false where there is none now.
    bool find_way(store::OutboundEbxml& message);
    void no_way(
        const DeliveryId& delivery, const HerId& from, const HerId& to, std::string_view code
    ) const;

    // outbox_attempts.cpp
    /// What is due: it ends, is attempted, or waits for its turn.
    void try_now(const DeliveryId& delivery);
    /// False where it ended now, or has to wait for operations.
    bool may_attempt(const DeliveryId& delivery);
    void attempt(const DeliveryId& delivery);
    /// Nothing where there is none to make.
    std::optional<store::OutboundEbxml> prepare_attempt(const DeliveryId& delivery);
    /// Nothing where it waits no longer. Under the lock of its record, as the next two.
    std::optional<store::OutboundEbxml> waiting(const std::string& message_id);
    bool keep(const store::OutboundEbxml& message);
    void end(store::OutboundEbxml& message, store::OutboundState state);
    void send(const store::OutboundEbxml& message, std::string body);
    void count(const store::OutboundEbxml& sent, bool made, Timestamp began);
    /// The partner's server took a message that no signal will come for.
    void take_for_received(const store::OutboundEbxml& sent, Timestamp began);

    // outbox_settle.cpp
    void offered(Consumer& consumer, std::span<const pipeline::Offer> offers);
    void schedule(const DeliveryId& delivery, Timestamp at);
    void run_due();
    /// By the outcome in the record, which is durable.
    void finish(const store::OutboundEbxml& message);
    // Nothing where that offer is no longer the one that is open.
    /// Back to its queue: there may be a way later.
    void release(const DeliveryId& delivery, std::uint32_t offer, std::string code);
    /// A dead letter: there never will be one.
    void refuse(const DeliveryId& delivery, std::uint32_t offer, std::string code);
    void give_back(std::uint32_t offer, pipeline::Settlement settlement);
    /// Under `mutex`: no longer open, and due no more. Whose it was.
    Consumer* close(OpenDeliveries::iterator entry);
    void settle(const Consumer& consumer, pipeline::Settlement settlement, std::string message_id);
    /// What no longer belongs to an open delivery.
    void sweep();
    bool is_open_in_broker(const DeliveryId& delivery) const;
    void store_failed(const Error& error);
    /// Empty where it is not open.
    std::string organisation_of(const DeliveryId& delivery) const;
    /// Its message and the partner; empty where it is not open, or not composed yet.
    std::pair<std::string, HerId> composed_message(const DeliveryId& delivery) const;

    // outbox_signals.cpp
    Result<SignalEffect> apply(
        std::string_view message_id, bool refuses,
        const std::function<SignalEffect(store::OutboundEbxml&)>& change
    );
    SignalEffect judge(const VerifiedSignal& signal, store::OutboundEbxml& message);

    std::shared_ptr<const Surroundings> around() const;
    std::mutex& lock_of(std::string_view message_id);
    std::mutex& lock_of(const DeliveryId& delivery);

    const OutboxOptions options;
    const OutboxParts parts;
    Receiver* answers = nullptr;
    FairQueue queue;
    std::stop_source stopping;  ///< of the attempts under way
    std::vector<std::jthread> workers;
    std::uint64_t ticks = 0;

    /// A record is read and changed under the lock of its id. Taken before `mutex`.
    std::array<std::mutex, 64> records;
    /// Of the deliveries, so that each has one message however often it is offered. As `records`,
    /// and no one of those is taken while one of these is held.
    std::array<std::mutex, 64> first_records;
    mutable std::mutex mutex;  ///< of all below; held for no more than memory
    std::shared_ptr<const Surroundings> surroundings;
    std::map<std::string, std::unique_ptr<Consumer>> consumers;  ///< by organisation
    OpenDeliveries open;
    std::set<std::pair<Timestamp, DeliveryId>> timetable;
    bool stopped = false;
};

}  // namespace budstikke::ebxml
