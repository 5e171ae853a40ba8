// One TLS connection on a non-blocking socket that somebody else owns and waits for. Every call
// does what it can at once and says what to wait for. Never blocks, never raises SIGPIPE (it sends
// with MSG_NOSIGNAL). May not know Asio, frames or the directory.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "broker/crypto/peer_identity.hpp"
#include "broker/crypto/tls_fault.hpp"

namespace budstikke::crypto {

enum class TlsState {
    ok,          ///< done; `bytes` of read and write
    want_read,   ///< call again with the same arguments when the socket is readable
    want_write,  ///< call again with the same arguments when the socket is writable
    closed,      ///< the peer has ended the connection in order (close_notify)
    failed,      ///< over; `fault` says why
};

struct TlsStep {
    TlsState state = TlsState::ok;
    std::size_t bytes = 0;
    TlsFault fault = TlsFault::none;
};

/// Not for two threads at once. The socket must outlive it and stays open when it ends. An idle
/// session holds no record buffers (about 24 KiB in all).
class TlsSession {
 public:
    TlsSession(TlsSession&&) noexcept;
    TlsSession& operator=(TlsSession&&) noexcept;
    ~TlsSession();

    /// Until ok: then the peer is authenticated, peer() and alpn() are set. Must be ok before read
    /// and write. After failed the alert has been sent as far as the socket took it at once.
    TlsStep handshake();

    /// ok with at least one byte, into the front of `space` (not empty). Wait for the socket only
    /// after want_read: bytes that have left the socket may still wait in here.
    TlsStep read(std::span<char> space);

    /// ok with at least one byte taken from the front of `bytes` (not empty), perhaps fewer than
    /// asked. What was not taken must be what the next write begins with, at any address, and at
    /// least as long: a part of it may be sealed in a record already.
    /// Records hold up to 16 KiB: hand over as much as there is.
    TlsStep write(std::string_view bytes);

    /// Sends close_notify. ok once it is sent; the peer's own is not waited for.
    TlsStep shutdown();

    /// The authenticated peer; null before the handshake is ok, and at a client whose server's
    /// certificate names no organisation.
    const PeerIdentity* peer() const;
    /// The protocol agreed on; empty where ALPN was not asked for.
    std::string_view alpn() const;
    /// `TLSv1.3`.
    std::string_view version() const;
    /// The cipher's name in OpenSSL's words, for logs.
    std::string_view cipher() const;
    bool resumed() const;

    /// At a client, after the first read: what resumes this session once (a secret). Empty where
    /// the server gave none.
    std::string ticket() const;

    class Impl;
    explicit TlsSession(std::unique_ptr<Impl> impl);

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::crypto
