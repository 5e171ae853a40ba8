// The group of group.hpp.
#include "broker/transport/ebxml/https/group.hpp"

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

namespace budstikke::ebxml {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using transport::Awaitable;

namespace {

constexpr Duration longest_tick = 1s;
constexpr Duration shortest_tick = 10ms;
constexpr Duration sweep_interval = 1min;

Duration tick_interval(const HttpsLimits& limits) {
    const Duration shortest = std::min(
        {limits.header_time_max, limits.body_time_max, limits.idle_time_max,
         limits.connections.handshake_time_max, limits.connections.write_time_max,
         limits.connections.closing_time_max}
    );
    return std::clamp(shortest / 4, shortest_tick, longest_tick);
}

}  // namespace

struct HttpsGroup::Impl {
    transport::IoThreads& threads;
    std::size_t index;
    const HttpsParts& parts;
    TlsSource tls;
    std::function<void()> on_gone;
    std::unordered_set<HttpsSession*> sessions;  ///< each owned by its coroutine
    bool draining = false;
    bool stopping = false;

    Awaitable<void> live(std::unique_ptr<HttpsSession> session) {
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
            for (HttpsSession* session : sessions) {
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
        for (HttpsSession* session : sessions) {
            session->sweep(context);
        }
    }

    void post(std::move_only_function<void()> task) { threads.post(index, std::move(task)); }
};

HttpsGroup::HttpsGroup(
    transport::IoThreads& threads, std::size_t index, const HttpsParts& parts, TlsSource tls,
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

HttpsGroup::~HttpsGroup() = default;

void HttpsGroup::take(
    transport::SocketHandle socket, transport::Admission::Seat seat, std::string address
) {
    impl_->post([impl = impl_.get(), socket = std::move(socket), seat = std::move(seat),
                 address = std::move(address)]() mutable {
        asio::io_context& context = impl->threads.context(impl->index);
        auto session = std::make_unique<HttpsSession>(
            context, std::move(socket), std::move(seat), std::move(address), impl->parts,
            [impl](std::move_only_function<void()> task) { impl->post(std::move(task)); }
        );
        asio::co_spawn(context, impl->live(std::move(session)), asio::detached);
    });
}

void HttpsGroup::sweep() {
    impl_->post([impl = impl_.get()] { impl->sweep(); });
}

void HttpsGroup::drain() {
    impl_->post([impl = impl_.get()] {
        impl->draining = true;
        for (HttpsSession* session : impl->sessions) {
            session->drain();
        }
    });
}

void HttpsGroup::stop() {
    impl_->post([impl = impl_.get()] {
        impl->stopping = true;
        for (HttpsSession* session : impl->sessions) {
            session->stop();
        }
    });
}

}  // namespace budstikke::ebxml
