// Text from outside is made fit for JSON and for terminals, and nothing that is fit is changed.
#include "broker/tools/inspect/plain.hpp"

#include <string>

#include <gtest/gtest.h>

namespace budstikke::tools {
namespace {

const std::string replaced = "\xEF\xBF\xBD";

TEST(ValidUtf8, LeavesEveryWellFormedCharacter) {
    const std::string text =
        "a\n\x7F \xC2\x80 \xC3\xA6 \xE0\xA0\x80 \xED\x9F\xBF \xEF\xBF\xBF \xF0\x90\x80\x80 "
        "\xF4\x8F\xBF\xBF";
    EXPECT_EQ(valid_utf8(text), text);
}

TEST(ValidUtf8, ReplacesWhatIsNotACharacter) {
    EXPECT_EQ(valid_utf8("a\xFFz"), "a" + replaced + "z");
    EXPECT_EQ(valid_utf8("\x80"), replaced);                                // continuation alone
    EXPECT_EQ(valid_utf8("\xC3"), replaced);                                // cut short
    EXPECT_EQ(valid_utf8("\xC3("), replaced + "(");                         // not continued
    EXPECT_EQ(valid_utf8("\xC0\xAF"), replaced + replaced);                 // overlong
    EXPECT_EQ(valid_utf8("\xE0\x9F\xBF"), replaced + replaced + replaced);  // overlong
    EXPECT_EQ(valid_utf8("\xED\xA0\x80"), replaced + replaced + replaced);  // surrogate
    EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), replaced + replaced + replaced + replaced);
}

TEST(Printable, ReplacesControlCharactersToo) {
    EXPECT_EQ(printable("a\x1b[2J\n\x7F"), "a" + replaced + "[2J" + replaced + replaced);
    EXPECT_EQ(printable("\xC2\x9B"), replaced);
    EXPECT_EQ(printable("\xC2\xA0\xC3\xA6"), "\xC2\xA0\xC3\xA6");
}

}  // namespace
}  // namespace budstikke::tools
