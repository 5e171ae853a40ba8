// One TLS connection of a load generator: a socket that does not block, with what is to be written
// collected so that it leaves in full TLS records. As cheap as it gets, since it shares the machine
// with what it measures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/crypto/openssl_handles.hpp"
#include "broker/transport/socket_handle.hpp"

namespace budstikke::bench {

/// Who connects: a client of the test PKI.
class TlsIdentity {
 public:
    /// `name` as it was given to certs/issue.sh.
    static Result<TlsIdentity> load(const std::filesystem::path& pki, const std::string& name);

 private:
    friend class TlsLine;
    crypto::Handle<ssl_ctx_st> context_;
};

/// A connection to a port of this machine, and nothing on it yet.
Result<transport::SocketHandle> connect_loopback(std::uint16_t port);

class TlsLine {
 public:
    /// To localhost, with a whole handshake. Errc::unavailable or unauthenticated where it fails.
    static Result<std::unique_ptr<TlsLine>> connect(const TlsIdentity& who, std::uint16_t port);

    int socket() const { return socket_.get(); }

    /// Append what is to be written; flush() sends it.
    std::string& out() { return out_; }
    std::size_t unsent() const { return out_.size() - out_at_; }
    /// Writes until all is written or the socket takes no more. False where the line has ended.
    bool flush();
    /// flush() stopped because the socket takes no more.
    bool wants_to_write() const { return wants_to_write_; }

    enum class Read { some, nothing_yet, ended };
    /// Reads what is there, up to the room of one buffer, behind what was left in in().
    Read read();
    /// Whether read() left something that the socket will not tell of again.
    bool has_more() const;
    std::string_view in() const { return {in_.data() + in_at_, in_end_ - in_at_}; }
    void used(std::size_t bytes) { in_at_ += bytes; }

 private:
    TlsLine(transport::SocketHandle socket, crypto::Handle<ssl_st> tls);

    transport::SocketHandle socket_;
    crypto::Handle<ssl_st> tls_;
    std::string out_;
    std::size_t out_at_ = 0;
    bool wants_to_write_ = false;
    std::vector<char> in_;
    std::size_t in_at_ = 0;
    std::size_t in_end_ = 0;
};

}  // namespace budstikke::bench
