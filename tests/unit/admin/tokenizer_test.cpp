// The tokenizer's promises: quoting, UTF-8, and the line's length one below, at and above its
// limit.
#include "broker/admin/tokenizer.hpp"

#include <gtest/gtest.h>

#include "broker/base/limits.hpp"

namespace budstikke::admin {
namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view line) {
    auto words = tokenize(line);
    EXPECT_TRUE(words.has_value()) << line;
    return words.value_or(Words{});
}

Errc refusal_of(std::string_view line) {
    const auto words = tokenize(line);
    EXPECT_FALSE(words.has_value());
    return words ? Errc::internal : words.error().code;
}

TEST(Tokenizer, SeparatesWordsByBlanks) {
    EXPECT_EQ(words_of(""), Words{});
    EXPECT_EQ(words_of(" \t "), Words{});
    EXPECT_EQ(words_of("  queue\t list  "), (Words{"queue", "list"}));
}

TEST(Tokenizer, KeepsWhatStandsBetweenQuotes) {
    EXPECT_EQ(words_of(R"(a "b c" "")"), (Words{"a", "b c", ""}));
    EXPECT_EQ(words_of(R"(--reason="two words")"), (Words{"--reason=two words"}));
    EXPECT_EQ(words_of(R"("say \"no\" \\")"), (Words{R"(say "no" \)"}));
    EXPECT_EQ(words_of(R"(a\b)"), (Words{R"(a\b)"}));
    EXPECT_EQ(words_of("$(reboot) `id` ;|&"), (Words{"$(reboot)", "`id`", ";|&"}));
}

TEST(Tokenizer, RefusesQuotesThatDoNotClose) {
    EXPECT_EQ(refusal_of("\""), Errc::malformed);
    EXPECT_EQ(refusal_of(R"("a\)"), Errc::malformed);
    EXPECT_EQ(refusal_of(R"("a\n")"), Errc::malformed);
}

TEST(Tokenizer, RefusesControlCharacters) {
    EXPECT_EQ(refusal_of("status\r"), Errc::malformed);
    EXPECT_EQ(refusal_of("a\x1b[2J"), Errc::malformed);
    EXPECT_EQ(refusal_of("a\x7f"), Errc::malformed);
    EXPECT_EQ(refusal_of(std::string_view("a\0b", 3)), Errc::malformed);
}

TEST(Tokenizer, TakesUtf8AndNothingElse) {
    EXPECT_EQ(words_of("på øya \xf0\x9f\x93\xaf"), (Words{"på", "øya", "\xf0\x9f\x93\xaf"}));
    for (const std::string_view bytes :
         {"\xe5", "\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
          "\xf8\x88\x80\x80\x80", "\xff", "\xe2\x82"}) {
        EXPECT_FALSE(is_utf8(bytes));
        EXPECT_EQ(refusal_of(bytes), Errc::malformed);
    }
    EXPECT_TRUE(
        is_utf8("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")
    );
}

TEST(Tokenizer, LimitsTheLine) {
    constexpr std::size_t most = limits::admin_line_bytes_max;
    EXPECT_EQ(words_of(std::string(most - 1, 'a')).front().size(), most - 1);
    EXPECT_EQ(words_of(std::string(most, 'a')).front().size(), most);
    EXPECT_EQ(refusal_of(std::string(most + 1, 'a')), Errc::limit_exceeded);
}

TEST(Quote, GivesTheWordsBack) {
    const Words words{"party", "hold", "", "two words", R"(a"b\c)", "tab\there", "på"};
    EXPECT_EQ(words_of(quote(words)), words);
    EXPECT_EQ(quote(Words{"queue", "list"}), "queue list");
}

}  // namespace
}  // namespace budstikke::admin
