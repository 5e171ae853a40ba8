// What one sender has sent to its recipient, and what came of each message: confirmed, arrived, and
// when. Promises to notice a confirmed message that did not arrive, or arrived twice, and one that
// arrived without having been sent. Sender and recipient may be two threads.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/bench/load/histogram.hpp"

namespace budstikke::bench {

inline constexpr std::size_t id_bytes = 36;
using Id = std::array<char, id_bytes>;

/// What is counted of a pair, or of all.
struct Counts {
    std::uint64_t sent = 0;
    std::uint64_t confirmed = 0;
    std::uint64_t arrived = 0;
    std::uint64_t confirmed_in_time = 0;  ///< while it was measured
    std::uint64_t arrived_in_time = 0;
    std::uint64_t lost = 0;         ///< confirmed, and did not arrive
    std::uint64_t doubled = 0;      ///< arrived more than once
    std::uint64_t strange = 0;      ///< arrived without having been sent, or not as it was sent
    std::uint64_t redelivered = 0;  ///< marked so by the broker
    Histogram confirming;  ///< of what was due while it was measured, whenever the answer came
    Histogram arriving;

    void add(const Counts& other);
};

class Sheet {
 public:
    /// `run` tells this run's messages from those of others.
    Sheet(std::uint32_t run, std::uint32_t pair, std::uint64_t capacity);

    void measure(std::int64_t from, std::int64_t until) {
        from_ = from;
        until_ = until;
    }

    // --- The sender's thread -------------------------------------------------------------------
    std::uint64_t capacity() const { return capacity_; }
    bool full() const { return sent_ == capacity_; }
    std::uint64_t sent_count() const { return sent_; }
    /// The number of the next message, which was due at `time`.
    std::uint64_t sent(std::int64_t time);
    void write_id(std::uint64_t number, char* out) const;
    void confirmed(std::uint64_t number, std::int64_t now);
    std::uint64_t confirmed_count() const { return confirmed_; }

    // --- The recipient's thread ----------------------------------------------------------------
    /// Of a message that was sent; nothing for any other id.
    std::optional<std::uint64_t> number_of(std::string_view id) const;
    void arrived(std::uint64_t number, bool redelivered, std::int64_t now);
    /// Something came that was not sent, or not so.
    void stranger() { ++strange_; }
    std::uint64_t arrived_count() const { return arrived_.load(std::memory_order_relaxed); }

    /// Once both threads have ended.
    Counts counts(bool receives) const;

 private:
    struct Row {
        std::atomic<std::int64_t> sent{0};
        std::atomic<std::uint8_t> times_arrived{0};
        bool confirmed = false;
    };

    void add_if_due_in_time(Histogram& times, const Row& row, std::int64_t now) const;
    bool in_time(std::int64_t now) const { return now >= from_ && now < until_; }

    Id pattern_{};
    std::uint64_t capacity_;
    std::unique_ptr<Row[]> rows_;
    std::int64_t from_ = 0;
    std::int64_t until_ = 0;

    // Each thread's own, on lines of their own.
    alignas(64) std::uint64_t sent_ = 0;
    std::uint64_t confirmed_ = 0;
    std::uint64_t confirmed_in_time_ = 0;
    Histogram confirming_;
    alignas(64) std::atomic<std::uint64_t> arrived_{0};
    std::uint64_t arrived_in_time_ = 0;
    std::uint64_t strange_ = 0;
    std::uint64_t redelivered_ = 0;
    Histogram arriving_;
};

}  // namespace budstikke::bench
