// Payloads come back byte for byte, and only under their own message, index and key.
#include "broker/store/payload_codec.hpp"

#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zstd.h>

#include "broker/base/limits.hpp"
#include "broker/crypto/digest.hpp"
#include "broker/crypto/seal.hpp"
#include "broker/store/payload_dictionary.hpp"
#include "tests/unit/store/samples.hpp"

namespace budstikke::store {
namespace {

using testing::message_id;

class payload_codec : public ::testing::Test {
 protected:
    std::shared_ptr<const crypto::MasterKeys> keys(const std::string& text) const {
        const auto path = folder_.path() / "keys";
        std::ofstream(path, std::ios::trunc) << text;
        EXPECT_EQ(::chmod(path.c_str(), 0600), 0);
        return std::make_shared<const crypto::MasterKeys>(crypto::MasterKeys::load(path).value());
    }
    static std::string key(const std::string& id, char digit) {
        return id + " " + std::string(64, digit) + "\n";
    }

    testing::TempFolder folder_;
    PayloadCodec codec_{keys(key("k1", '1'))};
};

std::string incompressible(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint64_t state = 88172645463325252ULL;
    for (auto& byte : bytes) {
        state ^= state << 13U;
        state ^= state >> 7U;
        state ^= state << 17U;
        byte = static_cast<char>(state);
    }
    return bytes;
}

TEST_F(payload_codec, a_payload_comes_back_in_its_pieces) {
    const auto chunk = limits::chunk_bytes_max;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{8192}, chunk - 1, chunk, chunk + 1, 2 * chunk,
          2 * chunk + 1}) {
        for (const auto& payload : {std::string(size, 'x'), incompressible(size)}) {
            const auto sealed = codec_.seal(message_id(1), payload);
            ASSERT_TRUE(sealed.has_value());
            EXPECT_EQ(sealed->chunks.size(), std::max<std::size_t>(1, (size + chunk - 1) / chunk));
            std::string all;
            for (std::uint32_t index = 0; index < sealed->chunks.size(); ++index) {
                const auto piece =
                    codec_.open(message_id(1), sealed->wrap, index, sealed->chunks[index]);
                ASSERT_TRUE(piece.has_value());
                EXPECT_LE(piece->size(), chunk);
                all += *piece;
            }
            EXPECT_TRUE(all == payload) << size;
        }
    }
}

TEST_F(payload_codec, text_gets_smaller_and_noise_hardly_larger) {
    EXPECT_LT(codec_.seal(message_id(1), std::string(8192, 'x'))->chunks[0].size(), 200U);
    EXPECT_LE(codec_.seal(message_id(1), incompressible(8192))->chunks[0].size(), 8192U + 32U);
}

/// A piece of the form without a dictionary, as earlier versions made them.
std::string sealed_without_dictionary(
    const crypto::SealKey& key, const MessageId& message, std::string_view piece
) {
    std::string compressed(ZSTD_compressBound(piece.size()), '\0');
    compressed.resize(
        ZSTD_compress(compressed.data(), compressed.size(), piece.data(), piece.size(), 1)
    );
    const std::string context = "\x01" + std::string(message.raw()) + std::string(4, '\0');
    std::string sealed = "\x01";
    EXPECT_TRUE(crypto::seal(key, crypto::SealNonce{}, context, compressed, sealed));
    return sealed;
}

TEST_F(payload_codec, a_piece_without_the_dictionary_still_opens) {
    const crypto::SealKey one_key{1, 2, 3};
    const auto wrap = codec_.keys()->wrap(one_key, message_id(1).raw()).value();
    const std::string payload(5000, 'x');
    auto sealed = sealed_without_dictionary(one_key, message_id(1), payload);
    EXPECT_EQ(codec_.open(message_id(1), wrap, 0, sealed).value(), payload);
    for (const char other : {'\x00', '\x02', '\x03', '\xff'}) {
        sealed[0] = other;
        EXPECT_FALSE(codec_.open(message_id(1), wrap, 0, sealed)) << int{other};
    }
}

