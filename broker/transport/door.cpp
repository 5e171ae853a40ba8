// The handshakes of door.hpp.
#include "broker/transport/door.hpp"

#include <algorithm>
#include <exception>
#include <unordered_set>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "broker/transport/handshake_ration.hpp"
#include "broker/transport/threads.hpp"

namespace budstikke::transport {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration longest_tick = 1s;
constexpr Duration shortest_tick = 10ms;
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

/// One that wants in, for as long as its coroutine runs.
struct Guest {
    Guest(asio::io_context& context, SocketHandle socket, SteadyTime now)
        : stream(context, std::move(socket)), turn(context), since(now) {}

    void abort() {
        stream.abort();
        turn.cancel();
    }

    TlsStream stream;
    asio::steady_timer turn;
    SteadyTime since;
    bool timed_out = false;
    bool refused = false;
};

}  // namespace

struct Door::Impl {
    explicit Impl(DoorParts given)
        : parts(std::move(given)),
          refusals(
              parts.events, parts.clock, parts.limits.refusal_log_time_min, EventLevel::warning
          ),
          acceptances(
              parts.events, parts.clock, parts.limits.refusal_log_time_min, EventLevel::info
          ),
          ration(parts.limits.handshakes_per_second_per_address) {}

    Awaitable<void> meet(SocketHandle socket, Admission::Seat seat, std::string address);
    Awaitable<crypto::TlsFault> let_in(Guest& guest, const std::string& address);
    Awaitable<void> refuse(Guest& guest, crypto::TlsFault fault, std::string address);
    Awaitable<void> watch_the_clock();
    void tick(SteadyTime now);

    const DoorParts parts;
    DoorLog refusals;
    DoorLog acceptances;
    HandshakeRation ration;
    std::unordered_set<Guest*> guests;  ///< each owned by its coroutine
    bool closed = false;
    /// Last, so that its coroutines end before what they use.
    IoThreads threads{1, ThreadKind::behind_others};
};

Awaitable<void> Door::Impl::meet(SocketHandle socket, Admission::Seat seat, std::string address) {
    {
        Guest guest(threads.context(0), std::move(socket), parts.clock.steady_now());
        guests.insert(&guest);
        crypto::TlsFault fault = crypto::TlsFault::internal;
        try {
            fault = co_await let_in(guest, address);
        } catch (const std::exception&) {
            // Memory, most likely. Its text could quote anything.
            parts.events.write(EventLevel::error, "session_failed", {{"address", address}});
        }
        seat.handshake_done();
        if (fault == crypto::TlsFault::none && !closed) {
            guests.erase(&guest);
            Arrival arrival{
                .socket = guest.stream.release(),
                .seat = std::move(seat),
                .address = std::move(address),
            };
            parts.on_arrival(std::move(arrival));
            co_return;
        }
        co_await refuse(guest, fault, std::move(address));
        guests.erase(&guest);
    }
    {
        const Admission::Seat given_up = std::move(seat);
    }
    parts.on_gone();
}

Awaitable<crypto::TlsFault> Door::Impl::let_in(Guest& guest, const std::string& address) {
    // Who says nothing costs nothing yet, and uses no ration.
    co_await guest.stream.readable();
    if (guest.timed_out || closed) {
        co_return crypto::TlsFault::connection_lost;
    }
    const SteadyTime now = parts.clock.steady_now();
    if (const SteadyTime turn = ration.turn(address, now); turn > now) {
        refusals.note("handshake_delayed", address);
        guest.turn.expires_after(turn - now);
        co_await guest.turn.async_wait(quietly);
    }
    co_return co_await guest.stream.handshake(parts.tls());
}

Awaitable<void> Door::Impl::refuse(Guest& guest, crypto::TlsFault fault, std::string address) {
    if (fault != crypto::TlsFault::none) {
        const std::string why = guest.timed_out ? "timeout" : std::string(crypto::name(fault));
        refusals.note("handshake_refused_" + why, std::move(address));
    }
    guest.refused = true;
    guest.since = parts.clock.steady_now();
    co_await guest.stream.close();
}

Awaitable<void> Door::Impl::watch_the_clock() {
    asio::steady_timer timer(threads.context(0));
    const Duration shortest =
        std::min(parts.limits.handshake_time_max, parts.limits.closing_time_max);
    for (;;) {
        timer.expires_after(std::clamp(shortest / 4, shortest_tick, longest_tick));
        co_await timer.async_wait(quietly);
        tick(parts.clock.steady_now());
    }
}

void Door::Impl::tick(SteadyTime now) {
    refusals.tick();
    acceptances.tick();
    for (Guest* guest : guests) {
        if (guest->refused && now - guest->since > parts.limits.closing_time_max) {
            guest->abort();
        } else if (!guest->refused && !guest->timed_out &&
                   now - guest->since > parts.limits.handshake_time_max) {
            guest->timed_out = true;
            guest->abort();
        }
    }
}

Door::Door(DoorParts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {
    post([impl = impl_.get()] {
        asio::co_spawn(impl->threads.context(0), impl->watch_the_clock(), asio::detached);
    });
}

Door::~Door() = default;

asio::io_context& Door::context() {
    return impl_->threads.context(0);
}

void Door::post(std::move_only_function<void()> task) {
    impl_->threads.post(0, std::move(task));
}

void Door::take(SocketHandle socket, Admission::Seat seat, std::string address) {
    asio::co_spawn(
        context(), impl_->meet(std::move(socket), std::move(seat), std::move(address)),
        asio::detached
    );
}

void Door::close() {
    impl_->closed = true;
    for (Guest* guest : impl_->guests) {
        if (!guest->refused) {
            guest->abort();
        }
    }
}

DoorLog& Door::refusals() {
    return impl_->refusals;
}

DoorLog& Door::acceptances() {
    return impl_->acceptances;
}

void Door::stop() {
    impl_->threads.stop();
    impl_->refusals.flush();
    impl_->acceptances.flush();
}

}  // namespace budstikke::transport
