// The file of master keys: who may read it, what stands in it, what its keys wrap and unwrap.
#include "broker/crypto/master_keys.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "broker/base/limits.hpp"

namespace budstikke::crypto {
namespace {

const std::string key_a(64, 'a');
const std::string key_b(64, 'b');

class master_keys : public ::testing::Test {
 protected:
    master_keys() {
        std::string pattern = (std::filesystem::temp_directory_path() / "keys-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
    }
    ~master_keys() override {
        std::error_code failed;
        std::filesystem::remove_all(folder_, failed);
    }

    std::filesystem::path file(const std::string& text, mode_t mode = 0600) const {
        const auto path = folder_ / "keys";
        std::ofstream(path, std::ios::trunc) << text;
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }
    MasterKeys load(const std::string& text) const {
        auto keys = MasterKeys::load(file(text));
        EXPECT_TRUE(keys.has_value());
        return *std::move(keys);
    }
    Errc refusal(const std::string& text) const {
        const auto keys = MasterKeys::load(file(text));
        EXPECT_FALSE(keys.has_value());
        return keys ? Errc::internal : keys.error().code;
    }

    std::filesystem::path folder_;
    const MasterKeys::Key payload_key_{1, 2, 3};
};

TEST_F(master_keys, the_last_line_is_the_current_key) {
    const auto keys = load("2025-a " + key_a + "\n2026.b_1 " + key_b + "\n");
    EXPECT_EQ(keys.current_id(), "2026.b_1");
    EXPECT_EQ(keys.ids(), (std::vector<std::string>{"2025-a", "2026.b_1"}));
}

TEST_F(master_keys, the_last_line_needs_no_end) {
    EXPECT_EQ(load("k " + key_a).current_id(), "k");
}

TEST_F(master_keys, a_wrapped_key_comes_back_and_names_its_master_key) {
    const auto keys = load("k1 " + key_a + "\n");
    const auto wrapped = keys.wrap(payload_key_, "message");
    ASSERT_TRUE(wrapped.has_value());
    EXPECT_EQ(MasterKeys::wrapped_by(*wrapped), "k1");
    EXPECT_EQ(keys.unwrap(*wrapped, "message").value(), payload_key_);
}

TEST_F(master_keys, two_wraps_of_one_key_differ) {
    const auto keys = load("k1 " + key_a + "\n");
    EXPECT_NE(keys.wrap(payload_key_, "m").value(), keys.wrap(payload_key_, "m").value());
}

TEST_F(master_keys, an_old_key_unwraps_until_its_line_is_gone) {
    const auto wrapped = load("old " + key_a + "\n").wrap(payload_key_, "m").value();
    const auto rotated = load("old " + key_a + "\nnew " + key_b + "\n");
    EXPECT_EQ(rotated.unwrap(wrapped, "m").value(), payload_key_);
    const auto gone = load("new " + key_b + "\n").unwrap(wrapped, "m");
    ASSERT_FALSE(gone.has_value());
    EXPECT_EQ(gone.error().code, Errc::not_found);
}

TEST_F(master_keys, another_key_under_the_same_id_does_not_unwrap) {
    const auto wrapped = load("k " + key_a + "\n").wrap(payload_key_, "m").value();
    const auto other = load("k " + key_b + "\n").unwrap(wrapped, "m");
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error().code, Errc::corrupt);
}

TEST_F(master_keys, another_key_under_the_same_id_is_told) {
    const auto running = load("one " + key_a + "\ntwo " + key_b + "\n");
    const auto same = load("two " + key_b + "\none " + key_a + "\nthree " + key_a + "\n");
    EXPECT_EQ(running.changed_ids(same), std::vector<std::string>{});
    const auto other = load("one " + key_b + "\nthree " + key_b + "\n");
    EXPECT_EQ(running.changed_ids(other), std::vector<std::string>{"one"});
    std::string last_bit = key_b;
    last_bit.back() = 'a';
    const auto slightly = load("one " + key_a + "\ntwo " + last_bit + "\n");
    EXPECT_EQ(running.changed_ids(slightly), std::vector<std::string>{"two"});
}

TEST_F(master_keys, a_wrap_is_of_its_context_only) {
    const auto keys = load("k " + key_a + "\n");
    const auto wrapped = keys.wrap(payload_key_, "one message").value();
    EXPECT_EQ(keys.unwrap(wrapped, "another one").error().code, Errc::corrupt);
}

TEST_F(master_keys, every_changed_byte_of_a_wrap_is_found) {
    const auto keys = load("k1 " + key_a + "\nk2 " + key_a + "\n");
    const auto wrapped = keys.wrap(payload_key_, "m").value();
    for (std::size_t at = 0; at < wrapped.size(); ++at) {
        for (const int change : {0x01, 0x03, 0x80}) {
            std::string changed = wrapped;
            changed[at] = static_cast<char>(changed[at] ^ change);
            EXPECT_FALSE(keys.unwrap(changed, "m").has_value());
        }
        EXPECT_FALSE(keys.unwrap(wrapped.substr(0, at), "m").has_value());
    }
    EXPECT_FALSE(keys.unwrap(wrapped + "x", "m").has_value());
}

TEST_F(master_keys, what_is_no_wrap_names_no_key) {
    for (const std::string bytes : {"", "\x01", "\x01\x01k", "\x02\x01k"}) {
        EXPECT_FALSE(MasterKeys::wrapped_by(bytes).has_value());
    }
}

TEST_F(master_keys, a_file_that_group_or_others_may_touch_is_denied) {
    for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0660U, 0644U, 0666U}) {
        const auto keys = MasterKeys::load(file("k " + key_a + "\n", mode));
        ASSERT_FALSE(keys.has_value()) << mode;
        EXPECT_EQ(keys.error().code, Errc::denied);
    }
    for (const mode_t mode : {0600U, 0400U}) {
        // An ordinary user reads its own 0400 file, root any.
        EXPECT_TRUE(MasterKeys::load(file("k " + key_a + "\n", mode)).has_value()) << mode;
        std::filesystem::remove(folder_ / "keys");
    }
}

