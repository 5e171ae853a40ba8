// The rotation of the master key without downtime: the wraps of payload keys are read page by page
// and wrapped by the current key. It only reads; the commit thread writes. Used from one thread,
// but for begin() and the figures.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/ids.hpp"
#include "broker/store/payload_codec.hpp"
#include "broker/store/store.hpp"

namespace budstikke::pipeline {

class KeyRotation {
 public:
    KeyRotation(store::Store& store, const store::PayloadCodec& codec)
        : store_(store), codec_(codec) {}

    /// Starts over from the oldest payload.
    void begin() { restart_ = true; }
    bool running() const { return running_ || restart_; }
    std::uint64_t rewrapped() const { return rewrapped_; }
    /// Wraps that an older key made, wrapped anew. A page that cannot be read is tried again later.
    std::vector<std::pair<MessageId, std::string>> next_page();

 private:
    store::Store& store_;
    const store::PayloadCodec& codec_;
    MessageId cursor_;
    std::atomic<bool> restart_{false};
    std::atomic<bool> running_{false};
    std::atomic<std::uint64_t> rewrapped_{0};
};

}  // namespace budstikke::pipeline
