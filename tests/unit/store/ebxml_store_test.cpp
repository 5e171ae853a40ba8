// The store of the ebXML message service: what is put comes back over a restart, the indexes follow
// the records, and bytes that mean nothing are not guessed at.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/stat.h>

#include "broker/store/ebxml_codec.hpp"
#include "broker/store/ebxml_keys.hpp"
#include "tests/unit/store/ebxml_samples.hpp"

namespace budstikke::store::testing {
namespace {

class EbxmlStoreTest : public WithEbxmlStore {
 protected:
    Errc refusal() const {
        const auto store = open_ebxml_store(path(), codec_);
        EXPECT_FALSE(store.has_value());
        return store ? Errc::internal : store.error().code;
    }
    /// Writes a row behind the store's back.
    void plant(const std::string& key, const std::string& value) {
        store_.reset();
        ASSERT_NO_FATAL_FAILURE(plant_row(path(), {"default", "bodies", "wraps"}, key, value));
    }
};

using Ids = std::vector<std::string>;

TEST_F(EbxmlStoreTest, keeps_every_field_over_a_restart) {
    const auto sent = sample_outbound(1);
    const auto came = sample_inbound("in-1", 5);
    ASSERT_TRUE(store_->put(sent));
    ASSERT_TRUE(store_->put(came));
    open();
    EXPECT_EQ(store_->outbound(sent.message_id).value(), without_body(sent));
    EXPECT_EQ(store_->outbound_of(sent.delivery).value(), without_body(sent));
    EXPECT_EQ(store_->outbound_body(sent.message_id).value(), sent.body);
    EXPECT_EQ(store_->inbound(came.from, came.message_id).value(), came);
    EXPECT_EQ(store_->inbound_of_business(came.from, came.business_id).value(), came);
}

TEST_F(EbxmlStoreTest, keeps_that_no_signal_is_awaited) {
    auto sent = sample_outbound(1);
    sent.awaits_signal = false;
    ASSERT_TRUE(store_->put(sent));
    open();
    EXPECT_EQ(store_->outbound(sent.message_id).value(), without_body(sent));
}

TEST_F(EbxmlStoreTest, knows_nothing_of_what_was_never_put) {
    EXPECT_EQ(store_->outbound(out_id(1)).value(), std::nullopt);
    EXPECT_EQ(store_->outbound_of(delivery_id(1, "1")).value(), std::nullopt);
    EXPECT_EQ(store_->outbound_body(out_id(1)).error().code, Errc::not_found);
    EXPECT_EQ(store_->update(sample_outbound(1)).error().code, Errc::not_found);
    EXPECT_EQ(store_->outbound(out_id(1)).value(), std::nullopt);
    EXPECT_EQ(store_->inbound(her_id("90998"), "in-1").value(), std::nullopt);
    EXPECT_EQ(store_->inbound_of_business(her_id("90998"), "b").value(), std::nullopt);
    EXPECT_TRUE(store_->erase_outbound(out_id(1)));
    EXPECT_TRUE(store_->all_outbound("", 10).value().empty());
}

TEST_F(EbxmlStoreTest, an_update_leaves_the_body_as_it_was) {
    auto sent = sample_outbound(1);
    ASSERT_TRUE(store_->put(sent));
    const auto body = std::exchange(sent.body, {});
    sent.attempts = 3;
    sent.state = OutboundState::refused;
    ASSERT_TRUE(store_->update(sent));
    open();
    EXPECT_EQ(store_->outbound(sent.message_id).value(), sent);
    EXPECT_EQ(store_->outbound_body(sent.message_id).value(), body);
}

TEST_F(EbxmlStoreTest, erases_a_message_with_all_that_leads_to_it) {
    ASSERT_TRUE(store_->put(sample_outbound(1)));
    ASSERT_TRUE(store_->put(sample_outbound(2)));
    ASSERT_TRUE(store_->erase_outbound(out_id(1)));
    EXPECT_EQ(store_->outbound(out_id(1)).value(), std::nullopt);
    EXPECT_EQ(store_->outbound_of(delivery_id(1, "8094866")).value(), std::nullopt);
    EXPECT_EQ(store_->outbound_body(out_id(1)).error().code, Errc::not_found);
    EXPECT_EQ(store_->all_outbound("", 10).value().size(), 1U);
}

TEST_F(EbxmlStoreTest, a_delivery_leads_to_its_newest_message) {
    auto first = sample_outbound(1);
    auto second = sample_outbound(1);
    second.message_id = out_id(77);
    ASSERT_TRUE(store_->put(first));
    ASSERT_TRUE(store_->put(second));
    ASSERT_TRUE(store_->erase_outbound(first.message_id));
    EXPECT_EQ(store_->outbound_of(second.delivery).value(), without_body(second));
}

TEST_F(EbxmlStoreTest, lists_everything_page_by_page_in_the_order_of_ids) {
    for (const std::uint64_t number : {3U, 1U, 2U}) {
        ASSERT_TRUE(store_->put(sample_outbound(number)));
    }
    ASSERT_TRUE(store_->put(sample_inbound("in-1", 5)));
    const auto first = store_->all_outbound("", 2).value();
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0], without_body(sample_outbound(1)));
    EXPECT_EQ(first[1], without_body(sample_outbound(2)));
    const auto rest = store_->all_outbound(first[1].message_id, 2).value();
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0], without_body(sample_outbound(3)));
}

