// The Postfix and Dovecot that servers.py started, as tests see them: ports, users, what is in a
// mailbox. Found through BUDSTIKKE_MAIL_SERVERS, the file that servers.py wrote.
#pragma once

#include <filesystem>
#include <string>

#include "broker/transport/ebxml/mail/access.hpp"
#include "broker/transport/ebxml/mail/mailbox.hpp"
#include "broker/transport/ebxml/mail/smtp.hpp"

namespace budstikke::ebxml::test {

/// Of a line NAME=VALUE; throws where there is none.
std::string fact(const std::string& name);

TransferTls mail_tls();
MailAccount mail_account(const std::string& user);
SmtpOptions smtp_options(const std::string& scheme = "smtp");
/// `protocol` is pop3s or imaps.
MailboxOptions mailbox_options(const std::string& protocol, const std::string& user);

/// How many mails are there, by IMAP.
std::size_t count_mails(const std::string& user);
/// Waits until so many are there: throws where they do not come in time.
void wait_for_mails(const std::string& user, std::size_t count);
void remove_all_mails(const std::string& user);

}  // namespace budstikke::ebxml::test
