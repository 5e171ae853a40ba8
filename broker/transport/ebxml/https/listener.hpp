// ebXML over HTTPS, inwards: takes packages that partners post and answers with what the Receiver
// says. Promises mutual TLS, the limits of limits.hpp, requests that can be read in one way only,
// and an orderly end. May not know ebXML.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/tls_context.hpp"
#include "broker/transport/ebxml/https/limits.hpp"
#include "broker/transport/ebxml/service/receive_pool.hpp"

namespace budstikke::ebxml {

/// Whether an authenticated peer may not come now: the id of the event that says why, else empty.
/// Asked when a connection begins, and of all when certificates or the directory have changed; any
/// thread.
using Unwelcome = std::function<std::string_view(const crypto::PeerIdentity&)>;

struct HttpsListenerOptions {
    std::string address = "127.0.0.1";  ///< numeric, IPv4 or IPv6
    std::uint16_t port = 0;             ///< 0: the system chooses
    std::string path = "/ebxml";        ///< the only one that is served
    std::size_t io_threads = 1;
    HttpsLimits limits;
    Unwelcome unwelcome = {};  ///< none: whoever has a certificate may
};

/// For TlsServerConfig::alpn, where all clients name a protocol. Many of the sector do not, and
/// would be refused: then leave it empty, which asks for nothing and lets in those that do.
inline constexpr const char* https_alpn = "http/1.1";

/// All functions from any thread but those of the listener itself.
///
/// Answers: 200 with the reply or empty, 500 with a Fault, 503 with Retry-After where nothing was
/// kept; 400, 404, 405, 411, 413, 415, 417, 431, 501 and 505 with a short text, after which the
/// connection closes.
class HttpsListener {
 public:
    /// Accepts when it returns. `pool`, `clock` and `events` outlive it; the pool must answer until
    /// it is gone. Errors: invalid_argument for the address, io where the system refuses.
    static Result<std::unique_ptr<HttpsListener>> start(
        HttpsListenerOptions options, crypto::TlsServerContext tls, ReceivePool& pool,
        const Clock& clock, EventLog& events
    );
    ~HttpsListener();  ///< stop()
    HttpsListener(const HttpsListener&) = delete;
    HttpsListener& operator=(const HttpsListener&) = delete;

    std::uint16_t port() const;
    /// For new connections. Those whose certificates would be refused now are ended.
    void replace_tls(crypto::TlsServerContext tls);
    /// Ends the connections of those who are not welcome any more.
    void sweep();
    /// Accepts no more, lets every request that has begun be answered, and waits until all are gone
    /// or `time_max` has passed. True: nobody is left.
    bool drain(Duration time_max = limits::drain_time_max);
    /// Ends every connection: what was handed to the Receiver is answered, the rest is cut off.
    void stop();
    std::uint32_t connections() const;

    struct Impl;
    explicit HttpsListener(std::unique_ptr<Impl> impl);

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::ebxml
