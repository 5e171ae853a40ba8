// What waits for slow readers, of all sessions of a server and of each organisation, so that many
// connections together hold no more memory than a few. Promises that one who reads gets on: where
// memory is scarce, a connection may hold less, never nothing. What is large for that waits, at
// longest until those of its organisation that do not read are closed for it. May not know what
// waits.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "broker/transport/exchange_limits.hpp"

namespace budstikke::transport {

/// Safe to use from any thread; outlives the sessions.
class OutboundBudget {
 public:
    /// Of one organisation; as long-lived as the budget. There are as many as the directory has.
    using Account = std::atomic<std::size_t>;

    explicit OutboundBudget(const ExchangeLimits& limits) : limits_(limits) {}

    Account& account_of(const std::string& organisation) {
        const std::lock_guard lock(mutex_);
        return accounts_[organisation];
    }
    /// A connection holds `now` bytes where it held `before`. No account: nobody knows whose it is
    /// yet.
    void change(Account* account, std::size_t before, std::size_t now) {
        // Unsigned, so that less is added as a wrap around.
        total_.fetch_add(now - before, std::memory_order_relaxed);
        if (account != nullptr) {
            account->fetch_add(now - before, std::memory_order_relaxed);
        }
    }
    /// So many bytes that nobody waits for would be too much for the organisation now.
    bool too_large(const Account* account, std::size_t bytes) const {
        return bytes > limits_.outbound_bytes_scarce_max && exhausted(account);
    }
    /// What a connection may hold now.
    std::size_t bytes_max(const Account* account) const {
        const bool is_scarce = exhausted(account) || held() >= limits_.outbound_bytes_total_max;
        return is_scarce ? std::min(limits_.outbound_bytes_scarce_max, limits_.outbound_bytes_max)
                         : limits_.outbound_bytes_max;
    }
    std::size_t held() const { return total_.load(std::memory_order_relaxed); }

 private:
    bool exhausted(const Account* account) const {
        return account != nullptr && account->load(std::memory_order_relaxed) >=
                                         limits_.outbound_bytes_per_organisation_max;
    }

    const ExchangeLimits& limits_;
    std::atomic<std::size_t> total_ = 0;
    std::mutex mutex_;  ///< of the table; accounts stay where they are
    std::unordered_map<std::string, Account> accounts_;
};

}  // namespace budstikke::transport