TEST_F(EbxmlStoreTest, tells_the_senders_of_one_id_apart) {
    auto theirs = sample_inbound("in-1", 5);
    theirs.from = her_id("1");
    ASSERT_TRUE(store_->put(sample_inbound("in-1", 5)));
    ASSERT_TRUE(store_->put(theirs));
    EXPECT_EQ(store_->inbound(her_id("1"), "in-1").value(), theirs);
    EXPECT_EQ(store_->inbound(her_id("90998"), "in-1").value(), sample_inbound("in-1", 5));
}

TEST_F(EbxmlStoreTest, a_business_message_leads_to_the_last_that_carried_it) {
    ASSERT_TRUE(store_->put(sample_inbound("in-1", 5)));
    ASSERT_TRUE(store_->put(sample_inbound("in-2", 9)));
    const auto last = sample_inbound("in-2", 9);
    EXPECT_EQ(store_->inbound_of_business(last.from, "business-1").value(), last);
    // The first one goes, and takes nothing with it that is the second's.
    EXPECT_EQ(store_->erase_inbound_before(at(9), 10).value(), 1U);
    EXPECT_EQ(store_->inbound_of_business(last.from, "business-1").value(), last);
    EXPECT_EQ(store_->erase_inbound_before(at(10), 10).value(), 1U);
    EXPECT_EQ(store_->inbound_of_business(last.from, "business-1").value(), std::nullopt);
}

TEST_F(EbxmlStoreTest, forgets_what_came_before_a_time_and_no_more_than_asked) {
    for (const int number : {1, 2, 3, 4}) {
        ASSERT_TRUE(store_->put(sample_inbound("in-" + std::to_string(number), number)));
    }
    EXPECT_EQ(store_->erase_inbound_before(at(4), 2).value(), 2U);
    EXPECT_EQ(store_->inbound(her_id("90998"), "in-2").value(), std::nullopt);
    EXPECT_TRUE(store_->inbound(her_id("90998"), "in-3").value());
    EXPECT_EQ(store_->erase_inbound_before(at(4), 2).value(), 1U);
    EXPECT_EQ(store_->erase_inbound_before(at(4), 2).value(), 0U);
    EXPECT_TRUE(store_->inbound(her_id("90998"), "in-4").value());
}

