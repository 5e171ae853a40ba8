// The wiring of exchange_server.hpp: threads, groups of sessions, the listener.
#include "broker/transport/exchange_server.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

#include <google/protobuf/stubs/logging.h>

#include "broker/transport/exchange/session_context.hpp"
#include "broker/transport/listener.hpp"
#include "broker/transport/session_group.hpp"
#include "broker/transport/threads.hpp"

namespace budstikke::transport {

namespace {

std::size_t workers_of(const ExchangeServerOptions& options) {
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    return options.workers == 0 ? processors : options.workers;
}

}  // namespace

struct ExchangeServer::Impl {
    Impl(
        ExchangeServerOptions given, crypto::TlsServerContext context, pipeline::Broker& broker,
        const Clock& clock, EventLog& events
    )
        : options(std::move(given)),
          admission(options.limits),
          workers(workers_of(options)),
          parts{
              .broker = broker,
              .clock = clock,
              .events = events,
              .limits = options.limits,
              .workers = workers,
              .software = options.software,
          },
          tls(std::move(context)),
          threads(std::max<std::size_t>(1, options.io_threads)) {
        for (std::size_t i = 0; i < threads.size(); ++i) {
            groups.push_back(std::make_unique<SessionGroup>(
                threads, i, parts, [this] { return current_tls(); }, [this] { session_gone(); }
            ));
        }
    }

    crypto::TlsServerContext current_tls() const {
        const std::lock_guard lock(mutex);
        return tls;
    }

    void session_gone() {
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

    ExchangeServerOptions options;
    Admission admission;
    Workers workers;
    SessionParts parts;
    mutable std::mutex mutex;
    std::condition_variable gone;
    crypto::TlsServerContext tls;
    std::vector<std::unique_ptr<SessionGroup>> groups;
    std::unique_ptr<Listener> listener;
    std::uint16_t port = 0;
    std::size_t next_group = 0;  ///< of the thread that accepts
    std::mutex operating;        ///< one operator at a time, so that none asks threads that ended
    bool stopped = false;        ///< under operating
    /// Last, so that its coroutines end before what they use.
    IoThreads threads;
};

Result<std::unique_ptr<ExchangeServer>> ExchangeServer::start(
    ExchangeServerOptions options, crypto::TlsServerContext tls, pipeline::Broker& broker,
    const Clock& clock, EventLog& events
) {
    // Protobuf writes what it thinks of a peer's bytes to stderr, past the log and its rules.
    google::protobuf::SetLogHandler(nullptr);
    auto impl = std::make_unique<Impl>(std::move(options), std::move(tls), broker, clock, events);
    auto listener = Listener::open(
        impl->threads.context(0), impl->options.address, impl->options.port, impl->admission,
        events,
        [impl = impl.get()](SocketHandle socket, Admission::Seat seat, std::string address) {
            impl->take(std::move(socket), std::move(seat), std::move(address));
        }
    );
    if (!listener) {
        return std::unexpected(listener.error());
    }
    impl->listener = std::move(*listener);
    impl->port = impl->listener->port();
    impl->listener->start();
    return std::make_unique<ExchangeServer>(std::move(impl));
}

ExchangeServer::ExchangeServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ExchangeServer::~ExchangeServer() {
    stop();
}

std::uint16_t ExchangeServer::port() const {
    return impl_->port;
}

void ExchangeServer::replace_tls(crypto::TlsServerContext tls) {
    const std::lock_guard lock(impl_->mutex);
    impl_->tls = std::move(tls);
}

void ExchangeServer::sweep() {
    const std::lock_guard operating(impl_->operating);
    for (const auto& group : impl_->groups) {
        group->sweep();
    }
}

bool ExchangeServer::drain(Duration time_max) {
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

void ExchangeServer::stop() {
    const std::lock_guard operating(impl_->operating);
    if (std::exchange(impl_->stopped, true)) {
        return;
    }
    impl_->close_listener();
    for (const auto& group : impl_->groups) {
        group->stop();
    }
    {
        // Each is bounded by closing_time_max and write_time_max, and by the broker's last answer.
        std::unique_lock lock(impl_->mutex);
        impl_->gone.wait(lock, [this] { return impl_->is_empty(); });
    }
    impl_->workers.stop();
    impl_->threads.stop();
    // Its socket belongs to a context of the threads.
    impl_->listener.reset();
}

std::vector<SessionFacts> ExchangeServer::sessions() const {
    std::vector<SessionFacts> all;
    const std::lock_guard operating(impl_->operating);
    if (impl_->stopped) {
        return all;
    }
    for (const auto& group : impl_->groups) {
        std::promise<std::vector<SessionFacts>> promise;
        group->collect([&promise](std::vector<SessionFacts> facts) {
            promise.set_value(std::move(facts));
        });
        std::ranges::move(promise.get_future().get(), std::back_inserter(all));
    }
    return all;
}

std::uint32_t ExchangeServer::connections() const {
    return impl_->admission.connections();
}

}  // namespace budstikke::transport
