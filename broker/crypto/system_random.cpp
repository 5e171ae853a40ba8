// See system_random.hpp.
#include "broker/crypto/system_random.hpp"

#include <algorithm>
#include <climits>

#include <openssl/rand.h>

#include "broker/crypto/openssl_handles.hpp"

namespace budstikke::crypto {

void SystemRandom::fill(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
        const std::size_t count = std::min<std::size_t>(bytes.size(), INT_MAX);
        auto* front = reinterpret_cast<unsigned char*>(bytes.data());
        if (RAND_bytes(front, static_cast<int>(count)) != 1) die_of_openssl("give randomness");
        bytes = bytes.subspan(count);
    }
}

}  // namespace budstikke::crypto
