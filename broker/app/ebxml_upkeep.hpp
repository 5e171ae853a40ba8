// What the store of the ebXML message service needs as time passes: its keys wrapped anew after a
// change of the master key, and erased keys taken off the disk. Promises that after a rotation no
// key is wrapped by an older master key. May not know messages.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/base/event_log.hpp"
#include "broker/base/result.hpp"
#include "broker/crypto/master_keys.hpp"
#include "broker/store/ebxml_store.hpp"

namespace budstikke::app {

/// Any thread, but for tick().
class EbxmlUpkeep {
 public:
    /// All outlive it. `on_failure`: the store failed, the process has to end.
    EbxmlUpkeep(
        store::EbxmlStore& store, const Clock& clock, EventLog& events,
        std::function<void(const Error&)> on_failure
    );

    /// Starts over from the first key. The store's codec has its new keys before.
    void rotate_keys() { restart_ = true; }
    bool rotating() const { return running_ || restart_; }
    std::uint64_t rewrapped() const { return rewrapped_; }  ///< since the start
    /// About once a second, from one thread. What may take long goes on beside it.
    void tick();

 private:
    void rotate();
    void forget();

    store::EbxmlStore& store_;
    const Clock& clock_;
    EventLog& events_;
    std::function<void(const Error&)> on_failure_;
    std::string cursor_;
    std::atomic<bool> restart_ = false;
    std::atomic<bool> running_ = false;
    std::atomic<std::uint64_t> rewrapped_ = 0;
    SteadyTime next_forgetting_{};
    std::future<void> forgetting_;
};

/// `not_found` where a message waits whose key is wrapped by a master key that is not among `keys`;
/// its detail says what to do.
Result<void> check_wraps(const store::EbxmlStore& store, const crypto::MasterKeys& keys);

}  // namespace budstikke::app
