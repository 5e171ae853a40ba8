// ebXML by mail, outwards: hands a mail to the relay that is configured (RFC 5321). Promises TLS,
// either from the start or by STARTTLS, never without; one recipient; one attempt within
// limits::ebxml_exchange_time_max. May not know what the relay does then.
#pragma once

#include <memory>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/base/limits.hpp"
#include "broker/base/result.hpp"
#include "broker/transport/ebxml/mail/account.hpp"
#include "broker/transport/ebxml/service/carrier.hpp"

namespace budstikke::ebxml {

struct SmtpOptions {
    std::string relay;  ///< `smtp://host:port` (STARTTLS) or `smtps://host:port`
    TransferTls tls;
    MailAccount account;
    std::string our_name = "localhost";  ///< for EHLO
    Duration exchange_time_max = limits::ebxml_exchange_time_max;
};

/// The envelope's sender is Outgoing::from_address, so that bounces come to the sending party. The
/// value of send() is always empty. A log-in that the relay refuses is refused_for_now: it says
/// nothing of the mail.
class SmtpCarrier final : public Carrier {
 public:
    /// Errors as the two check(), and invalid_argument for the relay or our name. `clock` outlives
    /// it.
    static Result<std::unique_ptr<SmtpCarrier>> make(SmtpOptions options, const Clock& clock);
    SmtpCarrier(SmtpOptions options, const Clock& clock);
    ~SmtpCarrier() override;
    SmtpCarrier(const SmtpCarrier&) = delete;
    SmtpCarrier& operator=(const SmtpCarrier&) = delete;

    std::expected<std::string, CarrierFault> send(const Outgoing& outgoing) override;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::ebxml