TEST_F(EbxmlStoreTest, what_was_put_again_is_forgotten_by_its_new_time) {
    ASSERT_TRUE(store_->put(sample_inbound("in-1", 5)));
    ASSERT_TRUE(store_->put(sample_inbound("in-1", 50)));
    EXPECT_EQ(store_->erase_inbound_before(at(50), 10).value(), 0U);
    EXPECT_EQ(store_->erase_inbound_before(at(51), 10).value(), 1U);
}

TEST_F(EbxmlStoreTest, many_threads_may_write_at_once) {
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 0; thread < 8; ++thread) {
        threads.emplace_back([this, thread] {
            for (std::uint64_t i = 0; i < 20; ++i) {
                auto sent = sample_outbound(thread * 100 + i);
                EXPECT_TRUE(store_->put(sent));
                sent.next_attempt = at(7);
                EXPECT_TRUE(store_->update(sent));
                EXPECT_TRUE(store_->put(sample_inbound(sent.message_id, 5)));
            }
        });
    }
    threads.clear();
    EXPECT_EQ(store_->all_outbound("", 1000).value().size(), 160U);
    EXPECT_EQ(store_->erase_inbound_before(at(6), 1000).value(), 160U);
}

TEST_F(EbxmlStoreTest, what_erases_by_time_has_its_turn_while_others_write_without_pause) {
    std::atomic<bool> done = false;
    std::atomic<int> begun = 0;
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 6; ++thread) {
        threads.emplace_back([&, thread] {
            ++begun;
            begun.notify_all();
            for (int i = 0; !done; ++i) {
                const auto id = "in-" + std::to_string(thread) + "-" + std::to_string(i % 100);
                EXPECT_TRUE(store_->put(sample_inbound(id, 5)));
            }
        });
    }
    for (int seen = begun; seen < 6; seen = begun) {
        begun.wait(seen);
    }
    for (int time = 0; time < 50; ++time) {
        EXPECT_TRUE(store_->erase_inbound_before(at(6), 1000));
    }
    done = true;
}

TEST_F(EbxmlStoreTest, bytes_that_do_not_decode_are_corrupt) {
    plant(ebxml_keys::outbound(out_id(1)), "\x0a\xff");
    plant(ebxml_keys::delivery(delivery_id(1, "1")), out_id(1));
    plant(ebxml_keys::inbound(her_id("1"), "in-1"), "\x0a\xff");
    plant(ebxml_keys::business(her_id("1"), "b"), "in-1");
    open();
    EXPECT_EQ(store_->outbound(out_id(1)).error().code, Errc::corrupt);
    EXPECT_EQ(store_->outbound_of(delivery_id(1, "1")).error().code, Errc::corrupt);
    EXPECT_EQ(store_->all_outbound("", 10).error().code, Errc::corrupt);
    EXPECT_EQ(store_->update(without_body(sample_outbound(1))).error().code, Errc::corrupt);
    EXPECT_EQ(store_->erase_outbound(out_id(1)).error().code, Errc::corrupt);
    EXPECT_EQ(store_->inbound(her_id("1"), "in-1").error().code, Errc::corrupt);
    EXPECT_EQ(store_->inbound_of_business(her_id("1"), "b").error().code, Errc::corrupt);
}

TEST_F(EbxmlStoreTest, keys_that_do_not_read_are_corrupt) {
    plant("r1", "");
    open();
    EXPECT_EQ(store_->erase_inbound_before(Timestamp::max(), 10).error().code, Errc::corrupt);
}

TEST_F(EbxmlStoreTest, a_record_of_values_that_mean_nothing_is_corrupt) {
    auto sent = sample_outbound(1);
    const auto bytes = encode(sent);
    ASSERT_TRUE(decode_outbound(out_id(1), bytes));
    sent.state = static_cast<OutboundState>(0);
    EXPECT_EQ(decode_outbound(out_id(1), encode(sent)).error().code, Errc::corrupt);
    sent.state = static_cast<OutboundState>(5);
    EXPECT_EQ(decode_outbound(out_id(1), encode(sent)).error().code, Errc::corrupt);
    EXPECT_EQ(decode_outbound(out_id(1), "").error().code, Errc::corrupt);
    EXPECT_EQ(decode_outbound(out_id(1), bytes.substr(1)).error().code, Errc::corrupt);
    const auto came = encode(sample_inbound("in-1", 1));
    EXPECT_EQ(decode_inbound(her_id("1"), "in-1", came.substr(1)).error().code, Errc::corrupt);
}

