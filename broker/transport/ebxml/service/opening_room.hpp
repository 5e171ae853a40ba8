// Room for payloads while they are opened, checked and stored: how much a few bytes unfold to is
// known only afterwards. Promises that what all workers hold together is bounded, and that nobody
// waits for ever: every share ends with its payload.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "broker/base/limits.hpp"

namespace budstikke::ebxml {

/// Safe from any thread; outlives its shares.
class OpeningRoom {
 public:
    /// Of several of the largest payloads, so that one that is unpacked does not hold up the
    /// others.
    static constexpr std::size_t bytes_default = 8 * limits::payload_bytes_max;

    class Share {
     public:
        /// Waits until there is so much room, or all of it where that is less.
        explicit Share(OpeningRoom& room, std::size_t bytes = limits::payload_bytes_max);
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        ~Share() { shrink_to(0); }
        /// Gives back what the payload did not need.
        void shrink_to(std::size_t bytes);

     private:
        OpeningRoom& room_;
        std::size_t bytes_;
    };

    explicit OpeningRoom(std::size_t bytes_max = bytes_default)
        : bytes_max_(bytes_max), free_(bytes_max) {}

 private:
    const std::size_t bytes_max_;
    std::mutex mutex_;
    std::condition_variable given_back_;
    std::size_t free_;
};

}  // namespace budstikke::ebxml
