// Who may take a seat: counts connections over all, per address and per organisation, and
// handshakes that are not finished, over all and per address, so that one host without a
// certificate cannot lock out the others. Promises that a seat which is given up is counted no
// longer. May not know sockets or the directory.
#pragma once

#include <cstdint>
#include <expected>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "broker/transport/exchange_limits.hpp"

namespace budstikke::transport {

enum class AdmissionRefusal { connections, address, handshakes, address_handshakes, organisation };

/// The stable event id.
std::string_view event_id(AdmissionRefusal refusal);

/// Safe to use from any thread; outlives its seats.
class Admission {
 public:
    explicit Admission(const ExchangeLimits& limits) : limits_(limits) {}

    class Seat {
     public:
        Seat(Seat&& other) noexcept;
        Seat& operator=(Seat&&) = delete;
        ~Seat();

        void handshake_done();
        /// False where the organisation has all the connections that it may have.
        bool join(std::string organisation);

     private:
        friend class Admission;
        Seat(Admission& admission, std::string address)
            : admission_(&admission), address_(std::move(address)) {}
        Admission* admission_;
        std::string address_;
        std::string organisation_;
        bool in_handshake_ = true;
    };

    std::expected<Seat, AdmissionRefusal> admit(std::string address);
    std::uint32_t connections() const;

 private:
    using Counts = std::unordered_map<std::string, std::uint32_t>;
    static std::uint32_t count_of(const Counts& counts, const std::string& key);
    static void decrease(Counts& counts, const std::string& key);
    void end_handshake(Seat& seat);

    const ExchangeLimits& limits_;
    mutable std::mutex mutex_;
    std::uint32_t connections_ = 0;
    std::uint32_t handshakes_ = 0;
    Counts by_address_;
    Counts handshakes_by_address_;
    Counts by_organisation_;
};

}  // namespace budstikke::transport
