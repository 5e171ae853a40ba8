// A TLS connection as coroutines see it: a non-blocking socket whose readiness is awaited, and the
// session of crypto/ that turns bytes. Promises that nothing is buffered here between calls, and
// that abort() ends every wait. Has no deadlines of its own: its owner looks at the clock. May not
// know frames.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "broker/crypto/tls_context.hpp"
#include "broker/crypto/tls_session.hpp"
#include "broker/transport/awaitable.hpp"
#include "broker/transport/socket_handle.hpp"

namespace budstikke::transport {

/// A socket behind its handshake, between two contexts.
struct SecureSocket {
    SocketHandle socket;
    crypto::TlsSession session;
};

/// Belongs to the thread of its context; one reader and one writer may wait at the same time.
class TlsStream {
 public:
    /// `socket` is connected; it is made non-blocking. The handshake comes first.
    TlsStream(boost::asio::io_context& context, SocketHandle socket);
    /// Goes on where another has released it.
    TlsStream(boost::asio::io_context& context, SecureSocket secure);
    ~TlsStream();
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    /// `none`: the peer is authenticated.
    Awaitable<crypto::TlsFault> handshake(const crypto::TlsServerContext& context);
    /// After the handshake, while nobody waits: for another context. Nothing is called here later.
    SecureSocket release();

    enum class Reading { bytes, nothing_yet, ended };
    struct ReadResult {
        Reading state = Reading::ended;
        std::size_t bytes = 0;
        bool drained = false;  ///< there is no more without waiting: readable() comes next
    };
    /// What can be read now without waiting, as much as fits.
    ReadResult read_now(std::span<char> space);
    /// Until read_now may give something, or abort().
    Awaitable<void> readable();
    /// All of it; false where the peer is gone or abort() was called. `on_progress` after each part
    /// that the socket took.
    Awaitable<bool> write(std::string_view bytes, const std::function<void()>& on_progress);

    /// close_notify, then discards what still comes until the peer closes too, so that our last
    /// words are not lost to a reset (RFC 1122, 4.2.2.13). abort() cuts it short.
    Awaitable<void> close();
    /// At once; every wait ends, now and later.
    void abort();
    /// Makes readable() return.
    void wake();

    const crypto::PeerIdentity& peer() const;
    bool resumed() const;
    std::string_view version() const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::transport
