#include "tests/bench/load/sheet.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace budstikke::bench {
namespace {

constexpr std::size_t number_at = 24;

}  // namespace

void Counts::add(const Counts& other) {
    sent += other.sent;
    confirmed += other.confirmed;
    arrived += other.arrived;
    confirmed_in_time += other.confirmed_in_time;
    arrived_in_time += other.arrived_in_time;
    lost += other.lost;
    doubled += other.doubled;
    strange += other.strange;
    redelivered += other.redelivered;
    confirming.add(other.confirming);
    arriving.add(other.arriving);
}

Sheet::Sheet(std::uint32_t run, std::uint32_t pair, std::uint64_t capacity)
    : capacity_(capacity), rows_(std::make_unique<Row[]>(capacity)) {
    std::array<char, id_bytes + 1> text{};
    std::snprintf(text.data(), text.size(), "%08x-%04x-4000-8000-000000000000", run, pair);
    std::copy_n(text.begin(), id_bytes, pattern_.begin());
}

std::uint64_t Sheet::sent(std::int64_t time) {
    rows_[sent_].sent.store(time, std::memory_order_relaxed);
    return sent_++;
}

void Sheet::write_id(std::uint64_t number, char* out) const {
    std::copy(pattern_.begin(), pattern_.end(), out);
    for (std::size_t at = id_bytes; at > number_at && number > 0; number /= 10) {
        out[--at] = static_cast<char>('0' + number % 10);
    }
}

// By when it was due, not by when the answer came: a stall at the end must not hide its answers.
void Sheet::add_if_due_in_time(Histogram& times, const Row& row, std::int64_t now) const {
    const std::int64_t due = row.sent.load(std::memory_order_relaxed);
    if (in_time(due)) {
        times.add(now - due);
    }
}

void Sheet::confirmed(std::uint64_t number, std::int64_t now) {
    Row& row = rows_[number];
    if (row.confirmed) {
        return;
    }
    row.confirmed = true;
    ++confirmed_;
    confirmed_in_time_ += in_time(now) ? 1U : 0U;
    add_if_due_in_time(confirming_, row, now);
}

std::optional<std::uint64_t> Sheet::number_of(std::string_view id) const {
    if (id.size() != id_bytes || std::memcmp(id.data(), pattern_.data(), number_at) != 0) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    for (const char digit : id.substr(number_at)) {
        if (digit < '0' || digit > '9') {
            return std::nullopt;
        }
        number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    if (number >= capacity_ || rows_[number].sent.load(std::memory_order_relaxed) == 0) {
        return std::nullopt;
    }
    return number;
}

void Sheet::arrived(std::uint64_t number, bool redelivered, std::int64_t now) {
    Row& row = rows_[number];
    row.times_arrived.fetch_add(1, std::memory_order_relaxed);
    redelivered_ += redelivered ? 1U : 0U;
    arrived_in_time_ += in_time(now) ? 1U : 0U;
    add_if_due_in_time(arriving_, row, now);
    arrived_.fetch_add(1, std::memory_order_release);
}

Counts Sheet::counts(bool receives) const {
    Counts counts;
    counts.sent = sent_;
    counts.confirmed = confirmed_;
    counts.arrived = arrived_.load();
    counts.confirmed_in_time = confirmed_in_time_;
    counts.arrived_in_time = arrived_in_time_;
    counts.strange = strange_;
    counts.redelivered = redelivered_;
    counts.confirming = confirming_;
    counts.arriving = arriving_;
    for (std::uint64_t at = 0; at < sent_; ++at) {
        const auto times = rows_[at].times_arrived.load(std::memory_order_relaxed);
        counts.lost += receives && rows_[at].confirmed && times == 0 ? 1U : 0U;
        counts.doubled += times > 1 ? 1U : 0U;
    }
    return counts;
}

}  // namespace budstikke::bench
