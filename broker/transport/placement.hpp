// Which I/O thread serves a connection, for as long as it lives. Promises that the connections of
// one organisation are spread over the threads, since they do alike work: senders of a hospital
// that all came to one thread would leave the other idle. May not know sockets or threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace budstikke::transport {

/// Safe to use from any thread; outlives its places.
class Placement {
 public:
    /// At least one thread.
    explicit Placement(std::size_t threads) : total_(threads) {}
    Placement(const Placement&) = delete;
    Placement& operator=(const Placement&) = delete;

    class Place {
     public:
        Place(Place&& other) noexcept;
        Place& operator=(Place&&) = delete;
        ~Place();

        std::size_t thread() const { return thread_; }

     private:
        friend class Placement;
        Place(Placement& placement, std::string organisation, std::size_t thread)
            : placement_(&placement), organisation_(std::move(organisation)), thread_(thread) {}
        Placement* placement_;
        std::string organisation_;
        std::size_t thread_;
    };

    /// Where the fewest of this organisation are, and of such threads the one with the fewest of
    /// all.
    Place place(std::string organisation);

 private:
    using Counts = std::vector<std::uint32_t>;  ///< for each thread

    void leave(const Place& place);

    std::mutex mutex_;
    Counts total_;
    std::unordered_map<std::string, Counts> by_organisation_;  ///< those with a connection
};

}  // namespace budstikke::transport
