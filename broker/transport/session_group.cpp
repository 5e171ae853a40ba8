// The group of session_group.hpp.
#include "broker/transport/session_group.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "broker/transport/exchange/session.hpp"

namespace budstikke::transport {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration longest_tick = 1s;
constexpr Duration shortest_tick = 10ms;
constexpr Duration sweep_interval = 1min;

Duration tick_interval(const ExchangeLimits& limits) {
    const Duration shortest = std::min(
        {limits.handshake_time_max, limits.hello_time_max, limits.frame_time_max,
         limits.submission_time_max, limits.upload_grace, limits.idle_time_max,
         limits.write_time_max, limits.closing_time_max}
    );
    return std::clamp(shortest / 4, shortest_tick, longest_tick);
}

}  // namespace

struct SessionGroup::Impl {
    IoThreads& threads;
    std::size_t index;
    const SessionParts& parts;
    TlsSource tls;
    std::function<void()> on_gone;
    std::unordered_set<Session*> sessions;  ///< each owned by its coroutine
    bool draining = false;
    bool stopping = false;

    Awaitable<void> live(std::unique_ptr<Session> session) {
        sessions.insert(session.get());
        if (stopping) {
            session->stop();
        } else if (draining) {
            session->drain();
        }
        co_await session->run(tls());
        sessions.erase(session.get());
        session.reset();
        on_gone();
    }

    Awaitable<void> watch_the_clock() {
        asio::steady_timer timer(threads.context(index));
        const Duration interval = tick_interval(parts.limits);
        SteadyTime swept_at = parts.clock.steady_now();
        for (;;) {
            timer.expires_after(interval);
            co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
            const SteadyTime now = parts.clock.steady_now();
            for (Session* session : sessions) {
                session->tick(now);
            }
            if (now - swept_at >= sweep_interval) {
                swept_at = now;
                sweep();
            }
        }
    }

    void sweep() {
        const crypto::TlsServerContext context = tls();
        for (Session* session : sessions) {
            session->sweep(context);
        }
    }
};

SessionGroup::SessionGroup(
    IoThreads& threads, std::size_t index, const SessionParts& parts, TlsSource tls,
    std::function<void()> on_gone
)
    : impl_(std::make_unique<Impl>(Impl{
          .threads = threads,
          .index = index,
          .parts = parts,
          .tls = std::move(tls),
          .on_gone = std::move(on_gone),
          .sessions = {},
      })) {
    asio::co_spawn(threads.context(index), impl_->watch_the_clock(), asio::detached);
}

SessionGroup::~SessionGroup() = default;

void SessionGroup::take(SocketHandle socket, Admission::Seat seat, std::string address) {
    impl_->threads.post(
        impl_->index,
        [impl = impl_.get(), socket = std::move(socket), seat = std::move(seat),
         address = std::move(address)]() mutable {
            asio::io_context& context = impl->threads.context(impl->index);
            auto session = std::make_unique<Session>(
                context, std::move(socket), std::move(seat), std::move(address), impl->parts
            );
            asio::co_spawn(context, impl->live(std::move(session)), asio::detached);
        }
    );
}

void SessionGroup::sweep() {
    impl_->threads.post(impl_->index, [impl = impl_.get()] { impl->sweep(); });
}

void SessionGroup::drain() {
    impl_->threads.post(impl_->index, [impl = impl_.get()] {
        impl->draining = true;
        for (Session* session : impl->sessions) {
            session->drain();
        }
    });
}

void SessionGroup::stop() {
    impl_->threads.post(impl_->index, [impl = impl_.get()] {
        impl->stopping = true;
        for (Session* session : impl->sessions) {
            session->stop();
        }
    });
}

void SessionGroup::collect(std::function<void(std::vector<SessionFacts>)> done) {
    impl_->threads.post(impl_->index, [impl = impl_.get(), done = std::move(done)] {
        std::vector<SessionFacts> facts;
        facts.reserve(impl->sessions.size());
        for (const Session* session : impl->sessions) {
            if (auto known = session->facts()) {
                facts.push_back(std::move(*known));
            }
        }
        done(std::move(facts));
    });
}

}  // namespace budstikke::transport
