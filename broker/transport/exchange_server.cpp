// The server of exchange_server.hpp: sessions of the exchange protocol on a ConnectionServer, and
// the workers that they share.
#include "broker/transport/exchange_server.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <google/protobuf/stubs/logging.h>

#include "broker/transport/connection_server.hpp"
#include "broker/transport/exchange/outbound_budget.hpp"
#include "broker/transport/exchange/session.hpp"
#include "broker/transport/exchange/session_context.hpp"
#include "broker/transport/threads.hpp"

namespace budstikke::transport {

namespace {

std::size_t workers_of(const ExchangeServerOptions& options) {
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    return options.workers == 0 ? processors : options.workers;
}

Duration shortest_deadline(const ExchangeLimits& limits) {
    return std::min(
        {limits.hello_time_max, limits.frame_time_max, limits.submission_time_max,
         limits.upload_grace, limits.idle_time_max, limits.write_time_max, limits.closing_time_max}
    );
}

}  // namespace

struct ExchangeServer::Impl {
    Impl(
        ExchangeServerOptions given, crypto::TlsServerContext context, pipeline::Broker& broker,
        const Clock& clock, EventLog& events
    )
        : options(std::move(given)),
          outbound(options.limits),
          workers(workers_of(options)),
          parts{
              .broker = broker,
              .clock = clock,
              .events = events,
              .limits = options.limits,
              .outbound = outbound,
              .workers = workers,
              .software = options.software,
          },
          server(
              {.address = options.address,
               .port = options.port,
               .io_threads = options.io_threads,
               .shortest_deadline = shortest_deadline(options.limits)},
              options.limits, std::move(context), clock,
              [this](Accepted accepted) {
                  return std::make_unique<Session>(std::move(accepted), parts);
              }
          ) {}

    const ExchangeServerOptions options;
    OutboundBudget outbound;
    Workers workers;
    SessionParts parts;
    /// Last, so that its sessions end before what they use.
    ConnectionServer server;
};

Result<std::unique_ptr<ExchangeServer>> ExchangeServer::start(
    ExchangeServerOptions options, crypto::TlsServerContext tls, pipeline::Broker& broker,
    const Clock& clock, EventLog& events
) {
    // Protobuf writes what it thinks of a peer's bytes to stderr, past the log and its rules.
    google::protobuf::SetLogHandler(nullptr);
    auto impl = std::make_unique<Impl>(std::move(options), std::move(tls), broker, clock, events);
    if (auto opened = impl->server.open(events); !opened) {
        return std::unexpected(std::move(opened).error());
    }
    return std::make_unique<ExchangeServer>(std::move(impl));
}

ExchangeServer::ExchangeServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ExchangeServer::~ExchangeServer() {
    stop();
}

std::uint16_t ExchangeServer::port() const {
    return impl_->server.port();
}

void ExchangeServer::replace_tls(crypto::TlsServerContext tls) {
    impl_->server.replace_tls(std::move(tls));
}

void ExchangeServer::sweep() {
    impl_->server.sweep();
}

bool ExchangeServer::drain(Duration time_max) {
    return impl_->server.drain(time_max);
}

void ExchangeServer::stop() {
    impl_->server.stop([impl = impl_.get()] { impl->workers.stop(); });
}

std::vector<SessionFacts> ExchangeServer::sessions() const {
    std::vector<SessionFacts> all;
    impl_->server.for_each([&all](Connection& connection) {
        // The server makes nothing else.
        if (auto known = static_cast<const Session&>(connection).facts()) {
            all.push_back(std::move(*known));
        }
    });
    return all;
}

std::uint32_t ExchangeServer::connections() const {
    return impl_->server.connections();
}

}  // namespace budstikke::transport