TEST_F(EbxmlStoreTest, another_store_of_this_process_is_refused) {
    EXPECT_EQ(refusal(), Errc::conflict);
    EXPECT_TRUE(store_->put(sample_outbound(1)));
}

TEST_F(EbxmlStoreTest, another_format_version_is_refused) {
    plant("f", "3");
    EXPECT_EQ(refusal(), Errc::conflict);
}

TEST_F(EbxmlStoreTest, a_store_whose_bodies_lie_unsealed_is_refused_and_left_alone) {
    store_.reset();
    ASSERT_TRUE(std::filesystem::remove_all(path()));
    ASSERT_TRUE(std::filesystem::create_directory(path()));
    ASSERT_EQ(::chmod(path().c_str(), 0700), 0);
    // What the version before had: two families, and its number.
    ASSERT_NO_FATAL_FAILURE(plant_row(path(), {"default", "bodies"}, "f", "1"));
    EXPECT_EQ(refusal(), Errc::conflict);
    std::vector<std::string> families;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, path(), &families).ok());
    EXPECT_EQ(families, (std::vector<std::string>{"default", "bodies"}));
}

TEST_F(EbxmlStoreTest, a_store_whose_making_was_interrupted_is_made_to_the_end) {
    for (const std::vector<std::string>& made :
         {std::vector<std::string>{"default"}, {"default", "bodies"}, {"default", "bodies", "wraps"}
         }) {
        store_.reset();
        ASSERT_TRUE(std::filesystem::remove_all(path()));
        ASSERT_TRUE(std::filesystem::create_directory(path()));
        ASSERT_EQ(::chmod(path().c_str(), 0700), 0);
        ASSERT_NO_FATAL_FAILURE(plant_row(path(), made, "", ""));
        ASSERT_NO_FATAL_FAILURE(open());
        ASSERT_TRUE(store_->put(sample_outbound(1)));
        ASSERT_NO_FATAL_FAILURE(open());
        EXPECT_EQ(store_->outbound_body(out_id(1)).value(), sample_outbound(1).body);
    }
}

TEST_F(EbxmlStoreTest, families_of_another_version_are_refused) {
    store_.reset();
    ASSERT_NO_FATAL_FAILURE(plant_row(path(), {"default", "bodies", "wraps", "new"}, "", ""));
    EXPECT_EQ(refusal(), Errc::conflict);
}

TEST_F(EbxmlStoreTest, an_id_that_is_none_of_ours_is_not_kept) {
    auto sent = sample_outbound(1);
    sent.message_id = "mine";
    EXPECT_EQ(store_->put(sent).error().code, Errc::invalid_argument);
    EXPECT_EQ(store_->outbound("mine").value(), std::nullopt);
}

TEST_F(EbxmlStoreTest, the_folder_is_for_its_owner_only) {
    struct stat facts{};
    ASSERT_EQ(::stat(path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777, 0700U);
    store_.reset();
    ASSERT_EQ(::chmod(path().c_str(), 0750), 0);
    EXPECT_EQ(refusal(), Errc::denied);
}

TEST_F(EbxmlStoreTest, a_store_that_lost_a_file_is_not_made_anew) {
    ASSERT_TRUE(store_->put(sample_outbound(1)));
    store_.reset();
    ASSERT_TRUE(std::filesystem::remove(path() + "/CURRENT"));
    EXPECT_EQ(refusal(), Errc::corrupt);
}

}  // namespace
}  // namespace budstikke::store::testing
