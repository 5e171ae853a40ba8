// libcurl's handle with one owner, and the settings that all our transfers share: no proxy, no
// redirect, no file of the user, TLS with our certificates. Internal to the carriers; a handle
// keeps its connections for the next transfer. May not know what is transferred.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/base/result.hpp"
#include "broker/transport/ebxml/service/carrier.hpp"

namespace budstikke::ebxml {

/// TLS of our transfers. Files are read by every new connection, so that a renewed certificate
/// counts without a reload.
struct TransferTls {
    std::filesystem::path ca_file;           ///< PEM, the roots of the servers
    std::filesystem::path certificate_file;  ///< PEM, our certificate and its issuers; may be empty
    std::filesystem::path key_file;          ///< PEM, owner only; empty with certificate_file
    /// PEM, a revocation list for every CA in a server's path; empty: not checked. A list that is
    /// missing or too old refuses every server of its CA.
    std::filesystem::path crl_file = {};
    bool allow_tls_1_2 = false;  ///< then with ECDHE and AEAD ciphers only
};

/// Whether all of it is there and the key is the owner's alone. Errors as crypto::read_file and
/// crypto::read_secret_file.
Result<void> check(const TransferTls& tls);

struct EasyCloser {
    bool waits = true;  ///< for what servers say to a goodbye
    void operator()(void* handle) const;
};

class Easy {
 public:
    /// Null handles are made where there is no memory: perform() says so.
    Easy();
    ~Easy();
    Easy(Easy&&) noexcept = default;
    Easy& operator=(Easy&& other) noexcept;

    /// libcurl's CURL*.
    void* get() const { return handle_.get(); }
    /// Forgets the settings of the last transfer, not its connections. `protocols` as
    /// CURLOPT_PROTOCOLS_STR has them.
    void prepare(const std::string& url, const char* protocols, const TransferTls& tls);
    /// A transfer ends within about a second of the request to stop, and says
    /// CURLE_ABORTED_BY_CALLBACK; so does what is said to a server at the end of its connection.
    void stop_with(std::stop_token stop);
    /// At the end of its connection it says goodbye and waits for no answer, for which libcurl
    /// would wait two minutes, past any stop.
    void wait_for_no_goodbye() { handle_.get_deleter().waits = false; }
    /// Ends its connection at once: nobody knows what the server will say on it next.
    void cut();
    /// Within that time, from the name to the last byte. CURLcode.
    int perform(Duration time_max);
    /// What libcurl said about the last one; holds words of the peer: never for the log.
    std::string_view message() const;
    long response_code() const;

 private:
    // Before the handle, which has their places and asks for the last time when it is closed.
    std::unique_ptr<std::stop_token> stop_;
    std::unique_ptr<char[]> message_;
    std::unique_ptr<void, EasyCloser> handle_;
};

/// What a CURLcode means for an attempt; `message` tells a refusal of our certificate from a
/// connection that broke.
CarrierFault fault_of(int code, std::string_view message);

/// A list of strings for libcurl, with one owner.
class StringList {
 public:
    StringList& add(const std::string& text);
    void* get() const { return list_.get(); }

 private:
    struct Closer {
        void operator()(void* list) const;
    };
    std::unique_ptr<void, Closer> list_;
};

/// Gathers what comes, up to a size. Give its `write` and itself to libcurl.
struct Collected {
    std::size_t bytes_max;
    std::string bytes = {};
    bool too_large = false;

    static std::size_t write(char* data, std::size_t size, std::size_t count, void* collected);
};

}  // namespace budstikke::ebxml
