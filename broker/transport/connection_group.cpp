// The group of connection_group.hpp.
#include "broker/transport/connection_group.hpp"

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

namespace budstikke::transport {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration longest_tick = 1s;
constexpr Duration shortest_tick = 10ms;
constexpr Duration sweep_interval = 1min;

}  // namespace

struct ConnectionGroup::Impl {
    Impl(IoThreads& of, std::size_t number, const GroupParts& given)
        : threads(of), index(number), parts(given), turns(of.context(number)) {}

    IoThreads& threads;
    std::size_t index;
    const GroupParts& parts;
    Turns turns;
    std::unordered_set<Connection*> connections;  ///< each owned by its coroutine
    bool draining = false;
    bool stopping = false;

    void post(std::move_only_function<void()> task) { threads.post(index, std::move(task)); }

    Awaitable<void> live(std::unique_ptr<Connection> connection, Placement::Place /*held*/) {
        connections.insert(connection.get());
        if (stopping) {
            connection->stop();
        } else if (draining) {
            connection->drain();
        }
        co_await connection->run();
        connections.erase(connection.get());
        connection.reset();
        parts.on_gone();
    }

    Awaitable<void> watch_the_clock() {
        asio::steady_timer timer(threads.context(index));
        const Duration interval =
            std::clamp(parts.shortest_deadline / 4, shortest_tick, longest_tick);
        SteadyTime swept_at = parts.clock.steady_now();
        for (;;) {
            timer.expires_after(interval);
            co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
            const SteadyTime now = parts.clock.steady_now();
            for (Connection* connection : connections) {
                connection->tick(now);
            }
            if (now - swept_at >= sweep_interval) {
                swept_at = now;
                sweep();
            }
        }
    }

    void sweep() {
        const crypto::TlsServerContext context = parts.tls();
        for (Connection* connection : connections) {
            connection->sweep(context);
        }
    }
};

ConnectionGroup::ConnectionGroup(IoThreads& threads, std::size_t index, const GroupParts& parts)
    : impl_(std::make_unique<Impl>(threads, index, parts)) {
    asio::co_spawn(threads.context(index), impl_->watch_the_clock(), asio::detached);
}

ConnectionGroup::~ConnectionGroup() = default;

void ConnectionGroup::take(Arrival arrival, Placement::Place place) {
    impl_->post([impl = impl_.get(), arrival = std::move(arrival),
                 place = std::move(place)]() mutable {
        asio::io_context& context = impl->threads.context(impl->index);
        auto connection = impl->parts.make({
            .context = context,
            .post = [impl](std::move_only_function<void()> task) { impl->post(std::move(task)); },
            .turns = impl->turns,
            .socket = std::move(arrival.socket),
            .seat = std::move(arrival.seat),
            .address = std::move(arrival.address),
        });
        asio::co_spawn(
            context, impl->live(std::move(connection), std::move(place)), asio::detached
        );
    });
}

void ConnectionGroup::sweep() {
    impl_->post([impl = impl_.get()] { impl->sweep(); });
}

void ConnectionGroup::drain() {
    impl_->post([impl = impl_.get()] {
        impl->draining = true;
        for (Connection* connection : impl->connections) {
            connection->drain();
        }
    });
}

void ConnectionGroup::stop() {
    impl_->post([impl = impl_.get()] {
        impl->stopping = true;
        for (Connection* connection : impl->connections) {
            connection->stop();
        }
    });
}

void ConnectionGroup::visit(std::function<void(Connection&)> look, std::function<void()> done) {
    impl_->post([impl = impl_.get(), look = std::move(look), done = std::move(done)] {
        for (Connection* connection : impl->connections) {
            look(*connection);
        }
        done();
    });
}

}  // namespace budstikke::transport