// What is stored with another text would not open any more.
TEST_F(payload_codec, the_dictionary_is_the_one_that_stores_were_written_with) {
    EXPECT_EQ(
        crypto::to_hex(crypto::sha256(payload_dictionary())),
        "be564136b975fa2209a3370639e2b5ccac415d7a317cd6a1a76ecf5778178656"
    );
}

TEST_F(payload_codec, the_skeleton_of_a_message_is_left_out_of_what_is_stored) {
    const std::string skeleton =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><MsgHead "
        "xmlns=\"http://www.kith.no/xmlstds/msghead/2006-05-24\"><MsgInfo><Type "
        "V=\"DIALOG_NOTAT\" DN=\"Notat\"/><MIGversion>v1.2 2006-05-24</MIGversion><Sender>"
        "<Organisation><OrganisationName>Invented</OrganisationName><Ident><Id>100</Id><TypeId "
        "V=\"HER\" DN=\"HER-id\" S=\"2.16.578.1.12.4.1.1.9051\"/></Ident></Organisation></Sender>";
    const auto sealed = codec_.seal(message_id(1), skeleton).value();
    EXPECT_LT(sealed.chunks[0].size(), skeleton.size() / 3);
    EXPECT_EQ(codec_.open(message_id(1), sealed.wrap, 0, sealed.chunks[0]).value(), skeleton);
}

TEST_F(payload_codec, the_same_payload_never_seals_to_the_same_bytes) {
    const auto first = codec_.seal(message_id(1), "payload").value();
    const auto second = codec_.seal(message_id(1), "payload").value();
    EXPECT_NE(first.wrap, second.wrap);
    EXPECT_NE(first.chunks, second.chunks);
}

TEST_F(payload_codec, pieces_that_change_places_are_found) {
    const auto sealed =
        codec_.seal(message_id(1), std::string(2 * limits::chunk_bytes_max, 'x')).value();
    for (const auto& [index, piece] : {std::pair(0U, 1U), std::pair(1U, 0U), std::pair(2U, 0U)}) {
        const auto opened = codec_.open(message_id(1), sealed.wrap, index, sealed.chunks[piece]);
        ASSERT_FALSE(opened.has_value());
        EXPECT_EQ(opened.error().code, Errc::corrupt);
    }
}

TEST_F(payload_codec, a_piece_or_wrap_of_another_message_is_found) {
    const auto one = codec_.seal(message_id(1), "one").value();
    const auto two = codec_.seal(message_id(2), "two").value();
    for (const auto& opened : {
             codec_.open(message_id(2), one.wrap, 0, one.chunks[0]),
             codec_.open(message_id(1), one.wrap, 0, two.chunks[0]),
             codec_.open(message_id(1), two.wrap, 0, two.chunks[0]),
         }) {
        ASSERT_FALSE(opened.has_value());
        EXPECT_EQ(opened.error().code, Errc::corrupt);
    }
}

TEST_F(payload_codec, every_changed_byte_is_found) {
    const auto sealed = codec_.seal(message_id(1), std::string(300, 'x') + "end").value();
    for (std::size_t at = 0; at < sealed.chunks[0].size(); ++at) {
        auto changed = sealed.chunks[0];
        changed[at] = static_cast<char>(changed[at] ^ 0x01);
        EXPECT_FALSE(codec_.open(message_id(1), sealed.wrap, 0, changed).has_value()) << at;
        EXPECT_FALSE(
            codec_.open(message_id(1), sealed.wrap, 0, sealed.chunks[0].substr(0, at)).has_value()
        );
    }
}

