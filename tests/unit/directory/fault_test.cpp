// The texts of faults: harmless to a log, and helpful.
#include "broker/directory/fault.hpp"

#include <gtest/gtest.h>

namespace budstikke::directory {
namespace {

TEST(Fault, text_names_file_line_and_cause) {
    EXPECT_EQ(to_text({"a.toml", 12, "no"}), "a.toml:12: no");
    EXPECT_EQ(to_text({"a.toml", 0, "no"}), "a.toml: no");
}

TEST(Fault, faults_are_sorted_by_file_then_line_and_keep_their_order_within_one) {
    Faults faults{{"b", 1, "1"}, {"a", 9, "2"}, {"a", 2, "3"}, {"a", 2, "4"}};
    sort_by_place(faults);
    EXPECT_EQ(faults, (Faults{{"a", 2, "3"}, {"a", 2, "4"}, {"a", 9, "2"}, {"b", 1, "1"}}));
}

TEST(Fault, a_word_of_the_file_cannot_forge_a_line_of_the_log) {
    EXPECT_EQ(in_quotes("ab\ncd\x1b`\x7f"), "`ab?cd???`");
    EXPECT_EQ(in_quotes(std::string(64, 'x')), '`' + std::string(64, 'x') + '`');
    EXPECT_EQ(in_quotes(std::string(65, 'x')), '`' + std::string(64, 'x') + "...`");
}

TEST(Fault, the_word_that_was_meant_is_found_and_no_other) {
    const std::vector<std::string_view> known = {"valid_from", "valid_until", "name"};
    EXPECT_EQ(nearest("valid_form", known), "valid_from");
    EXPECT_EQ(nearest("nmae", known), "name");
    EXPECT_EQ(nearest("nam", known), "name");
    EXPECT_EQ(nearest("certificates", known), "");
    EXPECT_EQ(nearest(std::string(65, 'n'), known), "");
}

}  // namespace
}  // namespace budstikke::directory
