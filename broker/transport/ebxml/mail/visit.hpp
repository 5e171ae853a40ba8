// The transfers of one visit to a mailbox, on one connection. Internal to access.hpp.
#pragma once

#include <expected>
#include <string>

#include "broker/transport/ebxml/curl/easy.hpp"
#include "broker/transport/ebxml/mail/access.hpp"

namespace budstikke::ebxml {

class Visit {
 public:
    explicit Visit(const AccessOptions& options) : options_(options) {
        easy_.stop_with(options.stop);
    }
    /// Says goodbye where all went well, and waits a moment for the answer unless it shall stop.
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    /// What `command` gives (empty: what the url says). `path` comes behind the server's address.
    std::expected<std::string, CarrierFault> ask(
        const std::string& path, const std::string& command, bool has_body, std::size_t bytes_max
    );

    const AccessOptions& options() const { return options_; }

 private:
    struct Gate {
        bool closed = false;  ///< the first transfer is done: no other connection is made
    };
    std::expected<std::string, CarrierFault> transfer(
        const std::string& path, const std::string& command, bool has_body, std::size_t bytes_max,
        Duration time_max
    );
    /// libcurl's question for a socket, which is refused behind the gate.
    static int open_socket(void* gate, int purpose, void* address);

    const AccessOptions& options_;
    Gate gate_;
    bool in_order_ = false;  ///< the server has answered whatever it was asked
    /// Last: closes the connection, for which it needs nothing else.
    Easy easy_;
};

/// `scheme://host:port` of the url, and what is behind it.
std::string server_of(const std::string& url);
std::string path_of(const std::string& url);

std::unique_ptr<MailAccess> visit_by_pop3(const AccessOptions& options);
std::unique_ptr<MailAccess> visit_by_imap(const AccessOptions& options);

}  // namespace budstikke::ebxml
