// Times in microseconds, counted in buckets of 1/64 of their size: percentiles of millions of
// values without keeping them. May be filled by one thread at a time.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace budstikke::bench {

class Histogram {
 public:
    void add(std::int64_t microseconds) {
        const std::uint64_t value = microseconds > 0 ? static_cast<std::uint64_t>(microseconds) : 0;
        ++counts_[bucket_of(value)];
        ++total_;
    }
    void add(const Histogram& other) {
        for (std::size_t at = 0; at < counts_.size(); ++at) {
            counts_[at] += other.counts_[at];
        }
        total_ += other.total_;
    }
    std::uint64_t total() const { return total_; }
    /// The least value that `ratio` of all values do not exceed, within a 64th; 0 where none is.
    double percentile_ms(double ratio) const {
        const auto wanted = static_cast<std::uint64_t>(ratio * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t at = 0; at < counts_.size(); ++at) {
            seen += counts_[at];
            if (seen > wanted) {
                return static_cast<double>(value_of(at)) / 1000;
            }
        }
        return 0;
    }

 private:
    static constexpr unsigned fine_bits = 6;
    static constexpr std::uint64_t fine = 1U << fine_bits;

    static std::size_t bucket_of(std::uint64_t value) {
        if (value < fine) {
            return value;
        }
        const auto shift = static_cast<unsigned>(std::bit_width(value)) - fine_bits - 1;
        return shift * fine + (value >> shift);
    }
    static std::uint64_t value_of(std::size_t bucket) {
        if (bucket < 2 * fine) {
            return bucket;
        }
        const std::size_t shift = bucket / fine - 1;
        return (bucket - shift * fine) << shift;
    }

    std::array<std::uint64_t, fine * (64 - fine_bits + 1)> counts_{};
    std::uint64_t total_ = 0;
};

}  // namespace budstikke::bench
