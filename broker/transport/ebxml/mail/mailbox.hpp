// ebXML by mail, inwards: looks into a mailbox and hands what is there to the Receiver. Promises
// that a mail is removed only after the Receiver called it done, and that nothing is ever answered
// from here. The timer is another's.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "broker/base/event_log.hpp"
#include "broker/base/limits.hpp"
#include "broker/base/result.hpp"
#include "broker/transport/ebxml/mail/access.hpp"
#include "broker/transport/ebxml/service/receiver.hpp"

namespace budstikke::ebxml {

struct MailboxOptions {
    std::string name;  ///< for the log, and the source of what arrives
    std::string url;   ///< `pop3s://host:port` or `imaps://host:port/folder`; without folder INBOX
    TransferTls tls;
    MailAccount account;
    Duration transfer_time_max = limits::ebxml_exchange_time_max;
    std::size_t mail_bytes_max = limits::mime_bytes_max;
    std::size_t messages_max = limits::mailbox_messages_max;
};

struct Look {
    std::size_t done = 0;               ///< handed over and removed
    std::size_t later = 0;              ///< handed over and kept
    std::size_t left = 0;               ///< too large, or not tried: above messages_max
    std::optional<CarrierFault> fault;  ///< why the look ended early
};

/// Not for two threads at once.
class Mailbox {
 public:
    /// Errors as the two check(), and invalid_argument for the url. `receiver` and `events` outlive
    /// it.
    static Result<std::unique_ptr<Mailbox>> make(
        MailboxOptions options, Receiver& receiver, EventLog& events
    );
    Mailbox(MailboxOptions options, Receiver& receiver, EventLog& events);

    /// One visit. Mails come in the order of arrival; those that were put off in an earlier look
    /// come after all others, so that they hold up nobody. Blocks for transfer_time_max per
    /// transfer at most, and for the Receiver; once it shall stop, for the Receiver only.
    Look look(const std::stop_token& stop = {});

 private:
    Look visit_once(const std::stop_token& stop);
    bool take(MailAccess& access, const WaitingMail& mail, Look& look);
    void report_too_large(const std::vector<WaitingMail>& mails);
    void put_last(std::vector<WaitingMail>& mails);

    MailboxOptions options_;
    Receiver& receiver_;
    EventLog& events_;
    std::set<std::string> reported_;  ///< ids of mails that are too large and still there
    std::set<std::string> put_off_;   ///< of those that were tried and are still there
    bool was_reached_ = true;         ///< so that a server that is gone is reported once
};

}  // namespace budstikke::ebxml
