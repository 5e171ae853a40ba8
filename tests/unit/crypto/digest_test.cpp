// Digests, hexadecimal, comparison, randomness: known answers and edges.
#include "broker/crypto/digest.hpp"

#include <array>
#include <set>

#include <gtest/gtest.h>

#include "broker/crypto/system_random.hpp"

namespace budstikke::crypto {
namespace {

TEST(Sha256, GivesTheKnownAnswersOfFips180) {
    EXPECT_EQ(
        to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    EXPECT_EQ(
        to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

TEST(Sha256, IsTheSameInPiecesAndStartsAnewAfterFinish) {
    Sha256 hash;
    hash.update("a");
    hash.update("");
    hash.update("bc");
    EXPECT_EQ(hash.finish(), sha256("abc"));
    EXPECT_EQ(hash.finish(), sha256(""));
    Sha256 moved = std::move(hash);
    moved.update("abc");
    EXPECT_EQ(moved.finish(), sha256("abc"));
    EXPECT_EQ(as_text(sha256("abc")).size(), 32U);
}

TEST(Hex, GoesBothWaysAndRefusesTheRest) {
    const std::string bytes("\x00\x01\x7f\x80\xff", 5);
    EXPECT_EQ(to_hex(bytes), "00017f80ff");
    EXPECT_EQ(from_hex("00017F80ff"), bytes);
    EXPECT_EQ(from_hex(""), "");
    for (const char* wrong : {"0", "0g", "g0", " 0", "0x", "\xff\xff"}) {
        EXPECT_FALSE(from_hex(wrong).has_value()) << wrong;
    }
}

TEST(ConstantTimeEqual, AgreesWithEquality) {
    EXPECT_TRUE(constant_time_equal("", ""));
    EXPECT_TRUE(constant_time_equal("token", "token"));
    EXPECT_FALSE(constant_time_equal("token", "tokem"));
    EXPECT_FALSE(constant_time_equal("token", "toke"));
}

TEST(KeyedHash64, IsFrozenBecauseOrderKeysAreStored) {
    // The SHA-256 of eight zero bytes, and of (0...01 'a') (0...02 'bc'), by sha256sum.
    EXPECT_EQ(keyed_hash64({""}), 0xaf5570f5a1810b7aU);
    EXPECT_EQ(keyed_hash64({"a", "bc"}), 0x3fafa1cf2f19a7c1U);
}

TEST(KeyedHash64, TellsPartsApart) {
    EXPECT_NE(keyed_hash64({"ab", "c"}), keyed_hash64({"a", "bc"}));
    EXPECT_NE(keyed_hash64({"a"}), keyed_hash64({"a", ""}));
}

TEST(SystemRandom, FillsEverythingAndDoesNotRepeat) {
    SystemRandom random;
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(random.next());
    EXPECT_EQ(seen.size(), 1000U);
    std::array<std::byte, 4096> bytes{};
    random.fill(bytes);
    random.fill({});
    std::set<std::byte> values(bytes.begin(), bytes.end());
    EXPECT_EQ(values.size(), 256U) << "a value is missing with a chance of one in 30 000";
}

}  // namespace
}  // namespace budstikke::crypto