TEST_F(master_keys, what_is_no_regular_file_or_not_there_is_refused) {
    EXPECT_FALSE(MasterKeys::load(folder_).has_value());
    ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
    EXPECT_FALSE(MasterKeys::load(folder_ / "fifo").has_value());
    EXPECT_EQ(MasterKeys::load(folder_ / "none").error().code, Errc::not_found);
}

TEST_F(master_keys, a_line_that_does_not_read_is_named_and_not_quoted) {
    const auto keys = MasterKeys::load(file("k1 " + key_a + "\nk2 secretsecret\n"));
    ASSERT_FALSE(keys.has_value());
    EXPECT_EQ(keys.error().code, Errc::malformed);
    EXPECT_NE(keys.error().detail.find(":2:"), std::string::npos);
    EXPECT_EQ(keys.error().detail.find("secretsecret"), std::string::npos);
}

TEST_F(master_keys, lines_that_are_no_keys_are_malformed) {
    for (const std::string& text : std::vector<std::string>{
             "", "\n", "k\n", "k \n", " " + key_a + "\n", key_a + "\n", "k  " + key_a + "\n",
             "k " + key_a + " \n", "k " + key_a + "\r\n", "k\t" + key_a + "\n",
             "k/1 " + key_a + "\n", "k " + key_a.substr(1) + "\n", "k " + key_a + "a\n",
             "k " + key_a.substr(1) + "g\n", "k " + key_a + "\n\nl " + key_b + "\n",
             "k " + key_a + "\nk " + key_b + "\n"
         }) {
        EXPECT_EQ(refusal(text), Errc::malformed) << text;
    }
}

TEST_F(master_keys, hex_digits_of_either_case_are_the_same_key) {
    const auto wrapped = load("k " + std::string(64, 'A')).wrap(payload_key_, "m").value();
    EXPECT_TRUE(load("k " + key_a).unwrap(wrapped, "m").has_value());
}

TEST_F(master_keys, a_key_id_is_as_long_as_the_limit_allows) {
    for (const std::size_t size : {limits::key_id_bytes_max - 1, limits::key_id_bytes_max}) {
        const auto keys = load(std::string(size, 'k') + " " + key_a);
        const auto wrapped = keys.wrap(payload_key_, "m").value();
        EXPECT_EQ(MasterKeys::wrapped_by(wrapped)->size(), size);
        EXPECT_TRUE(keys.unwrap(wrapped, "m").has_value());
    }
    EXPECT_EQ(
        refusal(std::string(limits::key_id_bytes_max + 1, 'k') + " " + key_a), Errc::malformed
    );
}

TEST_F(master_keys, there_are_as_many_keys_as_the_limit_allows) {
    std::string text;
    for (std::size_t number = 1; number < limits::master_keys_max; ++number) {
        text += "k" + std::to_string(number) + " " + key_a + "\n";
    }
    EXPECT_EQ(load(text).ids().size(), limits::master_keys_max - 1);
    text += "last " + key_a + "\n";
    EXPECT_EQ(load(text).current_id(), "last");
    EXPECT_EQ(refusal(text + "more " + key_a + "\n"), Errc::malformed);
}

TEST_F(master_keys, a_file_is_as_large_as_the_limit_allows) {
    const auto too_large = MasterKeys::load(file(std::string(limits::key_file_bytes_max + 1, 'k')));
    ASSERT_FALSE(too_large.has_value());
    EXPECT_EQ(too_large.error().code, Errc::limit_exceeded);
    for (const std::size_t size : {limits::key_file_bytes_max - 1, limits::key_file_bytes_max}) {
        EXPECT_EQ(refusal(std::string(size, 'k')), Errc::malformed);
    }
}

TEST_F(master_keys, keys_can_be_moved) {
    auto keys = load("a " + key_a);
    const auto wrapped = keys.wrap(payload_key_, "m").value();
    MasterKeys moved = std::move(keys);
    EXPECT_TRUE(moved.unwrap(wrapped, "m").has_value());
    auto other = load("b " + key_b);
    other = std::move(moved);
    EXPECT_EQ(other.current_id(), "a");
    EXPECT_TRUE(other.unwrap(wrapped, "m").has_value());
}

}  // namespace
}  // namespace budstikke::crypto
