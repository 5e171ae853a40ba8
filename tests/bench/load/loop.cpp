#include "tests/bench/load/loop.hpp"

#include <algorithm>
#include <utility>

namespace budstikke::bench {
namespace {

/// Enough to fill the socket; more would only stand in memory.
constexpr std::size_t unsent_max = std::size_t{512} * 1024;
/// The end of the run is looked for at least so often.
constexpr std::int64_t turn_us = 50'000;

}  // namespace

std::int64_t SendingSide::wants_at(std::int64_t now) const {
    if (run_.sender_is_done(pair_, now) || in_flight() >= run_.plan().window) {
        return 0;
    }
    return pace_.free() ? now : pace_.due(sheet_.sent_count());
}

void SendingSide::send(std::int64_t now) {
    for (auto at = wants_at(now); at > 0 && at <= now && line().unsent() < unsent_max;
         at = wants_at(now)) {
        append(sheet_.sent(at));
    }
}

bool SendingSide::done(std::int64_t now) const {
    return run_.sender_is_done(pair_, now) && in_flight() == 0;
}

Loop::Loop(Run& run) : run_(run), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

void Loop::add(std::unique_ptr<Side> side) {
    watch(*side, EPOLL_CTL_ADD);
    sides_.push_back(std::move(side));
}

void Loop::run() {
    for (const auto& side : sides_) {
        side->begin();
    }
    while (!done()) {
        serve(wait());
    }
    for (const auto& side : sides_) {
        if (!run_.failed()) {
            side->finish();
        }
    }
}

void Loop::watch(Side& side, int operation) const {
    epoll_event event{};
    event.events = EPOLLIN | (side.watched_for_writing ? EPOLLOUT : 0U);
    event.data.ptr = &side;
    ::epoll_ctl(epoll_.get(), operation, side.line().socket(), &event);
}

void Loop::flush(Side& side) {
    if (!side.line().flush()) {
        return run_.fail("a connection ended");
    }
    if (side.watched_for_writing != side.line().wants_to_write()) {
        side.watched_for_writing = !side.watched_for_writing;
        watch(side, EPOLL_CTL_MOD);
    }
}

int Loop::wait() {
    const std::int64_t now = now_us();
    std::int64_t until = now + turn_us;
    for (const auto& side : sides_) {
        const auto at = side->wants_at(now);
        if (at > 0 && !side->watched_for_writing) {
            until = std::min(until, std::max(at, now));
        }
    }
    constexpr std::int64_t us_per_s = 1'000'000;
    const timespec time{
        .tv_sec = (until - now) / us_per_s, .tv_nsec = (until - now) % us_per_s * 1000
    };
    return ::epoll_pwait2(
        epoll_.get(), events_.data(), static_cast<int>(events_.size()), &time, nullptr
    );
}

void Loop::serve(int count) {
    for (int at = 0; at < count; ++at) {
        Side& side = *static_cast<Side*>(events_[static_cast<std::size_t>(at)].data.ptr);
        TlsLine::Read read{};
        do {
            read = side.line().read();
            if (read == TlsLine::Read::ended) {
                return run_.fail("the broker ended a connection");
            }
            side.read(now_us());
        } while (read == TlsLine::Read::some && side.line().has_more());
        flush(side);
    }
    const std::int64_t now = now_us();
    for (const auto& side : sides_) {
        if (!side->watched_for_writing) {
            side->send(now);
            flush(*side);
        }
    }
    if (run_.patience_is_over(now)) {
        run_.fail("not everything was confirmed and arrived in time");
    }
}

bool Loop::done() const {
    const std::int64_t now = now_us();
    return run_.failed() ||
           std::ranges::all_of(sides_, [&](const auto& side) { return side->done(now); });
}

}  // namespace budstikke::bench
