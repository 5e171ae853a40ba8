// The feeds of follows.hpp.
#include "broker/transport/exchange/follows.hpp"

#include <utility>

#include <budstikke/v1/exchange.pb.h>

#include "broker/base/limits.hpp"

namespace budstikke::transport {

namespace {

/// About what a full page of short events takes; its true size is not known before it was read.
constexpr std::size_t page_bytes = limits::feed_rows_max * std::size_t{200};

}  // namespace

void Follows::follow(const v1::Follow& from) {
    const auto sender = HerId::parse(from.sender());
    if (!sender) {
        session_.problem(from.request(), {Errc::invalid_argument, "sender"});
        return;
    }
    auto found = feeds_.find(*sender);
    if (found == feeds_.end()) {
        if (feeds_.size() >= session_.parts.limits.subscriptions_max) {
            session_.problem(from.request(), {Errc::limit_exceeded, "feeds"});
            return;
        }
        found = feeds_.emplace(*sender, std::make_unique<Feed>()).first;
        Feed& feed = *found->second;
        feed.sender = *sender;
        // Watches before it reads, so that nothing comes in between unseen. The feed is asked for
        // by its name when the call arrives, since it may have been dropped by then.
        auto told = [this, &feed, name = *sender] {
            if (feed.is_told.exchange(true)) {
                return;
            }
            session_.inbox.put([this, name] {
                if (const auto it = feeds_.find(name); it != feeds_.end()) {
                    it->second->is_told = false;
                    it->second->has_more = true;
                    pump();
                }
            });
        };
        feed.watch = session_.parts.broker.watch_feed(*sender, std::move(told));
    }
    Feed& feed = *found->second;
    ++feed.generation;
    feed.after = from.after_position();
    feed.request = from.request();
    feed.is_answered = false;
    feed.has_more = true;
    feed.is_reading = false;
    pump();
}

void Follows::pump() {
    // On from the one behind the last that was read, so that no long feed starves another.
    auto at = last_read_ ? feeds_.upper_bound(*last_read_) : feeds_.begin();
    for (std::size_t left = feeds_.size(); left > 0 && may_read(); --left, ++at) {
        if (at == feeds_.end()) {
            at = feeds_.begin();
        }
        if (at->second->has_more && !at->second->is_reading) {
            read(*at->second);
        }
    }
}

/// A page that is being read lands in the outbox however full that is by then.
bool Follows::may_read() const {
    return reads_ < limits::status_reads_max && session_.outbox.may_offer(page_bytes);
}

void Follows::read(Feed& feed) {
    feed.is_reading = true;
    feed.has_more = false;
    last_read_ = feed.sender;
    ++reads_;
    auto back = session_.inbox.answer<Page>([this, sender = feed.sender,
                                             generation = feed.generation](const Page& page) {
        --reads_;
        if (const auto found = feeds_.find(sender); found != feeds_.end()) {
            send(*found->second, generation, page);
        }
        pump();
    });
    session_.parts.workers.post(
        session_.organisation,
        [&broker = std::as_const(session_.parts.broker), organisation = session_.organisation,
         sender = feed.sender, after = feed.after, back = std::move(back)]() mutable {
            back(broker.feed(organisation, sender, after, limits::feed_rows_max));
        }
    );
}

void Follows::send(Feed& feed, std::uint64_t generation, const Page& page) {
    if (generation != feed.generation) {
        return;
    }
    feed.is_reading = false;
    if (!page) {
        if (page.error().code == Errc::denied) {
            session_.warn("follow_denied", feed.sender.text());
        }
        session_.problem(feed.request, page.error());
        drop(HerId(feed.sender));
        return;
    }
    if (!std::exchange(feed.is_answered, true)) {
        v1::Frame frame;
        frame.mutable_following()->set_request(feed.request);
        frame.mutable_following()->set_sender(feed.sender.text());
        session_.outbox.send(frame);
    }
    for (const store::FeedEntry& entry : *page) {
        v1::Frame frame;
        write(entry, *frame.mutable_status_event());
        session_.outbox.send(frame);
        feed.after = entry.position;
    }
    feed.has_more = feed.has_more || page->size() >= limits::feed_rows_max;
}

void Follows::drop(const HerId& sender) {
    const auto found = feeds_.find(sender);
    if (found != feeds_.end()) {
        session_.parts.broker.unwatch(found->second->watch);
        feeds_.erase(found);
    }
}

void Follows::end() {
    for (const auto& [sender, feed] : feeds_) {
        session_.parts.broker.unwatch(feed->watch);
    }
    feeds_.clear();
}

}  // namespace budstikke::transport
