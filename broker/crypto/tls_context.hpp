// TLS settings as values: one for a listener, one for our own clients. The only place where the
// project configures TLS. Promises mutual authentication, TLS 1.3 unless 1.2 is allowed, security
// level 2 and a precise TlsFault for every refusal, of which the peer sees only a uniform alert.
// Immutable: a reload makes a new one; sessions keep the one that they were made from alive.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/limits.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/peer_identity.hpp"
#include "broker/crypto/revocation.hpp"
#include "broker/crypto/tls_fault.hpp"

namespace budstikke::crypto {

class TlsSession;

struct TlsServerConfig {
    std::filesystem::path certificate_chain_file;  ///< PEM, our certificate first, then its issuers
    std::filesystem::path key_file;  ///< PEM, mode without any bit for group and others
    std::vector<std::filesystem::path> ca_files;  ///< PEM, the roots and issuing CAs of our clients
    std::vector<std::filesystem::path> crl_files;  ///< a list for every CA in a client's path
    StaleListPolicy stale_lists = StaleListPolicy::fail_closed;
    bool allow_tls_1_2 = false;  ///< then with ECDHE and AEAD ciphers only
    /// CA certificates above the client's own, the root included.
    std::uint32_t chain_depth_max = limits::certificate_chain_depth_max;
    /// The ALPN protocols of the listener, the preferred first; a client without one of them is
    /// refused (RFC 7301: no_application_protocol). Empty: ALPN is not asked for.
    std::vector<std::string> alpn = {"budstikke/1"};
};

/// A cheap value; copies share the same settings. Safe to use from any thread.
///
/// A client certificate is believed when: its path leads to a root of `ca_files` within the depth,
/// every certificate on it is valid now and of security level 2, it has the extended key usage
/// clientAuth, no list revokes it or its issuers (see StaleListPolicy), and it names an
/// organisation. Session tickets are bound to this context and live for
/// limits::tls_session_time_max; a certificate that would be refused now cannot resume.
///
/// The alert of a refused certificate is handshake_failure, whatever was wrong; a client that sent
/// none in TLS 1.3 gets certificate_required (RFC 8446, 4.4.2.4), which says what it did itself.
class TlsServerContext {
 public:
    /// Reads every file. Errc::not_found and io for files, denied for a key file that is too open,
    /// malformed, invalid_argument (key and certificate differ, no CA, ALPN name not 1 to 255
    /// bytes). `clock` gives the time of every validity check and must outlive the context and its
    /// sessions.
    static Result<TlsServerContext> make(const TlsServerConfig& config, const Clock& clock);

    /// A session on a connected, non-blocking stream socket that stays the caller's.
    Result<TlsSession> accept(int socket) const;

    /// Asks again whether a peer of a live session would be believed now: its validity and the
    /// revocation lists of *this* context. For the sweep after a reload (security.md T3) and as
    /// time passes; none = still welcome.
    TlsFault recheck(const PeerIdentity& peer) const;

    const RevocationLists& revocation() const;
    /// Our own certificate and those above it: for expiry alarms.
    const std::vector<PeerIdentity>& own_certificates() const;

    class Impl;

 private:
    explicit TlsServerContext(std::shared_ptr<const Impl> impl);
    std::shared_ptr<const Impl> impl_;
};

struct TlsClientConfig {
    std::vector<std::filesystem::path> ca_files;   ///< PEM, the roots of the servers
    std::filesystem::path certificate_chain_file;  ///< PEM; empty: we have no certificate
    std::filesystem::path key_file;                ///< PEM, mode as for servers
    std::vector<std::filesystem::path> crl_files;  ///< of the servers' CAs; empty: not checked
    StaleListPolicy stale_lists = StaleListPolicy::fail_closed;
    bool allow_tls_1_2 = false;
    std::uint32_t chain_depth_max = limits::certificate_chain_depth_max;
    std::vector<std::string> alpn = {"budstikke/1"};  ///< empty: no ALPN
};

/// A cheap value; copies share the same settings. The server's certificate must lead to `ca_files`,
/// carry serverAuth and be for the name that is asked for.
class TlsClientContext {
 public:
    static Result<TlsClientContext> make(const TlsClientConfig& config, const Clock& clock);

    /// `server_name`: DNS name (also sent as SNI) or IP address, as the certificate must have it.
    /// `ticket`: what TlsSession::ticket() gave on an earlier session; one that does not decode is
    /// not used. Errc::invalid_argument for an empty name.
    Result<TlsSession> connect(
        int socket, std::string_view server_name, std::string_view ticket = {}
    ) const;

    const std::vector<PeerIdentity>& own_certificates() const;

    class Impl;

 private:
    explicit TlsClientContext(std::shared_ptr<const Impl> impl);
    std::shared_ptr<const Impl> impl_;
};

}  // namespace budstikke::crypto
