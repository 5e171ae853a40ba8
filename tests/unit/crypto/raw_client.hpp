// A TLS client that does what ours refuses to do: old versions, weak keys, no ALPN, any chain. Made
// of OpenSSL directly, so that a test of the server depends on nothing of ours but the server.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "broker/crypto/tls_session.hpp"

namespace budstikke::crypto::test {

struct RawClientOptions {
    std::filesystem::path certificate = {};  ///< PEM chain; empty: none
    std::filesystem::path key = {};
    int version_min = 0;
    int version_max = 0;
    std::string ciphers_tls_1_2 = {};
    std::vector<std::string> alpn = {"budstikke/1"};
    std::size_t padding_bytes = 0;  ///< of certificates that belong to nobody, in the chain sent
};

class RawClient {
 public:
    RawClient(const RawClientOptions& options, int socket);
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient();

    /// One step of the handshake, then of reading; true when nothing more can come.
    bool step();
    /// Records that each say only that the sender changes its keys (RFC 8446, 4.6.3), not sent.
    std::string key_updates(int count);
    bool established() const;
    /// The fatal alert that the server sent (RFC 8446, 6); -1 for none.
    int alert() const;
    bool closed() const;

 private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

/// Two connected non-blocking stream sockets, closed with it.
class SocketPair {
 public:
    SocketPair();
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;
    ~SocketPair();
    int server() const { return ends_[0]; }
    int client() const { return ends_[1]; }
    void close_client();
    void close_server();

 private:
    int ends_[2] = {-1, -1};
};

/// Length of the DER of the certificates in a PEM file, each, and of one padding certificate.
std::size_t certificate_message_bytes(
    const std::filesystem::path& chain, std::size_t padding_bytes
);

}  // namespace budstikke::crypto::test
