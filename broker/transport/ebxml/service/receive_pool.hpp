// Workers that hand what listeners took to the Receiver, which blocks. Promises that so many wait
// at most, that what is taken is answered once, that the bytes which all listeners hold are
// bounded, that senders take turns, and that none takes the workers, the places and the room of all
// others. One for all listeners. May not know sockets.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "broker/base/event_log.hpp"
#include "broker/base/limits.hpp"
#include "broker/transport/ebxml/service/receiver.hpp"

namespace budstikke::ebxml {

struct ReceivePoolOptions {
    /// Each waits twice for the disk with its message: more of them share each synced write.
    std::size_t workers = 48;
    /// The others are free for who comes next, also while there is nobody else: how long a message
    /// keeps its worker is partly in its sender's hands.
    std::size_t workers_per_sender_max = 32;
    std::size_t waiting_max = limits::https_requests_waiting_max;
    std::size_t waiting_per_sender_max = waiting_max / 2;
    /// Of packages that are being read, wait or are worked on.
    std::size_t held_bytes_max = 16 * limits::mime_bytes_max;
    std::size_t held_bytes_per_sender_max = held_bytes_max / 4;
    /// Part of held_bytes_max that only packages up to limits::flight_small_bytes_max get.
    std::size_t kept_for_small_bytes = limits::mime_bytes_max;
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
        /// `sender` is who shares are counted for: an authenticated organisation, or one word for
        /// all whose mails a server of ours brings. Anybody can write any address into the envelope
        /// of a mail: a share for each would give who invents them as many as they like, and take
        /// them from organisations that we know. A mail server keeps what it is told to bring
        /// later.
        Room(ReceivePool& pool, std::string sender) : pool_(&pool), sender_(std::move(sender)) {}
        Room(Room&& other) noexcept;
        Room& operator=(Room&&) = delete;
        ~Room();
        /// For so many in all; false where there is no room, and then nothing changed.
        bool grow_to(std::size_t bytes);

     private:
        friend class ReceivePool;
        ReceivePool* pool_;
        std::string sender_;
        std::size_t bytes_ = 0;
    };

    /// `receiver` and `events` outlive it.
    ReceivePool(ReceivePoolOptions options, Receiver& receiver, EventLog& events);
    ~ReceivePool();  ///< stop()
    ReceivePool(const ReceivePool&) = delete;
    ReceivePool& operator=(const ReceivePool&) = delete;

    /// `answered` runs on a worker, once. False where as many wait as may, in all or of the room's
    /// sender, or after stop().
    bool post(Taken taken, Room room, std::move_only_function<void(Reception)> answered);
    /// Takes nothing more; after all that was taken is answered.
    void stop();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace budstikke::ebxml
