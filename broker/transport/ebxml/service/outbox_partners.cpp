// For whom the outbox takes deliveries: a consumer for each organisation that has partners, a
// subscription for each of them, as the directory says now.
#include <algorithm>
#include <future>

#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/service/outbox_impl.hpp"

namespace budstikke::ebxml {
namespace {

/// By organisation. Only who acts for a HER-id may take its deliveries.
std::map<std::string, std::set<HerId>> partners_of(const directory::Directory& directory) {
    std::map<std::string, std::set<HerId>> partners;
    for (const auto& [her_id, party] : directory.parties()) {
        if (party.endpoint == "ebxml") {
            partners[party.organisation].insert(her_id);
        }
    }
    return partners;
}

}  // namespace

void Outbox::Impl::Consumer::offer(std::span<const pipeline::Offer> offers) {
    outbox.offered(*this, offers);
}

void Outbox::Impl::Consumer::subscription_ended(const HerId& queue, pipeline::SubscriptionEnd) {
    outbox.forget(*this, queue);
}

// The records stay: an offer that comes later goes on with them, and a signal that comes before it
// is written down there.
void Outbox::Impl::forget(Consumer& consumer, const HerId& partner) {
    const std::scoped_lock lock(mutex);
    consumer.subscribed.erase(partner);
    std::erase_if(open, [&](const auto& entry) {
        const auto& [delivery, held] = entry;
        if (held.consumer != &consumer || held.queue != partner) {
            return false;
        }
        if (held.scheduled) {
            timetable.erase({*held.scheduled, delivery});
        }
        return true;
    });
}

void Outbox::Impl::follow(std::shared_ptr<const Surroundings> next) {
    auto wanted = partners_of(next->directory());
    std::vector<std::pair<Consumer*, HerId>> gone;
    {
        const std::scoped_lock lock(mutex);
        surroundings = std::move(next);
        for (auto& [organisation, consumer] : consumers) {
            const auto& still = wanted[organisation];
            for (const auto& her_id : consumer->wanted) {
                if (!still.contains(her_id)) {
                    gone.emplace_back(consumer.get(), her_id);
                }
            }
            consumer->wanted = still;
        }
        for (auto& [organisation, partners] : wanted) {
            auto& consumer = consumers[organisation];
            if (!consumer) {
                consumer = std::make_unique<Consumer>(*this, organisation);
                consumer->wanted = std::move(partners);
                consumer->id = parts.broker.attach(organisation, *consumer);
            }
        }
    }
    for (const auto& [consumer, her_id] : gone) {
        parts.broker.unsubscribe(consumer->id, her_id, [this, consumer, her_id] {
            const std::scoped_lock lock(mutex);
            consumer->subscribed.erase(her_id);
        });
        give_up(her_id);
    }
    resubscribe();
}

// A hold by operations ends a subscription, and so may a directory that came before us: what is
// wanted is asked for again until it is given.
void Outbox::Impl::resubscribe() {
    struct Wish {
        Consumer* consumer;
        HerId queue;
    };
    std::vector<Wish> wishes;
    {
        const std::scoped_lock lock(mutex);
        if (stopped) {
            return;
        }
        for (const auto& [organisation, consumer] : consumers) {
            for (const auto& her_id : consumer->wanted) {
                if (consumer->subscribed.contains(her_id) || parts.broker.is_held(her_id)) {
                    continue;
                }
                consumer->subscribed.insert(her_id);
                wishes.push_back({consumer.get(), her_id});
            }
        }
    }
    for (const auto& wish : wishes) {
        subscribe(*wish.consumer, wish.queue);
    }
}

void Outbox::Impl::subscribe(Consumer& consumer, const HerId& partner) {
    parts.broker.subscribe(
        consumer.id, partner, limits::ebxml_unacknowledged_max,
        [this, &consumer, partner](const Result<void>& subscribed) {
            if (!subscribed) {
                const std::scoped_lock lock(mutex);
                consumer.subscribed.erase(partner);
            }
        }
    );
}

/// What is under way to it goes back: another endpoint may reach it, or operations decide.
void Outbox::Impl::give_up(const HerId& partner) {
    std::vector<std::pair<DeliveryId, std::uint32_t>> deliveries;
    {
        const std::scoped_lock lock(mutex);
        for (const auto& [delivery, entry] : open) {
            if (entry.queue == partner) {
                deliveries.emplace_back(delivery, entry.offer);
            }
        }
    }
    for (const auto& [delivery, offer] : deliveries) {
        queue.put(organisation_of(delivery) + " gone", [this, delivery, offer] {
            release(delivery, offer, "no_partner");
        });
    }
}

void Outbox::Impl::detach_all() {
    std::vector<std::future<void>> gone;
    for (const auto& [organisation, consumer] : consumers) {
        std::promise<void> done;
        gone.push_back(done.get_future());
        parts.broker.detach(consumer->id, [done = std::move(done)]() mutable { done.set_value(); });
    }
    // A broker whose commit failed answers nobody any more, and calls no endpoint either.
    const auto end = std::chrono::steady_clock::now() + limits::ebxml_exchange_time_max;
    for (const auto& one : gone) {
        one.wait_until(end);
    }
}

}  // namespace budstikke::ebxml
