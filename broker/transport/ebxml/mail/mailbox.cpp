// The looks of mailbox.hpp.
#include "broker/transport/ebxml/mail/mailbox.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace budstikke::ebxml {

Result<std::unique_ptr<Mailbox>> Mailbox::make(
    MailboxOptions options, Receiver& receiver, EventLog& events
) {
    if (!options.url.starts_with("pop3s://") && !options.url.starts_with("imaps://")) {
        return fail(Errc::invalid_argument, "a mailbox must be at pop3s:// or imaps://");
    }
    if (options.account.user.empty()) {
        return fail(Errc::invalid_argument, "a mailbox needs a user");
    }
    if (const auto checked = check(options.tls); !checked) {
        return std::unexpected(checked.error());
    }
    if (const auto checked = check(options.account); !checked) {
        return std::unexpected(checked.error());
    }
    return std::make_unique<Mailbox>(std::move(options), receiver, events);
}

Mailbox::Mailbox(MailboxOptions options, Receiver& receiver, EventLog& events)
    : options_(std::move(options)), receiver_(receiver), events_(events) {}

Look Mailbox::look(const std::stop_token& stop) {
    const Look look = visit_once(stop);
    if (stop.stop_requested()) {
        return look;
    }
    if (look.fault && was_reached_) {
        events_.write(
            EventLevel::error, "mailbox_unreachable",
            {{"mailbox", options_.name}, {"fault", name(*look.fault)}}
        );
    } else if (!look.fault && !was_reached_) {
        events_.write(EventLevel::info, "mailbox_reached", {{"mailbox", options_.name}});
    }
    was_reached_ = !look.fault;
    return look;
}

Look Mailbox::visit_once(const std::stop_token& stop) {
    Look look;
    const AccessOptions where{
        .url = options_.url,
        .tls = options_.tls,
        .account = options_.account,
        .transfer_time_max = options_.transfer_time_max,
        .mail_bytes_max = options_.mail_bytes_max,
        .stop = stop,
    };
    const auto access = visit(where);
    auto mails = access->list();
    if (!mails) {
        look.fault = mails.error();
        return look;
    }
    report_too_large(*mails);
    put_last(*mails);
    for (const WaitingMail& mail : *mails) {
        if (mail.bytes > options_.mail_bytes_max ||
            look.done + look.later >= options_.messages_max) {
            ++look.left;
        } else if (stop.stop_requested() || !take(*access, mail, look)) {
            break;
        }
    }
    return look;
}

bool Mailbox::take(MailAccess& access, const WaitingMail& mail, Look& look) {
    const auto bytes = access.fetch(mail);
    if (!bytes) {
        // It may be this mail's fault.
        put_off_.insert(mail.id);
        look.fault = bytes.error();
        return false;
    }
    const Reception reception =
        receiver_.receive({.transport = Transport::mail, .bytes = *bytes, .source = options_.name});
    if (reception.kind == Reception::Kind::later) {
        put_off_.insert(mail.id);
        ++look.later;
        return true;
    }
    if (const auto removed = access.remove(mail); !removed) {
        // It comes again, and the Receiver knows it then.
        look.fault = removed.error();
        return false;
    }
    ++look.done;
    return true;
}

void Mailbox::put_last(std::vector<WaitingMail>& mails) {
    std::set<std::string> still_there;
    const auto is_put_off = [&](const WaitingMail& mail) {
        return put_off_.contains(mail.id) && still_there.insert(mail.id).second;
    };
    std::ranges::stable_partition(mails, std::not_fn(is_put_off));
    put_off_ = std::move(still_there);
}

void Mailbox::report_too_large(const std::vector<WaitingMail>& mails) {
    std::set<std::string> still_there;
    for (const WaitingMail& mail : mails) {
        if (mail.bytes <= options_.mail_bytes_max) {
            continue;
        }
        if (!reported_.contains(mail.id)) {
            events_.write(
                EventLevel::error, "mailbox_mail_too_large",
                {{"mailbox", options_.name}, {"bytes", std::to_string(mail.bytes)}}
            );
        }
        still_there.insert(mail.id);
    }
    reported_ = std::move(still_there);
}

}  // namespace budstikke::ebxml
