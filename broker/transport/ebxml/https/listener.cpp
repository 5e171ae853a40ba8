// The wiring of listener.hpp: threads, groups of connections, the listening socket.
#include "broker/transport/ebxml/https/listener.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include "broker/transport/ebxml/https/group.hpp"
#include "broker/transport/listener.hpp"
#include "broker/transport/threads.hpp"

namespace budstikke::ebxml {

using transport::Admission;
using transport::SocketHandle;

struct HttpsListener::Impl {
    Impl(
        HttpsListenerOptions options, crypto::TlsServerContext context, ReceivePool& pool,
        const Clock& clock, EventLog& events
    )
        : parts{
              .path = std::move(options.path),
              .limits = options.limits,
              .pool = pool,
              .clock = clock,
              .events = events,
          },
          admission(parts.limits.connections),
          tls(std::move(context)),
          threads(std::max<std::size_t>(1, options.io_threads)) {
        for (std::size_t i = 0; i < threads.size(); ++i) {
            groups.push_back(std::make_unique<HttpsGroup>(
                threads, i, parts, [this] { return current_tls(); }, [this] { connection_gone(); }
            ));
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

    void take(SocketHandle socket, Admission::Seat seat, std::string address) {
        next_group = (next_group + 1) % groups.size();
        groups[next_group]->take(std::move(socket), std::move(seat), std::move(address));
    }

    void close_listener() {
        std::promise<void> closed;
        threads.post(0, [this, &closed] {
            listener->close();
            closed.set_value();
        });
        closed.get_future().wait();
    }

    bool is_empty() const { return admission.connections() == 0; }

    const HttpsParts parts;
    Admission admission;
    mutable std::mutex mutex;
    std::condition_variable gone;
    crypto::TlsServerContext tls;
    std::vector<std::unique_ptr<HttpsGroup>> groups;
    std::unique_ptr<transport::Listener> listener;
    std::uint16_t port = 0;
    std::size_t next_group = 0;  ///< of the thread that accepts
    std::mutex operating;        ///< one operator at a time, so that none asks threads that ended
    bool stopped = false;        ///< under operating
    /// Last, so that its coroutines end before what they use.
    transport::IoThreads threads;
};

Result<std::unique_ptr<HttpsListener>> HttpsListener::start(
    HttpsListenerOptions options, crypto::TlsServerContext tls, ReceivePool& pool,
    const Clock& clock, EventLog& events
) {
    const std::string address = options.address;
    const std::uint16_t port = options.port;
    auto impl = std::make_unique<Impl>(std::move(options), std::move(tls), pool, clock, events);
    auto listener = transport::Listener::open(
        impl->threads.context(0), address, port, impl->admission, events,
        [impl = impl.get()](SocketHandle socket, Admission::Seat seat, std::string peer) {
            impl->take(std::move(socket), std::move(seat), std::move(peer));
        }
    );
    if (!listener) {
        return std::unexpected(listener.error());
    }
    impl->listener = std::move(*listener);
    impl->port = impl->listener->port();
    impl->listener->start();
    return std::make_unique<HttpsListener>(std::move(impl));
}

HttpsListener::HttpsListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpsListener::~HttpsListener() {
    stop();
}

std::uint16_t HttpsListener::port() const {
    return impl_->port;
}

void HttpsListener::replace_tls(crypto::TlsServerContext tls) {
    const std::lock_guard operating(impl_->operating);
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->tls = std::move(tls);
    }
    for (const auto& group : impl_->groups) {
        group->sweep();
    }
}

bool HttpsListener::drain(Duration time_max) {
    {
        const std::lock_guard operating(impl_->operating);
        if (impl_->stopped) {
            return true;
        }
        impl_->close_listener();
        for (const auto& group : impl_->groups) {
            group->drain();
        }
    }
    std::unique_lock lock(impl_->mutex);
    return impl_->gone.wait_for(lock, time_max, [this] { return impl_->is_empty(); });
}

void HttpsListener::stop() {
    const std::lock_guard operating(impl_->operating);
    if (std::exchange(impl_->stopped, true)) {
        return;
    }
    impl_->close_listener();
    for (const auto& group : impl_->groups) {
        group->stop();
    }
    {
        // Each is bounded by the times of writing and closing, and by the Receiver's last answer.
        std::unique_lock lock(impl_->mutex);
        impl_->gone.wait(lock, [this] { return impl_->is_empty(); });
    }
    impl_->threads.stop();
    // Its socket belongs to a context of the threads.
    impl_->listener.reset();
}

std::uint32_t HttpsListener::connections() const {
    return impl_->admission.connections();
}

}  // namespace budstikke::ebxml
