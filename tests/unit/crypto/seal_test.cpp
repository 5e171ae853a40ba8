// Sealed pieces open with their own key, nonce and context only, and not at all once changed.
#include "broker/crypto/seal.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace budstikke::crypto {
namespace {

SealKey key_of(std::uint8_t first) {
    SealKey key{};
    for (auto& byte : key) {
        byte = first++;
    }
    return key;
}

std::string sealed_of(std::string_view plain, std::string_view context = "context") {
    std::string sealed;
    EXPECT_TRUE(seal(key_of(1), SealNonce{7}, context, plain, sealed).has_value());
    return sealed;
}

TEST(seal, what_was_sealed_opens) {
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1U << 20U}) {
        const std::string plain(size, 'p');
        const std::string sealed = sealed_of(plain);
        EXPECT_EQ(sealed.size(), size + seal_tag_bytes);
        std::string opened = "before ";
        ASSERT_TRUE(unseal(key_of(1), SealNonce{7}, "context", sealed, opened).has_value());
        EXPECT_EQ(opened, "before " + plain);
    }
}

TEST(seal, it_is_the_aes_256_gcm_of_the_standard) {
    // Test case 14 of "The Galois/Counter Mode of Operation" (McGrew, Viega): all zero.
    std::string sealed;
    ASSERT_TRUE(seal(SealKey{}, SealNonce{}, "", std::string(16, '\0'), sealed).has_value());
    const std::string expected =
        "\xce\xa7\x40\x3d\x4d\x60\x6b\x6e\x07\x4e\xc5\xd3\xba\xf3\x9d\x18"
        "\xd0\xd1\xc8\xa7\x99\x99\x6b\xf0\x26\x5b\x98\xb5\xd4\x8a\xb9\x19";
    EXPECT_EQ(sealed, expected);
}

TEST(seal, every_changed_bit_is_found_and_nothing_comes_out) {
    const std::string sealed = sealed_of("a discharge note");
    for (std::size_t at = 0; at < sealed.size() * 8; ++at) {
        std::string changed = sealed;
        changed[at / 8] = static_cast<char>(changed[at / 8] ^ (1 << (at % 8)));
        std::string opened = "kept";
        const auto result = unseal(key_of(1), SealNonce{7}, "context", changed, opened);
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().code, Errc::corrupt);
        EXPECT_EQ(opened, "kept");
    }
}

TEST(seal, every_truncation_is_found) {
    const std::string sealed = sealed_of("piece");
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        std::string opened;
        const auto result =
            unseal(key_of(1), SealNonce{7}, "context", sealed.substr(0, size), opened);
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().code, Errc::corrupt);
        EXPECT_TRUE(opened.empty());
    }
}

TEST(seal, another_key_nonce_or_context_does_not_open) {
    const std::string sealed = sealed_of("piece");
    std::string opened;
    EXPECT_FALSE(unseal(key_of(2), SealNonce{7}, "context", sealed, opened).has_value());
    EXPECT_FALSE(unseal(key_of(1), SealNonce{8}, "context", sealed, opened).has_value());
    EXPECT_FALSE(unseal(key_of(1), SealNonce{7}, "contexT", sealed, opened).has_value());
    EXPECT_FALSE(unseal(key_of(1), SealNonce{7}, "", sealed, opened).has_value());
    EXPECT_TRUE(unseal(key_of(1), SealNonce{7}, "context", sealed, opened).has_value());
}

TEST(seal, threads_do_not_disturb_each_other) {
    std::vector<std::jthread> threads;
    std::vector<int> failures(4, 0);
    for (std::size_t number = 0; number < failures.size(); ++number) {
        threads.emplace_back([number, &failures] {
            const auto key = key_of(static_cast<std::uint8_t>(number));
            for (int round = 0; round < 500; ++round) {
                std::string sealed;
                std::string opened;
                const std::string plain(static_cast<std::size_t>(round), 'x');
                const bool worked = seal(key, SealNonce{1}, "c", plain, sealed).has_value() &&
                                    unseal(key, SealNonce{1}, "c", sealed, opened).has_value() &&
                                    opened == plain;
                failures[number] += worked ? 0 : 1;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(failures, std::vector<int>(4, 0));
}

TEST(seal, a_wiped_key_is_zero) {
    SealKey key = key_of(1);
    wipe(key);
    EXPECT_EQ(key, SealKey{});
}

}  // namespace
}  // namespace budstikke::crypto
