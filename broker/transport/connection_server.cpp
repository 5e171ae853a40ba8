// The wiring of connection_server.hpp: threads, groups of connections, the listening socket.
#include "broker/transport/connection_server.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include "broker/transport/connection_group.hpp"
#include "broker/transport/door.hpp"
#include "broker/transport/listener.hpp"
#include "broker/transport/placement.hpp"
#include "broker/transport/threads.hpp"

namespace budstikke::transport {

struct ConnectionServer::Impl {
    Impl(
        ConnectionServerOptions given, const ExchangeLimits& given_limits,
        crypto::TlsServerContext context, const Clock& clock, MakeConnection make
    )
        : options(std::move(given)),
          limits(given_limits),
          admission(limits),
          tls(std::move(context)),
          parts{
              .clock = clock,
              .shortest_deadline = options.shortest_deadline,
              .make = std::move(make),
              .tls = [this] { return current_tls(); },
              .on_gone = [this] { connection_gone(); },
          },
          placement(std::max<std::size_t>(1, options.io_threads)),
          threads(std::max<std::size_t>(1, options.io_threads), ThreadKind::usual) {
        for (std::size_t i = 0; i < threads.size(); ++i) {
            groups.push_back(std::make_unique<ConnectionGroup>(threads, i, parts));
        }
    }

    crypto::TlsServerContext current_tls() const {
        const std::lock_guard lock(mutex);
        return tls;
    }

    void connection_gone() {
        // Taken so that a waiter cannot miss it between its look and its sleep.
        const std::lock_guard lock(mutex);
        gone.notify_all();
    }

    void take(Arrival arrival) {
        auto place = placement.place(arrival.socket.session.peer()->organisation_number);
        ConnectionGroup& group = *groups[place.thread()];
        group.take(std::move(arrival), std::move(place));
    }

    void close_door() {
        std::promise<void> closed;
        door->post([this, &closed] {
            listener->close();
            door->close();
            closed.set_value();
        });
        closed.get_future().wait();
    }

    bool is_empty() const { return admission.connections() == 0; }

    const ConnectionServerOptions options;
    const ExchangeLimits& limits;
    Admission admission;
    mutable std::mutex mutex;
    std::condition_variable gone;
    crypto::TlsServerContext tls;
    const GroupParts parts;
    std::vector<std::unique_ptr<ConnectionGroup>> groups;
    std::uint16_t port = 0;
    std::mutex operating;  ///< one operator at a time, so that none asks threads that ended
    bool stopped = false;  ///< under operating
    Placement placement;
    /// Behind all else, so that their coroutines end before what they use.
    IoThreads threads;
    std::unique_ptr<Door> door;
    std::unique_ptr<Listener> listener;  ///< on the door's thread
};

ConnectionServer::ConnectionServer(
    ConnectionServerOptions options, const ExchangeLimits& limits, crypto::TlsServerContext tls,
    const Clock& clock, MakeConnection make
)
    : impl_(
          std::make_unique<Impl>(std::move(options), limits, std::move(tls), clock, std::move(make))
      ) {}

ConnectionServer::~ConnectionServer() = default;

Result<void> ConnectionServer::open(EventLog& events) {
    impl_->door = std::make_unique<Door>(DoorParts{
        .limits = impl_->limits,
        .clock = impl_->parts.clock,
        .events = events,
        .tls = impl_->parts.tls,
        .on_arrival = [impl = impl_.get()](Arrival arrival) { impl->take(std::move(arrival)); },
        .on_gone = impl_->parts.on_gone,
    });
    Door& door = *impl_->door;
    auto listener = Listener::open(
        {.context = door.context(),
         .admission = impl_->admission,
         .events = events,
         .refusals = door.refusals(),
         .acceptances = door.acceptances()},
        impl_->options.address, impl_->options.port,
        [&door](SocketHandle socket, Admission::Seat seat, std::string address) {
            door.take(std::move(socket), std::move(seat), std::move(address));
        }
    );
    if (!listener) {
        return std::unexpected(listener.error());
    }
    impl_->listener = std::move(*listener);
    impl_->port = impl_->listener->port();
    impl_->listener->start();
    return {};
}

std::uint16_t ConnectionServer::port() const {
    return impl_->port;
}

void ConnectionServer::replace_tls(crypto::TlsServerContext tls) {
    const std::lock_guard lock(impl_->mutex);
    impl_->tls = std::move(tls);
}

void ConnectionServer::sweep() {
    const std::lock_guard operating(impl_->operating);
    for (const auto& group : impl_->groups) {
        group->sweep();
    }
}

bool ConnectionServer::drain(Duration time_max) {
    {
        const std::lock_guard operating(impl_->operating);
        if (impl_->stopped) {
            return true;
        }
        for (const auto& group : impl_->groups) {
            group->drain();
        }
        // Who still comes in meanwhile finds a group that drains.
        impl_->close_door();
    }
    std::unique_lock lock(impl_->mutex);
    return impl_->gone.wait_for(lock, time_max, [this] { return impl_->is_empty(); });
}

void ConnectionServer::stop(const std::function<void()>& last_work) {
    const std::lock_guard operating(impl_->operating);
    if (std::exchange(impl_->stopped, true)) {
        return;
    }
    for (const auto& group : impl_->groups) {
        group->stop();
    }
    impl_->close_door();
    {
        // Each is bounded by the times of writing and closing, and by the last answer to its peer.
        std::unique_lock lock(impl_->mutex);
        impl_->gone.wait(lock, [this] { return impl_->is_empty(); });
    }
    last_work();
    impl_->door->stop();
    impl_->threads.stop();
    // Its socket belongs to the door's context.
    impl_->listener.reset();
}

void ConnectionServer::for_each(const std::function<void(Connection&)>& look) {
    const std::lock_guard operating(impl_->operating);
    if (impl_->stopped) {
        return;
    }
    for (const auto& group : impl_->groups) {
        std::promise<void> done;
        group->visit(look, [&done] { done.set_value(); });
        done.get_future().wait();
    }
}

std::uint32_t ConnectionServer::connections() const {
    return impl_->admission.connections();
}

}  // namespace budstikke::transport
