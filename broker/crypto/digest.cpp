// See digest.hpp.
#include "broker/crypto/digest.hpp"

#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "broker/crypto/openssl_handles.hpp"

namespace budstikke::crypto {
namespace {

// Fetched once and kept for the life of the process: a fetch for each digest costs as much as the
// digest of a short key.
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (algorithm == nullptr) die_of_openssl("digest with SHA-256");
    return algorithm;
}

std::array<char, 8> big_endian(std::uint64_t value) {
    std::array<char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>((value >> (56 - 8 * i)) & 0xff);
    }
    return bytes;
}

// 16 for anything that is no hex digit.
unsigned hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
    if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a') + 10;
    if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A') + 10;
    return 16;
}

}  // namespace

struct Sha256::Context {
    Handle<EVP_MD_CTX> md{EVP_MD_CTX_new()};

    void start() const {
        if (md == nullptr || EVP_DigestInit_ex2(md.get(), sha256_algorithm(), nullptr) != 1) {
            die_of_openssl("digest with SHA-256");
        }
    }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    context_->start();
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
    if (EVP_DigestUpdate(context_->md.get(), bytes.data(), bytes.size()) != 1) {
        die_of_openssl("digest with SHA-256");
    }
}

Digest Sha256::finish() {
    Digest digest{};
    if (EVP_DigestFinal_ex(context_->md.get(), digest.data(), nullptr) != 1) {
        die_of_openssl("digest with SHA-256");
    }
    context_->start();
    return digest;
}

Digest sha256(std::string_view bytes) {
    Digest digest{};
    const int done =
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, sha256_algorithm(), nullptr);
    if (done != 1) die_of_openssl("digest with SHA-256");
    return digest;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 0xf]);
    }
    return text;
}

std::string to_hex(std::string_view bytes) {
    return to_hex(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const unsigned high = hex_value(text[i]);
        const unsigned low = hex_value(text[i + 1]);
        if (high > 15 || low > 15) return std::nullopt;
        bytes.push_back(static_cast<char>(high << 4 | low));
    }
    return bytes;
}

std::string_view as_text(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool constant_time_equal(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::uint64_t keyed_hash64(std::initializer_list<std::string_view> parts) {
    // One a thread: making one costs more than the digest. finish() leaves it as new.
    thread_local Sha256 hash;
    for (const std::string_view part : parts) {
        const std::array<char, 8> length = big_endian(part.size());
        hash.update({length.data(), length.size()});
        hash.update(part);
    }
    const Digest digest = hash.finish();
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value = value << 8 | digest[i];
    return value;
}

}  // namespace budstikke::crypto
