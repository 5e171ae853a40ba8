// The ration of handshake_ration.hpp: the generic cell rate algorithm, which keeps one point in
// time for an address (ITU-T I.371, Annex A).
#include "broker/transport/handshake_ration.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace budstikke::transport {

namespace {

constexpr std::size_t network_bytes = 8;

std::string network_of(const std::string& address) {
    in6_addr bytes{};
    if (::inet_pton(AF_INET6, address.c_str(), &bytes) != 1 || IN6_IS_ADDR_V4MAPPED(&bytes)) {
        return address;
    }
    std::fill(std::begin(bytes.s6_addr) + network_bytes, std::end(bytes.s6_addr), 0);
    std::array<char, INET6_ADDRSTRLEN> text{};
    const char* done = ::inet_ntop(AF_INET6, &bytes, text.data(), text.size());
    return done == nullptr ? address : std::string(done);
}

}  // namespace

HandshakeRation::HandshakeRation(std::uint32_t per_second, std::size_t addresses_kept_max)
    : interval_(SteadyTime::duration(std::chrono::seconds(1)) / per_second),
      saved_(std::max(
          SteadyTime::duration(limits::handshakes_saved_time_max) - interval_,
          SteadyTime::duration::zero()
      )),
      addresses_kept_max_(addresses_kept_max) {}

SteadyTime HandshakeRation::turn(const std::string& address, SteadyTime now) {
    if (all_saved_at_.size() >= addresses_kept_max_) {
        std::erase_if(all_saved_at_, [now](const auto& row) { return row.second <= now; });
    }
    SteadyTime& all_saved = all_saved_at_[network_of(address)];
    all_saved = std::max(all_saved, now);
    const SteadyTime turn = std::max(now, all_saved - saved_);
    all_saved += interval_;
    return turn;
}

}  // namespace budstikke::transport
