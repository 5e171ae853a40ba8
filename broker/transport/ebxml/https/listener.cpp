// The listener of listener.hpp: sessions of HTTP on a ConnectionServer.
#include "broker/transport/ebxml/https/listener.hpp"

#include <algorithm>
#include <utility>

#include "broker/transport/connection_server.hpp"
#include "broker/transport/ebxml/https/session.hpp"

namespace budstikke::ebxml {
namespace {

Duration shortest_deadline(const HttpsLimits& limits) {
    return std::min(
        {limits.header_time_max, limits.body_time_max, limits.idle_time_max,
         limits.connections.write_time_max, limits.connections.closing_time_max}
    );
}

}  // namespace

struct HttpsListener::Impl {
    Impl(
        HttpsListenerOptions options, crypto::TlsServerContext context, ReceivePool& pool,
        const Clock& clock, EventLog& events
    )
        : parts{
              .path = std::move(options.path),
              .limits = options.limits,
              .unwelcome = std::move(options.unwelcome),
              .pool = pool,
              .clock = clock,
              .events = events,
          },
          server(
              {.address = std::move(options.address),
               .port = options.port,
               .io_threads = options.io_threads,
               .shortest_deadline = shortest_deadline(parts.limits)},
              parts.limits.connections, std::move(context), clock,
              [this](transport::Accepted accepted) {
                  return std::make_unique<HttpsSession>(std::move(accepted), parts);
              }
          ) {}

    const HttpsParts parts;
    /// Last, so that its sessions end before what they use.
    transport::ConnectionServer server;
};

Result<std::unique_ptr<HttpsListener>> HttpsListener::start(
    HttpsListenerOptions options, crypto::TlsServerContext tls, ReceivePool& pool,
    const Clock& clock, EventLog& events
) {
    auto impl = std::make_unique<Impl>(std::move(options), std::move(tls), pool, clock, events);
    if (auto opened = impl->server.open(events); !opened) {
        return std::unexpected(std::move(opened).error());
    }
    return std::make_unique<HttpsListener>(std::move(impl));
}

HttpsListener::HttpsListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpsListener::~HttpsListener() {
    stop();
}

std::uint16_t HttpsListener::port() const {
    return impl_->server.port();
}

void HttpsListener::replace_tls(crypto::TlsServerContext tls) {
    impl_->server.replace_tls(std::move(tls));
    impl_->server.sweep();
}

void HttpsListener::sweep() {
    impl_->server.sweep();
}

bool HttpsListener::drain(Duration time_max) {
    return impl_->server.drain(time_max);
}

void HttpsListener::stop() {
    impl_->server.stop();
}

std::uint32_t HttpsListener::connections() const {
    return impl_->server.connections();
}

}  // namespace budstikke::ebxml
