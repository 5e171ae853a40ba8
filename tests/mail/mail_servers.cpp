// The servers of mail_servers.hpp.
#include "tests/mail/mail_servers.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <poll.h>
#include <sys/inotify.h>

#include "broker/transport/socket_handle.hpp"

namespace budstikke::ebxml::test {

namespace {

AccessOptions imap(const std::string& user) {
    const MailboxOptions options = mailbox_options("imaps", user);
    return {
        .url = options.url,
        .tls = options.tls,
        .account = options.account,
        .transfer_time_max = options.transfer_time_max,
        .mail_bytes_max = options.mail_bytes_max,
    };
}

std::vector<WaitingMail> mails_of(MailAccess& access) {
    auto mails = access.list();
    if (!mails) {
        throw std::runtime_error("no look: " + std::string(name(mails.error())));
    }
    return *std::move(mails);
}

}  // namespace

std::string fact(const std::string& name) {
    const char* const path = std::getenv("BUDSTIKKE_MAIL_SERVERS");
    if (path == nullptr) {
        throw std::runtime_error("tests/mail/with-servers.sh did not start the mail servers");
    }
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(name + "=")) {
            return line.substr(name.size() + 1);
        }
    }
    throw std::runtime_error("the mail servers have no " + name);
}

TransferTls mail_tls() {
    TransferTls tls;
    tls.ca_file = fact("ca");
    return tls;
}

MailAccount mail_account(const std::string& user) {
    return {.user = user, .password_file = fact("password")};
}

SmtpOptions smtp_options(const std::string& scheme) {
    SmtpOptions options;
    options.relay = scheme + "://localhost:" + fact(scheme);
    options.tls = mail_tls();
    options.account = mail_account(fact("user"));
    return options;
}

MailboxOptions mailbox_options(const std::string& protocol, const std::string& user) {
    MailboxOptions options;
    options.name = "test";
    options.url = protocol + "://localhost:" + fact(protocol);
    options.tls = mail_tls();
    options.account = mail_account(user);
    return options;
}

std::size_t count_mails(const std::string& user) {
    const AccessOptions options = imap(user);
    return mails_of(*visit(options)).size();
}

void wait_for_mails(const std::string& user, std::size_t count) {
    // Dovecot moves a mail into this folder when it is whole.
    const std::filesystem::path folder =
        std::filesystem::path(fact("password")).parent_path() / "mail" / user / "new";
    transport::SocketHandle watch(::inotify_init1(IN_CLOEXEC));
    std::filesystem::create_directories(folder);
    if (::inotify_add_watch(watch.get(), folder.c_str(), IN_MOVED_TO | IN_CREATE) < 0) {
        throw std::runtime_error("no watch");
    }
    while (count_mails(user) < count) {
        pollfd wanted{.fd = watch.get(), .events = POLLIN, .revents = 0};
        std::array<char, 4096> space;
        if (::poll(&wanted, 1, 300'000) != 1 ||
            ::read(watch.get(), space.data(), space.size()) <= 0) {
            throw std::runtime_error("no mail came");
        }
    }
}

void remove_all_mails(const std::string& user) {
    const AccessOptions options = imap(user);
    const auto access = visit(options);
    for (const WaitingMail& mail : mails_of(*access)) {
        if (!access->remove(mail)) {
            throw std::runtime_error("not removed");
        }
    }
}

}  // namespace budstikke::ebxml::test