TEST_F(payload_codec, without_its_master_key_a_payload_cannot_be_read) {
    const auto sealed = codec_.seal(message_id(1), "payload").value();
    codec_.replace_keys(keys(key("k2", '2')));
    const auto opened = codec_.open(message_id(1), sealed.wrap, 0, sealed.chunks[0]);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Errc::not_found);
    codec_.replace_keys(keys(key("k1", '2')));
    EXPECT_EQ(
        codec_.open(message_id(1), sealed.wrap, 0, sealed.chunks[0]).error().code, Errc::corrupt
    );
}

TEST_F(payload_codec, what_is_sealed_whole_is_one_piece_of_whatever_size_and_not_compressed) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, limits::chunk_bytes_max + 1}) {
        const std::string bytes(size, 'a');
        const auto sealed = codec_.seal_whole(message_id(1), bytes).value();
        ASSERT_EQ(sealed.chunks.size(), 1U);
        EXPECT_EQ(sealed.chunks[0].size(), 1 + size + crypto::seal_tag_bytes);
        EXPECT_EQ(codec_.open(message_id(1), sealed.wrap, 0, sealed.chunks[0]).value(), bytes);
        EXPECT_EQ(
            codec_.open(message_id(2), sealed.wrap, 0, sealed.chunks[0]).error().code, Errc::corrupt
        );
        const auto cut = sealed.chunks[0].substr(0, sealed.chunks[0].size() - 1);
        EXPECT_EQ(codec_.open(message_id(1), sealed.wrap, 0, cut).error().code, Errc::corrupt);
    }
}

TEST_F(payload_codec, rotation_rewraps_and_the_old_key_can_go) {
    const auto sealed = codec_.seal(message_id(1), "payload").value();
    EXPECT_FALSE(codec_.rewrap(message_id(1), sealed.wrap)->has_value());
    codec_.replace_keys(keys(key("k1", '1') + key("k2", '2')));
    const auto rewrapped = codec_.rewrap(message_id(1), sealed.wrap);
    ASSERT_TRUE(rewrapped.has_value() && rewrapped->has_value());
    EXPECT_EQ(crypto::MasterKeys::wrapped_by(**rewrapped), "k2");
    codec_.replace_keys(keys(key("k2", '2')));
    EXPECT_EQ(codec_.open(message_id(1), **rewrapped, 0, sealed.chunks[0]).value(), "payload");
    EXPECT_FALSE(codec_.rewrap(message_id(1), **rewrapped)->has_value());
    EXPECT_EQ(codec_.rewrap(message_id(1), sealed.wrap).error().code, Errc::not_found);
    EXPECT_EQ(codec_.rewrap(message_id(1), "no wrap").error().code, Errc::corrupt);
}

TEST_F(payload_codec, a_wrap_moved_to_another_message_is_not_rewrapped) {
    const auto sealed = codec_.seal(message_id(1), "payload").value();
    codec_.replace_keys(keys(key("k1", '1') + key("k2", '2')));
    EXPECT_EQ(codec_.rewrap(message_id(2), sealed.wrap).error().code, Errc::corrupt);
}

TEST_F(payload_codec, keys_are_replaced_while_threads_seal_and_open) {
    const auto both = keys(key("k1", '1') + key("k2", '2'));
    const auto turned = keys(key("k2", '2') + key("k1", '1'));
    std::atomic<int> failures = 0;
    std::vector<std::jthread> threads;
    codec_.replace_keys(both);
    for (int number = 0; number < 3; ++number) {
        threads.emplace_back([&] {
            for (std::uint64_t round = 0; round < 300; ++round) {
                const std::string payload(100 + round, 'x');
                const auto sealed = codec_.seal(message_id(round), payload);
                const auto opened =
                    codec_.open(message_id(round), sealed->wrap, 0, sealed->chunks[0]);
                failures += opened.has_value() && *opened == payload ? 0 : 1;
            }
        });
    }
    for (int round = 0; round < 300; ++round) {
        codec_.replace_keys(round % 2 == 0 ? turned : both);
    }
    threads.clear();
    EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace budstikke::store
