// One visit to a mailbox: what is in it, fetching, removing. Promises that all of it happens in one
// session with the server, because the numbers of mails mean nothing in another. By POP3S (RFC
// 1939) and IMAPS (RFC 3501). May not know what mails are.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/transport/ebxml/mail/account.hpp"
#include "broker/transport/ebxml/service/carrier.hpp"

namespace budstikke::ebxml {

struct WaitingMail {
    std::string number;  ///< for fetch and remove, in this visit
    std::string id;      ///< the same in every visit
    std::uint64_t bytes = 0;
};

/// What the server said could not be understood counts as unreachable.
class MailAccess {
 public:
    template <typename T>
    using Outcome = std::expected<T, CarrierFault>;

    virtual ~MailAccess() = default;
    /// In the order of arrival. First.
    virtual Outcome<std::vector<WaitingMail>> list() = 0;
    /// Whole: a connection that breaks within it is a fault.
    virtual Outcome<std::string> fetch(const WaitingMail& mail) = 0;
    /// Lasting at the end of the visit at the latest.
    virtual Outcome<void> remove(const WaitingMail& mail) = 0;
};

struct AccessOptions {
    std::string url;  ///< `pop3s://host:port` or `imaps://host:port/folder`
    TransferTls tls;
    MailAccount account;
    Duration transfer_time_max{};
    std::size_t mail_bytes_max = 0;
    std::stop_token stop = {};  ///< the transfer under way then ends, and all that follow
};

/// By the scheme of the url. The visit ends with it.
std::unique_ptr<MailAccess> visit(const AccessOptions& options);

}  // namespace budstikke::ebxml
