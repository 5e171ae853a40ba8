// The inside of a TlsSession, which the callbacks of its context find through OpenSSL's object.
// Internal to crypto; declares what tls_session.cpp and tls_callbacks.cpp share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "broker/crypto/openssl_handles.hpp"
#include "broker/crypto/peer_identity.hpp"
#include "broker/crypto/socket_bio.hpp"
#include "broker/crypto/tls_fault.hpp"
#include "broker/crypto/tls_session.hpp"
#include "broker/crypto/tls_settings.hpp"

namespace budstikke::crypto {

class TlsSession::Impl {
 public:
    Impl(std::shared_ptr<const TlsSettings> settings, int socket);
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() = default;

    /// False where OpenSSL has no memory for a session.
    bool open();
    /// The session that OpenSSL's object belongs to.
    static Impl& of(const ssl_st* ssl);

    TlsStep handshake();
    TlsStep read(std::span<char> space);
    TlsStep write(std::string_view bytes);
    TlsStep shutdown();

    std::shared_ptr<const TlsSettings> settings;
    SocketEnd socket;
    Handle<ssl_st> ssl;  ///< after what it points into
    TlsFault fault =
        TlsFault::none;  ///< set by callbacks first: they know more than the alert says
    std::optional<PeerIdentity> peer;
    std::string server_name;  ///< at a client: whom we want to speak to
    bool established = false;

 private:
    void prepare_step();
    TlsStep stopped(int result);
    TlsStep failed(TlsFault reason);
    TlsFault accept_handshake();
    TlsFault check_resumed();
};

}  // namespace budstikke::crypto
