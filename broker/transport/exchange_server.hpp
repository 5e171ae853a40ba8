// The exchange protocol as a server: what app/ starts and admin/ operates. Promises mutual TLS, the
// limits of exchange_limits.hpp, and an orderly end. Knows the broker through pipeline/broker.hpp
// only; a vendor finds the protocol in proto/budstikke/v1/exchange.proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/tls_context.hpp"
#include "broker/pipeline/broker.hpp"
#include "broker/transport/exchange_limits.hpp"
#include "broker/transport/session_facts.hpp"

namespace budstikke::transport {

struct ExchangeServerOptions {
    std::string address = "127.0.0.1";  ///< numeric, IPv4 or IPv6
    std::uint16_t port = 0;             ///< 0: the system chooses
    std::size_t io_threads = 2;
    std::size_t workers = 0;             ///< 0: as many as there are processors
    std::string software = "budstikke";  ///< for Welcome
    ExchangeLimits limits;
};

/// All functions from any thread but those of the server itself.
class ExchangeServer {
 public:
    /// Accepts when it returns. `broker`, `clock` and `events` outlive it; the broker must answer
    /// until it is gone. Errors as Listener::open.
    static Result<std::unique_ptr<ExchangeServer>> start(
        ExchangeServerOptions options, crypto::TlsServerContext tls, pipeline::Broker& broker,
        const Clock& clock, EventLog& events
    );
    ~ExchangeServer();  ///< stop()
    ExchangeServer(const ExchangeServer&) = delete;
    ExchangeServer& operator=(const ExchangeServer&) = delete;

    std::uint16_t port() const;

    /// For new connections. Sweep afterwards where certificates may have been revoked.
    void replace_tls(crypto::TlsServerContext tls);
    /// Ends the sessions of certificates and organisations that would not be let in now: after new
    /// revocation lists, a new directory, a hold. Comes once a minute by itself, as time passes.
    void sweep();

    /// Accepts no more, asks every peer to finish and go, and waits until they have or `time_max`
    /// has passed. True: nobody is left.
    bool drain(Duration time_max = limits::drain_time_max);
    /// Ends every session, in order as far as limits.closing_time_max allows, and all threads.
    void stop();

    /// The sessions that have said hello.
    std::vector<SessionFacts> sessions() const;
    /// With those that have not.
    std::uint32_t connections() const;

    struct Impl;
    explicit ExchangeServer(std::unique_ptr<Impl> impl);

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::transport
