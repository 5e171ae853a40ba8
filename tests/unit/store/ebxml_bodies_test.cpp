// The bodies in the ebXML store lie sealed: nothing of them can be read without the master key, a
// rotation reaches them all, and what is erased cannot be read again.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/store/ebxml_samples.hpp"

namespace budstikke::store::testing {
namespace {

using Keys = std::vector<std::pair<std::string, char>>;
using crypto::MasterKeys;

class EbxmlBodiesTest : public WithEbxmlStore {
 protected:
    void load(const Keys& keys) { codec_.replace_keys(master_keys(folder_, keys)); }
    /// All pages of the size given; how many keys were wrapped anew.
    std::size_t rotate(std::size_t rows_max) {
        std::size_t count = 0;
        std::string cursor;
        do {
            const auto page = store_->rewrap(cursor, rows_max).value();
            count += page.count;
            cursor = page.last;
        } while (!cursor.empty());
        return count;
    }
    std::vector<EbxmlStore::Wrap> wraps() const { return store_->wraps("", 1000).value(); }
    std::string wrap_of(std::uint64_t number) const {
        for (const auto& [id, wrap] : wraps()) {
            if (id == out_id(number)) {
                return wrap;
            }
        }
        return {};
    }
    bool is_on_disk(const std::string& bytes) const {
        for (const auto& file : std::filesystem::recursive_directory_iterator(path())) {
            std::ifstream stream(file.path(), std::ios::binary);
            const std::string content((std::istreambuf_iterator<char>(stream)), {});
            if (content.find(bytes) != std::string::npos) {
                return true;
            }
        }
        return false;
    }
};

TEST_F(EbxmlBodiesTest, come_back_byte_for_byte_and_lie_sealed) {
    auto sent = sample_outbound(1);
    // More than a piece of a payload, and bytes of every value.
    sent.body.assign(limits::chunk_bytes_max + 1, 'a');
    for (std::size_t i = 0; i < 256; ++i) {
        sent.body[i] = static_cast<char>(i);
    }
    sent.body += "Kanarifugl 15825010000";
    auto empty = sample_outbound(2);
    empty.body.clear();
    ASSERT_TRUE(store_->put(sent));
    ASSERT_TRUE(store_->put(empty));
    // In the log, and in a table.
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(store_->outbound_body(sent.message_id).value(), sent.body);
        EXPECT_EQ(store_->outbound_body(empty.message_id).value(), "");
        EXPECT_FALSE(is_on_disk("Kanarifugl"));
        EXPECT_FALSE(is_on_disk(std::string(64, 'a')));
        // What is not sealed is found by the same search.
        EXPECT_TRUE(is_on_disk(sent.cpa_id) || round == 1);
        EXPECT_TRUE(is_on_disk(wrap_of(1)));
        ASSERT_TRUE(store_->forget_erased());
    }
}

TEST_F(EbxmlBodiesTest, a_rotation_reaches_every_key_and_the_old_master_key_can_go) {
    for (std::uint64_t number = 1; number <= 5; ++number) {
        ASSERT_TRUE(store_->put(sample_outbound(number)));
    }
    load({{"k1", '1'}, {"k2", '2'}});
    ASSERT_TRUE(store_->put(sample_outbound(6)));
    EXPECT_EQ(rotate(2), 5U);
    EXPECT_EQ(rotate(100), 0U);
    load({{"k2", '2'}});
    for (int round = 0; round < 2; ++round) {
        const auto kept = wraps();
        ASSERT_EQ(kept.size(), 6U);
        for (const auto& [id, wrap] : kept) {
            EXPECT_EQ(MasterKeys::wrapped_by(wrap), "k2");
        }
        for (std::uint64_t number = 1; number <= 6; ++number) {
            EXPECT_EQ(store_->outbound_body(out_id(number)).value(), sample_outbound(number).body);
        }
        ASSERT_NO_FATAL_FAILURE(open());
    }
}

TEST_F(EbxmlBodiesTest, an_update_does_not_bring_an_old_key_back) {
    auto sent = sample_outbound(1);
    ASSERT_TRUE(store_->put(sent));
    load({{"k1", '1'}, {"k2", '2'}});
    EXPECT_EQ(rotate(10), 1U);
    sent.attempts = 3;
    ASSERT_TRUE(store_->update(sent));
    load({{"k2", '2'}});
    EXPECT_EQ(store_->outbound_body(sent.message_id).value(), sent.body);
}

TEST_F(EbxmlBodiesTest, what_is_put_and_erased_during_a_rotation_needs_no_old_key) {
    constexpr std::uint64_t per_thread = 60;
    std::atomic<int> begun = 0;
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([this, thread, &begun] {
            for (std::uint64_t i = 0; i < per_thread; ++i) {
                const std::uint64_t number = thread * per_thread + i;
                EXPECT_TRUE(store_->put(sample_outbound(number)));
                if (i % 2 == 0) {
                    EXPECT_TRUE(store_->erase_outbound(out_id(number)));
                }
                if (i == per_thread / 4) {
                    ++begun;
                    begun.notify_all();
                }
            }
        });
    }
    for (int seen = begun; seen < 4; seen = begun) {
        begun.wait(seen);
    }
    load({{"k1", '1'}, {"k2", '2'}});
    rotate(7);
    // All that is put from now on has the new key; nothing comes after with the old one.
    for (const auto& [id, wrap] : wraps()) {
        EXPECT_EQ(MasterKeys::wrapped_by(wrap), "k2");
    }
    threads.clear();
    const auto kept = wraps();
    EXPECT_EQ(kept.size(), 4 * per_thread / 2);
    for (const auto& [id, wrap] : kept) {
        EXPECT_EQ(MasterKeys::wrapped_by(wrap), "k2");
        EXPECT_TRUE(store_->outbound_body(id));
    }
}

