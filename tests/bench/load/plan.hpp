// What a load generator is asked to do, and how it keeps time. The same for ours and for RabbitMQ.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace budstikke::bench {

enum class Protocol { exchange, amqp, ebxml };

struct Plan {
    Protocol protocol = Protocol::exchange;
    std::uint16_t port = 0;
    std::uint16_t ebxml_port = 0;    ///< what is sent goes here; what arrives comes from `port`
    std::filesystem::path pki;       ///< a test PKI with the clients `sender` and `recipient`
    std::filesystem::path messages;  ///< of messages.py
    std::uint32_t pairs = 4;         ///< senders, each with a recipient of its own
    std::uint32_t first_pair = 0;
    std::string sender = "sender";  ///< the client of the PKI that sends
    std::uint32_t window = 256;     ///< unanswered messages of a sender
    double rate = 0;          ///< messages a second over all pairs; 0: as fast as the window lets
    double warmup_s = 1;      ///< not measured
    double seconds = 5;       ///< measured
    std::uint64_t count = 0;  ///< messages over all pairs in place of a time
    bool opaque = false;      ///< payloads that the broker may not read, with declared facts
    bool receive = true;      ///< false: nobody fetches what is sent
    std::uint32_t threads = 2;
};

/// Nothing where the words are wrong; says so on standard error.
std::optional<Plan> read_plan(std::span<const char* const> words);

/// Microseconds of a clock that only goes forward.
inline std::int64_t now_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch()
    )
        .count();
}

/// When a sender may send its next message: at once, or at a steady rate, whatever answers take.
class Pace {
 public:
    Pace() = default;
    Pace(double rate, std::int64_t start) : rate_(rate), start_(start) {}

    bool free() const { return rate_ <= 0; }
    /// The moment when message `number` (from 0) is due; latency counts from there.
    std::int64_t due(std::uint64_t number) const {
        return start_ + static_cast<std::int64_t>(static_cast<double>(number) * 1e6 / rate_);
    }

 private:
    double rate_ = 0;
    std::int64_t start_ = 0;
};

}  // namespace budstikke::bench
