// See system_random.hpp.
#include "broker/crypto/system_random.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "broker/crypto/openssl_handles.hpp"

namespace budstikke::crypto {
namespace {

void generate(std::span<std::byte> bytes) {
    auto* front = reinterpret_cast<unsigned char*>(bytes.data());
    if (RAND_bytes(front, static_cast<int>(bytes.size())) != 1) die_of_openssl("give randomness");
}

/// Bytes for the next few keys and ids: asking OpenSSL for each costs more than sealing a small
/// piece. What was given is wiped here, and the rest when the thread ends. The broker never forks.
class Pool {
 public:
    Pool() = default;
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() {
        OPENSSL_cleanse(bytes_.data(), bytes_.size());
        used_ = bytes_.size();
    }

    static constexpr std::size_t small_request_bytes = 64;

    void give(std::span<std::byte> bytes) {
        if (bytes_.size() - used_ < bytes.size()) {
            generate(bytes_);
            used_ = 0;
        }
        std::memcpy(bytes.data(), bytes_.data() + used_, bytes.size());
        OPENSSL_cleanse(bytes_.data() + used_, bytes.size());
        used_ += bytes.size();
    }

 private:
    std::array<std::byte, 2048> bytes_{};
    std::size_t used_ = bytes_.size();
};

}  // namespace

void SystemRandom::fill(std::span<std::byte> bytes) {
    if (bytes.empty()) {
        return;
    }
    if (bytes.size() <= Pool::small_request_bytes) {
        thread_local Pool pool;
        pool.give(bytes);
        return;
    }
    while (!bytes.empty()) {
        const std::size_t count = std::min<std::size_t>(bytes.size(), INT_MAX);
        generate(bytes.first(count));
        bytes = bytes.subspan(count);
    }
}

}  // namespace budstikke::crypto
