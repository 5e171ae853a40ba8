#include "broker/app/ebxml_carriers.hpp"

#include <utility>

#include "broker/transport/ebxml/https/client.hpp"
#include "broker/transport/ebxml/mail/smtp.hpp"

namespace budstikke::app {

namespace {

std::string our_name(const EbxmlConfig& ebxml) {
    return ebxml.mail_domain.empty() ? "localhost" : ebxml.mail_domain;
}

ebxml::TransferTls mail_tls(const MailServerConfig& server) {
    return {
        .ca_file = server.ca_file,
        .certificate_file = {},
        .key_file = {},
        .crl_file = server.crl_file,
        .allow_tls_1_2 = server.allow_tls_1_2,
    };
}

ebxml::MailAccount account(const MailServerConfig& server) {
    return {.user = server.user, .password_file = server.password_file};
}

}  // namespace

Result<ebxml::CarrierSet> make_carriers(const EbxmlConfig& ebxml, const Clock& clock) {
    ebxml::CarrierSet set;
    if (ebxml.https) {
        ebxml::HttpsClientOptions options;
        options.tls = {
            .ca_file = ebxml.https->ca_file,
            .certificate_file = ebxml.https->client.certificate,
            .key_file = ebxml.https->client.key,
            .crl_file = ebxml.https->crl_file,
            .allow_tls_1_2 = ebxml.https->allow_tls_1_2,
        };
        auto https = ebxml::HttpsClient::make(std::move(options));
        if (!https) return std::unexpected(std::move(https).error());
        set.https = *std::move(https);
    }
    if (ebxml.smtp) {
        ebxml::SmtpOptions options;
        options.relay = ebxml.smtp->url;
        options.tls = mail_tls(*ebxml.smtp);
        options.account = account(*ebxml.smtp);
        options.our_name = our_name(ebxml);
        auto mail = ebxml::SmtpCarrier::make(std::move(options), clock);
        if (!mail) return std::unexpected(std::move(mail).error());
        set.mail = *std::move(mail);
    }
    return set;
}

Result<std::unique_ptr<ebxml::Mailbox>> open_mailbox(
    const MailboxConfig& config, std::size_t number, ebxml::Receiver& receiver, EventLog& events
) {
    ebxml::MailboxOptions options;
    options.name = "mailbox " + std::to_string(number);
    options.url = config.server.url;
    options.tls = mail_tls(config.server);
    options.account = account(config.server);
    return ebxml::Mailbox::make(std::move(options), receiver, events);
}

ebxml::LmtpListenerOptions lmtp_options(const EbxmlConfig& ebxml) {
    const LmtpConfig& lmtp = ebxml.lmtp.value();
    ebxml::LmtpListenerOptions options;
    options.address = lmtp.socket.empty() ? lmtp.address : lmtp.socket.string();
    options.port = lmtp.port;
    options.our_name = our_name(ebxml);
    return options;
}

}  // namespace budstikke::app