TEST_F(EbxmlBodiesTest, a_key_that_cannot_be_unwrapped_stays_and_stops_no_other) {
    ASSERT_TRUE(store_->put(sample_outbound(1)));
    load({{"k2", '2'}});
    ASSERT_TRUE(store_->put(sample_outbound(2)));
    load({{"k2", '2'}, {"k3", '3'}});
    EXPECT_EQ(rotate(10), 1U);
    EXPECT_EQ(MasterKeys::wrapped_by(wrap_of(1)), "k1");
    EXPECT_EQ(MasterKeys::wrapped_by(wrap_of(2)), "k3");
    load({{"k1", '1'}, {"k3", '3'}});
    EXPECT_EQ(rotate(10), 1U);
    EXPECT_EQ(store_->outbound_body(out_id(1)).value(), sample_outbound(1).body);
}

TEST_F(EbxmlBodiesTest, without_its_master_key_a_body_is_corrupt_and_not_missing) {
    ASSERT_TRUE(store_->put(sample_outbound(1)));
    load({{"k2", '2'}});
    EXPECT_EQ(store_->outbound_body(out_id(1)).error().code, Errc::corrupt);
    EXPECT_EQ(store_->outbound_body(out_id(2)).error().code, Errc::not_found);
    EXPECT_EQ(store_->outbound_body("none of ours").error().code, Errc::not_found);
}

TEST_F(EbxmlBodiesTest, a_key_moved_to_another_message_opens_nothing) {
    ASSERT_TRUE(store_->put(sample_outbound(1)));
    ASSERT_TRUE(store_->put(sample_outbound(2)));
    const auto wrap = wrap_of(1);
    store_.reset();
    ASSERT_NO_FATAL_FAILURE(plant_row(path(), {"default", "bodies", "wraps"}, out_id(2), wrap, 2));
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(store_->outbound_body(out_id(2)).error().code, Errc::corrupt);
    EXPECT_EQ(store_->outbound_body(out_id(1)).value(), sample_outbound(1).body);
}

TEST_F(EbxmlBodiesTest, a_key_of_no_message_of_ours_is_corrupt) {
    store_.reset();
    ASSERT_NO_FATAL_FAILURE(plant_row(path(), {"default", "bodies", "wraps"}, "mine", "wrap", 2));
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(store_->rewrap("", 10).error().code, Errc::corrupt);
}

TEST_F(EbxmlBodiesTest, an_erased_key_can_be_found_nowhere_once_it_is_forgotten) {
    ASSERT_TRUE(store_->put(sample_outbound(1)));
    ASSERT_TRUE(store_->put(sample_outbound(2)));
    const auto erased = wrap_of(1);
    const auto kept = wrap_of(2);
    // It lies in a table and in the log before it is erased.
    ASSERT_TRUE(store_->forget_erased());
    ASSERT_TRUE(is_on_disk(erased));
    ASSERT_TRUE(store_->erase_outbound(out_id(1)));
    EXPECT_EQ(wrap_of(1), "");
    ASSERT_TRUE(store_->forget_erased());
    EXPECT_FALSE(is_on_disk(erased));
    EXPECT_TRUE(is_on_disk(kept));
    EXPECT_EQ(store_->outbound_body(out_id(2)).value(), sample_outbound(2).body);
}

}  // namespace
}  // namespace budstikke::store::testing
