// Workers that hand what listeners took to the Receiver, which blocks. Promises that so many wait
// at most, that what is taken is answered once, and that the bytes which all listeners hold are
// bounded. One for all listeners. May not know sockets.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "broker/base/event_log.hpp"
#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/service/receiver.hpp"

namespace budstikke::ebxml {

struct ReceivePoolOptions {
    /// Each waits twice for the disk with its message: more of them share each synced write.
    std::size_t workers = 32;
    std::size_t waiting_max = limits::https_requests_waiting_max;
    /// Of packages that are being read, wait or are worked on.
    std::size_t held_bytes_max = 16 * limits::mime_bytes_max;
};

/// What a listener took, whole.
struct Taken {
    Transport transport = Transport::http;
    std::string bytes;
    std::string source;
};

/// All functions from any thread.
class ReceivePool {
 public:
    /// Room for bytes; given back when it ends. The pool outlives it.
    class Room {
     public:
        explicit Room(ReceivePool& pool) : pool_(&pool) {}
        Room(Room&& other) noexcept;
        Room& operator=(Room&&) = delete;
        ~Room();
        /// For so many in all; false where there is no room, and then nothing changed.
        bool grow_to(std::size_t bytes);

     private:
        ReceivePool* pool_;
        std::size_t bytes_ = 0;
    };

    /// `receiver` and `events` outlive it.
    ReceivePool(ReceivePoolOptions options, Receiver& receiver, EventLog& events);
    ~ReceivePool();  ///< stop()
    ReceivePool(const ReceivePool&) = delete;
    ReceivePool& operator=(const ReceivePool&) = delete;

    /// `answered` runs on a worker, once. False where as many wait as may, or after stop().
    bool post(Taken taken, Room room, std::move_only_function<void(Reception)> answered);
    /// Takes nothing more; after all that was taken is answered.
    void stop();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::ebxml
