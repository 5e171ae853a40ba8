#include "broker/app/mailbox_pollers.hpp"

#include <utility>

namespace budstikke::app {

MailboxPollers::~MailboxPollers() {
    stop();
}

void MailboxPollers::add(std::unique_ptr<ebxml::Mailbox> mailbox, std::chrono::seconds interval) {
    threads_.emplace_back([this, mailbox = std::move(mailbox),
                           interval](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const ebxml::Look look = mailbox->look(stop);
            // What one look left behind waits for nobody: the next one takes it.
            if (look.done > 0 && look.left > 0 && !look.fault) continue;
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, stop, interval, [] { return false; });
        }
    });
}

void MailboxPollers::stop() {
    for (auto& thread : threads_)
        thread.request_stop();
    threads_.clear();
}

}  // namespace budstikke::app
