// Looks into mailboxes at their intervals, each on a thread of its own, since a look waits for the
// server. Promises that a look which has begun ends before the pollers do, and ends soon once they
// shall stop: what it did not take stays. May not know mail.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "broker/transport/ebxml/mail/mailbox.hpp"

namespace budstikke::app {

class MailboxPollers {
 public:
    MailboxPollers() = default;
    ~MailboxPollers();  ///< stop()
    MailboxPollers(const MailboxPollers&) = delete;
    MailboxPollers& operator=(const MailboxPollers&) = delete;

    /// The first look is at once.
    void add(std::unique_ptr<ebxml::Mailbox> mailbox, std::chrono::seconds interval);
    std::size_t count() const { return threads_.size(); }
    void stop();

 private:
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::vector<std::jthread> threads_;
};

}  // namespace budstikke::app
